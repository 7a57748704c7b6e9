#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "cli/commands.h"
#include "cli/secret_file.h"
#include "cli/terminal.h"
#include "config/config.h"
#include "runtime/clock.h"
#include "runtime/task_group.h"
#include "tls/client_context.h"
#include "top/screen.h"
#include "top/view.h"
#include "top/watch.h"

namespace antiphon::cli {
namespace {

constexpr auto kReconnection = std::chrono::seconds(1);
/// What a snapshot that is printed may take: all that a view keeps.
constexpr top::ScreenSize kUnbounded{.columns = 1000, .rows = 1000};

struct Flags {
  std::string url = "http://127.0.0.1:8080";
  std::filesystem::path key_file;
  std::filesystem::path authorities = "/etc/ssl/certs/ca-certificates.crt";
  bool once = false;
};

/// Follows both event streams of a server. On one event loop.
class Top {
 public:
  Top(top::Target target, tls::ClientContext* tls, std::string server, const runtime::Executor& executor,
      runtime::Clock& clock)
      : target_(std::move(target)),
        tls_(tls),
        heading_{.server = std::move(server), .notice = {}},
        clock_(clock),
        tasks_(executor) {}

  /// Waits for a snapshot of both. Returns what has kept one from coming; "": nothing.
  runtime::Awaitable<std::string> take_one() {
    for (const auto& source : kSources) {
      const auto end = co_await top::watch(target_, tls_, source.path,
                                           [&](const top::Event& event) { return !take(source, event); });
      if (co_await runtime::is_cancelled()) co_return "interrupted";
      if (!end.empty()) co_return end;
    }
    co_return "";
  }

  /// Shows what there is until the task is cancelled, and comes back where a connection ends. Returns what has kept it
  /// from the first snapshot; "": nothing.
  runtime::Awaitable<std::string> follow(const Terminal& terminal) {
    terminal_ = &terminal;
    for (const auto& source : kSources) tasks_.spawn(follow(source));
    co_await tasks_.join();
    co_return failure_;
  }

  [[nodiscard]] const top::View& view() const { return view_; }
  [[nodiscard]] const top::Heading& heading() const { return heading_; }

 private:
  struct Source {
    const char* path;
    bool (*take)(top::View&, std::string_view);
    bool has_pace;  ///< The screen is drawn with its snapshots.
  };
  static constexpr std::array kSources = {Source{"/v1/workers/events", &top::take_workers, false},
                                          Source{"/v1/streams/events", &top::take_streams, true}};

  /// Returns whether the event was a snapshot.
  bool take(const Source& source, const top::Event& event) {
    return event.name == "snapshot" && source.take(view_, event.data);
  }

  runtime::Awaitable<> follow(Source source) {
    while (!co_await runtime::is_cancelled()) {
      const auto end = co_await top::watch(target_, tls_, source.path, [&](const top::Event& event) {
        if (take(source, event) && source.has_pace) draw({});
        return true;
      });
      if (co_await runtime::is_cancelled()) co_return;
      if (!view_.has_streams && !view_.has_workers) {
        failure_ = end;
        tasks_.cancel();
        co_return;
      }
      draw(end);
      co_await runtime::sleep_for(clock_, kReconnection);
    }
  }

  void draw(std::string notice) {
    heading_.notice = std::move(notice);
    terminal_->show(to_text(layout(view_, heading_, terminal_->size()), top::Colours::kAnsi));
  }

  top::Target target_;
  tls::ClientContext* tls_;
  top::Heading heading_;
  runtime::Clock& clock_;
  const Terminal* terminal_ = nullptr;
  top::View view_;
  std::string failure_;
  runtime::TaskGroup tasks_;
};

/// Returns when the key q is pressed. False when the input has ended, or the task is cancelled.
runtime::Awaitable<bool> quit_key(boost::asio::posix::stream_descriptor& input) {
  while (true) {
    char key = 0;
    const auto [error, bytes] =
        co_await input.async_read_some(boost::asio::buffer(&key, 1), boost::asio::as_tuple(boost::asio::use_awaitable));
    if (error) co_return false;
    if (key == 'q' || key == 'Q') co_return true;
  }
}

runtime::Awaitable<> end_on_key(boost::asio::posix::stream_descriptor& input, runtime::TaskGroup& tasks) {
  if (co_await quit_key(input)) tasks.cancel();
}

/// On an event loop of its own, which `work` runs on until it ends or a signal comes. Returns what it returns.
template <class Work>
std::string run_until_signal(boost::asio::io_context& context, boost::asio::posix::stream_descriptor* input,
                             Work work) {
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  std::string failure;
  runtime::TaskGroup tasks(context.get_executor());
  runtime::TaskGroup keys(context.get_executor());
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (!error) tasks.cancel();
  });
  if (input != nullptr) keys.spawn(end_on_key(*input, tasks));
  tasks.spawn([](Work what, std::string& why, boost::asio::signal_set& set,
                 runtime::TaskGroup& others) -> runtime::Awaitable<> {
    why = co_await what();
    set.cancel();
    others.cancel();
  }(std::move(work), failure, signals, keys));
  context.run();
  return failure;
}

/// Returns a descriptor of standard input. Asio has it not block, and that would stay with the terminal: so it is
/// opened anew where it can be.
int open_input() {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): the system's interface.
  const int opened = ::open("/proc/self/fd/0", O_RDONLY | O_NOCTTY | O_CLOEXEC);
  return opened >= 0 ? opened : ::dup(STDIN_FILENO);
}

int run(const Flags& flags) {
  auto target = top::parse_url(flags.url);
  if (!target) throw config::Error("--url: " + target.error());
  if (!flags.key_file.empty()) target->key = read_secret(flags.key_file);
  std::optional<tls::ClientContext> tls;
  if (target->is_encrypted) {
    auto loaded = tls::ClientContext::load({.authorities = flags.authorities});
    if (!loaded) throw config::Error(loaded.error().message + " (--ca)");
    tls = std::move(*loaded);
  }
  boost::asio::io_context context;
  runtime::SystemClock clock;
  std::signal(SIGPIPE, SIG_IGN);
  Top top(std::move(*target), tls ? &*tls : nullptr, flags.url, context.get_executor(), clock);
  std::string failure;
  if (flags.once || ::isatty(STDOUT_FILENO) == 0) {
    failure = run_until_signal(context, nullptr, [&] { return top.take_one(); });
    if (failure.empty()) fmt::print("{}", to_text(layout(top.view(), top.heading(), kUnbounded), top::Colours::kNone));
  } else {
    const Terminal terminal;
    boost::asio::posix::stream_descriptor input(context, open_input());
    failure = run_until_signal(context, &input, [&] { return top.follow(terminal); });
  }
  if (!failure.empty()) throw std::runtime_error(fmt::format("{}: {}", flags.url, failure));
  return 0;
}

}  // namespace

void add_top(CLI::App& app, Run& chosen) {
  auto* const command = app.add_subcommand("top", "Show what a running server does: its load, workers and streams");
  const auto flags = std::make_shared<Flags>();
  command->add_option("--url", flags->url, "Of the server (http://127.0.0.1:8080)");
  command->add_option("--key-file", flags->key_file,
                      "Its first line is what 'antiphon keys add NAME --admin' printed, where the server has keys");
  command->add_option("--ca", flags->authorities,
                      "PEM: who may have signed the server's certificate (the system's authorities)");
  command->add_flag("--once", flags->once, "Print one snapshot and end, as it is where the output is no terminal");
  command->footer(
      "Four times a second, until q or Ctrl-C is pressed. Examples:\n"
      "  antiphon top\n"
      "  antiphon top --url https://speech.example --key-file admin.key\n"
      "  antiphon top --once | grep load");
  command->callback([flags, &chosen] { chosen = [flags] { return run(*flags); }; });
}

}  // namespace antiphon::cli
