#include <fmt/core.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/time.h"
#include "cli/address.h"
#include "cli/commands.h"
#include "cli/probe_url.h"
#include "cli/settings.h"
#include "link/secure_stream.h"
#include "net/authority.h"
#include "runtime/task_group.h"
#include "tls/client_context.h"
#include "tls/server_context.h"

namespace antiphon::cli {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::asio::ip::tcp;

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr std::size_t kMostHeadBytes = 16'384;
constexpr std::size_t kMostBodyBytes = 65'536;
constexpr std::size_t kMostShown = 200;

struct Flags {
  Settings settings;
  std::optional<std::string> listen;
  std::string url;
  std::filesystem::path authorities;
  double timeout = 5;
  bool live = false;
  bool quiet = false;
};

/// What is asked, and how the server is known where it is asked within TLS.
struct Question {
  ProbeUrl url;
  std::optional<tls::ClientContext> tls;
  base::Duration timeout{};
};

struct Answer {
  unsigned status = 0;  ///< 0: there was none, and `fault` says why.
  std::string body;
  std::string fault;
};

/// Throws std::runtime_error.
tls::ClientContext trusting(const tls::ClientOptions& options) {
  auto context = tls::ClientContext::load(options);
  if (!context) throw std::runtime_error(context.error().message);
  return std::move(*context);
}

/// The server that the configuration describes. It is known by the key of its own certificate. Throws config::Error or
/// std::runtime_error.
Question configured(const Flags& flags) {
  auto server = flags.settings.load().server;
  if (flags.listen) listen_at("--listen", *flags.listen, server.host, server.port);
  if (server.port == 0) throw config::Error("server.port is 0, so that only the server knows its port: give --url");
  Question question;
  question.url = {.encrypted = !server.certificate.empty(),
                  .host = reachable_at(numeric_host("server.host", server.host)),
                  .port = server.port,
                  .path = {}};
  if (!question.url.encrypted || !flags.authorities.empty()) return question;
  const auto shown = tls::ServerContext::load({.certificate = server.certificate, .key = server.key});
  if (!shown) throw std::runtime_error(shown.error().message);
  question.tls = trusting({.pin = shown->pin()});
  return question;
}

/// Throws config::Error or std::runtime_error.
Question question_of(const Flags& flags) {
  Question question;
  if (flags.url.empty()) {
    question = configured(flags);
  } else {
    auto url = parse_probe_url(flags.url);
    if (!url) throw config::Error("--url: " + url.error());
    question.url = std::move(*url);
  }
  if (question.url.path.empty()) question.url.path = flags.live ? "/healthz" : "/readyz";
  if (!flags.authorities.empty()) question.tls = trusting({.authorities = flags.authorities});
  if (question.url.encrypted && !question.tls) {
    throw config::Error("--url: https needs --ca FILE, by which the server is known");
  }
  question.timeout = base::from_seconds(flags.timeout);
  return question;
}

template <class Stream>
runtime::Awaitable<> exchange(Stream& stream, const ProbeUrl& url, Answer& answer) {
  constexpr unsigned kHttp11 = 11;
  http::request<http::empty_body> request(http::verb::get, url.path, kHttp11);
  request.set(http::field::host, net::to_authority(url.host, url.port));
  request.set(http::field::user_agent, "antiphon-probe");
  request.set(http::field::connection, "close");
  if (const auto [error, bytes] = co_await http::async_write(stream, request, kAwait); error) {
    answer.fault = error.message();
    co_return;
  }
  beast::flat_buffer buffer(kMostHeadBytes + kMostBodyBytes);
  http::response_parser<http::string_body> parser;
  parser.header_limit(kMostHeadBytes);
  parser.body_limit(kMostBodyBytes);
  if (const auto [error, bytes] = co_await http::async_read(stream, buffer, parser, kAwait); error) {
    answer.fault = error.message();
    co_return;
  }
  answer.status = parser.get().result_int();
  answer.body = std::move(parser.get().body());
}

/// Ends by itself when the time is over.
runtime::Awaitable<> ask(Question& question, tcp::resolver::results_type places, Answer& answer) {
  beast::tcp_stream stream(co_await boost::asio::this_coro::executor);
  stream.expires_after(question.timeout);
  if (const auto [error, place] = co_await stream.async_connect(places, kAwait); error) {
    answer.fault = error.message();
    co_return;
  }
  if (!question.tls) {
    co_await exchange(stream, question.url, answer);
    co_return;
  }
  auto secure = co_await link::shake_hands(std::move(stream), *question.tls, question.url.host);
  if (!secure) {
    answer.fault = std::move(secure.error());
    co_return;
  }
  co_await exchange(*secure, question.url, answer);
}

/// What of a body can be shown on a terminal.
std::string shown(std::string_view body) {
  std::string text;
  for (const char c : body.substr(0, kMostShown)) text += c >= ' ' && c <= '~' ? c : ' ';
  return text;
}

int probe(const Flags& flags) {
  auto question = question_of(flags);
  const auto name = to_string(question.url);
  boost::asio::io_context context;
  boost::system::error_code unknown;
  // Names are looked up by the system, with its own limits of time.
  auto places = tcp::resolver(context).resolve(question.url.host, std::to_string(question.url.port), unknown);
  if (unknown) throw std::runtime_error(name + ": " + unknown.message());
  Answer answer;
  runtime::TaskGroup tasks(context.get_executor());
  tasks.spawn(ask(question, std::move(places), answer));
  context.run();
  if (answer.status == 0) throw std::runtime_error(name + ": " + answer.fault);
  constexpr unsigned kOk = 200;
  if (answer.status != kOk) {
    throw std::runtime_error(fmt::format("{}: {} {}", name, answer.status, shown(answer.body)));
  }
  if (!flags.quiet) fmt::print("{}: {} {}\n", name, answer.status, shown(answer.body));
  return 0;
}

}  // namespace

void add_probe(CLI::App& app, Run& chosen) {
  auto* const command = app.add_subcommand("probe", "Ask a running server whether it can speak: exit status 0 or 1");
  const auto flags = std::make_shared<Flags>();
  flags->settings.add_to(*command);
  auto* const url = command->add_option(
      "--url", flags->url, "Where to ask, such as http://127.0.0.1:8080 (where the configuration has a server listen)");
  command->add_option("--listen", flags->listen, "Where the server listens, as for 'antiphon serve'")->excludes(url);
  command->add_option("--ca", flags->authorities,
                      "PEM: the authorities of an https server (the certificate that the configuration names)");
  command->add_option("--timeout", flags->timeout, "Seconds that the server may take to answer (5)")
      ->check(CLI::Range(0.1, 600.0));
  command->add_flag("--live", flags->live,
                    "Ask /healthz, whether jobs make progress, instead of /readyz, whether it takes requests");
  command->add_flag("--quiet", flags->quiet, "Print nothing when all is well");
  command->footer(
      "Examples:\n"
      "  antiphon probe                                        the server of this configuration\n"
      "  antiphon probe --url https://tts.example --ca ca.pem  another one\n"
      "  HEALTHCHECK CMD [\"/bin/antiphon\", \"probe\"]            in a Dockerfile");
  command->callback([flags, &chosen] { chosen = [flags] { return probe(*flags); }; });
}

}  // namespace antiphon::cli
