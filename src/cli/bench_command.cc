#include <fmt/core.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <memory>
#include <stdexcept>

#include "bench/bench.h"
#include "cli/commands.h"
#include "file/writer.h"
#include "runtime/task_group.h"

namespace antiphon::cli {
namespace {

struct Flags {
  bench::Options options;
  std::string server = "127.0.0.1:8080";
  std::string mix = "mixed";
  std::string retrying = "never";
  double wait = -1;
  double duration = 20;
  double burst_every = 10;
  std::uint32_t find_limit = 0;
  std::string json;
};

bench::Target target_of(const Flags& flags) {
  auto target = flags.options.target;
  const auto colon = flags.server.rfind(':');
  boost::system::error_code error;
  auto host = flags.server.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = boost::asio::ip::make_address(host, error);
  const auto port = colon == std::string::npos ? 0 : std::atoi(flags.server.c_str() + colon + 1);
  constexpr int kMostPort = 65'535;
  if (error || port < 1 || port > kMostPort) {
    throw std::runtime_error("--server: '" + flags.server + "' is not ADDRESS:PORT, numeric");
  }
  target.endpoint = {address, static_cast<std::uint16_t>(port)};
  target.host = flags.server;
  if (flags.wait >= 0) target.wait = base::from_seconds(flags.wait);
  return target;
}

bench::Options options_of(const Flags& flags) {
  auto options = flags.options;
  options.target = target_of(flags);
  options.duration = base::from_seconds(flags.duration);
  options.burst_every = base::from_seconds(flags.burst_every);
  if (flags.mix == "short") options.mix = bench::TextMix::kShort;
  if (flags.mix == "long") options.mix = bench::TextMix::kLong;
  if (flags.retrying == "told") options.retrying = bench::Retrying::kWhenTold;
  if (flags.retrying == "at-once") options.retrying = bench::Retrying::kAtOnce;
  const bool loaded = options.listeners > 0 || options.rate > 0 || options.burst > 0 || options.flood > 0;
  if (!loaded && flags.find_limit == 0) options.listeners = 1;
  return options;
}

void show(const bench::Progress& progress) {
  fmt::print(stderr, "\r{:6.1f} s  {:4} under way  {:6} ended  {:6} refused ", base::to_seconds(progress.elapsed),
             progress.under_way, progress.ended, progress.refused);
}

struct Result {
  bench::Report report;
  std::uint32_t ceiling = 0;
};

runtime::Awaitable<> measure(runtime::Clock& clock, const Flags& flags, Result& result) {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  if (flags.find_limit == 0) {
    result.report = co_await bench::run(clock, options_of(flags), terminal ? &show : nullptr);
    if (terminal) fmt::print(stderr, "\r{:60}\r", "");
    co_return;
  }
  const auto tried = [](std::uint32_t listeners, const bench::Report& report) {
    constexpr double kPercent = 100;
    fmt::print("{:4} listeners: {:5.1f} % good, {:.2f} audio-s/s\n", listeners, report.all.good_share * kPercent,
               report.all.audio_s_per_s);
    std::fflush(stdout);
  };
  const auto ceiling = co_await bench::find_ceiling(clock, options_of(flags), flags.find_limit, tried);
  result = {.report = ceiling.at_ceiling, .ceiling = ceiling.listeners};
}

int run(const Flags& flags) {
  (void)options_of(flags);  // Before anything starts, complain about the flags.
  boost::asio::io_context context;
  runtime::SystemClock clock;
  std::signal(SIGPIPE, SIG_IGN);
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  Result result;
  runtime::TaskGroup tasks(context.get_executor());
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (!error) tasks.cancel();
  });
  tasks.spawn([](runtime::Clock& c, const Flags& f, Result& r, boost::asio::signal_set& s) -> runtime::Awaitable<> {
    co_await measure(c, f, r);
    s.cancel();
  }(clock, flags, result, signals));
  context.run();
  if (flags.find_limit > 0) fmt::print("continuity ceiling: {} listeners\n", result.ceiling);
  fmt::print("{}", bench::to_table(result.report));
  if (!flags.json.empty()) {
    const auto written = file::replace(flags.json, bench::to_json(result.report));
    if (!written) throw std::runtime_error(written.error().message);
  }
  const auto& all = result.report.all;
  if (all.requests > 0 && all.failed == all.requests) {
    throw std::runtime_error(flags.server + ": not one request was answered; is a server there?");
  }
  return 0;
}

void add_load(CLI::App& command, Flags& flags) {
  auto& options = flags.options;
  command
      .add_option("--listeners", options.listeners, "Closed loop: so many listeners who ask again when they heard all")
      ->check(CLI::Range(1, 10'000));
  command.add_option("--rate", options.rate, "Open loop: requests per second, at random times (Poisson)")
      ->check(CLI::Range(0.001, 10'000.0));
  command.add_option("--burst", options.burst, "So many requests at once, again and again")
      ->check(CLI::Range(1, 10'000));
  command.add_option("--burst-every", flags.burst_every, "Seconds between bursts (10)")->check(CLI::Range(0.1, 3600.0));
  command.add_option("--users", options.users, "Who asks, in turns (each listener or request is one)");
  command.add_option("--flood", options.flood, "And one user who keeps so many long requests under way")
      ->check(CLI::Range(1, 1'000));
  command.add_option("--leaving", options.leaving, "Share of clients that leave after a second of audio")
      ->check(CLI::Range(0.0, 1.0));
  command.add_option("--slow", options.slow, "Share of clients that read at half the speed of speech")
      ->check(CLI::Range(0.0, 1.0));
  command.add_option("--retry", flags.retrying, "What the refused do (never)")
      ->check(CLI::IsMember({"never", "told", "at-once"}));
}

}  // namespace

void add_bench(CLI::App& app, Run& chosen) {
  auto* const command = app.add_subcommand("bench", "Measure a running server as its listeners hear it");
  const auto flags = std::make_shared<Flags>();
  command->add_option("--server", flags->server, "ADDRESS:PORT, numeric (127.0.0.1:8080)");
  command->add_option("--voice", flags->options.target.voice, "The voice to ask for (alloy)");
  command->add_option("--model", flags->options.target.model, "The model to ask for (tts-1)");
  add_load(*command, *flags);
  command->add_option("--text", flags->mix, "How long the texts are (mixed)")
      ->check(CLI::IsMember({"short", "long", "mixed"}));
  command->add_option("--wait", flags->wait, "Seconds that a request may wait for its turn (the server's default)")
      ->check(CLI::Range(0.0, 3600.0));
  command->add_option("--duration", flags->duration, "Seconds in which requests are made (20)")
      ->check(CLI::Range(0.1, 86'400.0));
  command->add_option("--seed", flags->options.seed, "Of texts and arrivals (1)");
  command->add_option("--find-limit", flags->find_limit, "Search the most listeners, up to this, with 95 % good")
      ->check(CLI::Range(1, 10'000));
  command->add_option("--json", flags->json, "Write the report there too");
  command->callback([flags, &chosen] { chosen = [flags] { return run(*flags); }; });
}

}  // namespace antiphon::cli
