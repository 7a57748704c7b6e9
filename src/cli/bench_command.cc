#include <fmt/core.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <utility>

#include "bench/bench.h"
#include "bench/comparison.h"
#include "bench/connection.h"
#include "cli/bench_flags.h"
#include "cli/commands.h"
#include "config/bounded_file.h"
#include "file/writer.h"
#include "runtime/task_group.h"

namespace antiphon::cli {
namespace {

void show(const bench::Progress& progress) {
  fmt::print(stderr, "\r{:6.1f} s  {:4} under way  {:6} ended  {:6} refused ", base::to_seconds(progress.elapsed),
             progress.under_way, progress.ended, progress.refused);
}

struct Result {
  bench::Report report;
  std::uint32_t ceiling = 0;
  std::string fault;  ///< Why there is no report; "": there is one.
};

runtime::Awaitable<> measure(runtime::Clock& clock, bench::Options options, std::uint32_t find_limit, Result& result) {
  auto target = co_await bench::reach(clock, options.target);
  if (!target) {
    result.fault = target.error();
    co_return;
  }
  options.target = std::move(*target);
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  if (find_limit == 0) {
    result.report = co_await bench::run(clock, options, terminal ? &show : nullptr);
    if (terminal) fmt::print(stderr, "\r{:60}\r", "");
    co_return;
  }
  const auto tried = [](std::uint32_t listeners, const bench::Report& report) {
    constexpr double kPercent = 100;
    fmt::print("{:4} listeners: {:5.1f} % good, {:.2f} audio-s/s\n", listeners, report.all.good_share * kPercent,
               report.all.audio_s_per_s);
    std::fflush(stdout);
  };
  auto ceiling = co_await bench::find_ceiling(clock, options, find_limit, tried);
  result = {.report = std::move(ceiling.at_ceiling), .ceiling = ceiling.listeners, .fault = {}};
}

Result make_load(const bench::Options& options, std::uint32_t find_limit) {
  boost::asio::io_context context;
  runtime::SystemClock clock;
  std::signal(SIGPIPE, SIG_IGN);
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  Result result;
  runtime::TaskGroup tasks(context.get_executor());
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (!error) tasks.cancel();
  });
  tasks.spawn([](runtime::Clock& c, bench::Options o, std::uint32_t limit, Result& r,
                 boost::asio::signal_set& s) -> runtime::Awaitable<> {
    co_await measure(c, std::move(o), limit, r);
    s.cancel();
  }(clock, options, find_limit, result, signals));
  context.run();
  return result;
}

void write(const std::filesystem::path& file, const std::string& text) {
  const auto written = file::replace(file, text);
  if (!written) throw std::runtime_error(written.error().message);
}

std::string page_of(const std::vector<bench::NamedReport>& runs) {
  auto page = bench::to_html(runs);
  if (!page) throw std::runtime_error(page.error());
  return std::move(*page);
}

/// The files that --compare names. Throws where one is no report.
std::vector<bench::NamedReport> read_compared(const BenchFlags& flags) {
  constexpr std::size_t kMostMib = 64;
  std::vector<bench::NamedReport> runs;
  for (const auto& file : flags.compare) {
    runs.push_back({.name = file.stem().string(), .json = config::read_bounded(file, kMostMib)});
  }
  if (!runs.empty()) (void)page_of(runs);
  return runs;
}

std::string words_of(const bench::Target& target, const std::string& protocol) {
  const auto voice = target.voice.empty() ? std::string() : ", voice " + target.voice;
  return bench::name_of(target.address) + " (" + protocol + voice + ")";
}

int run(const BenchFlags& flags) {
  auto runs = read_compared(flags);  // Before anything starts, complain about the files and the flags.
  if (flags.report_only) {
    write(flags.html, page_of(runs));
    return 0;
  }
  auto options = flags.load();
  auto tls = flags.tls();
  options.target.tls = tls ? &*tls : nullptr;
  auto result = make_load(options, flags.find_limit);
  if (!result.fault.empty()) throw std::runtime_error(result.fault);
  if (flags.find_limit > 0) fmt::print("continuity ceiling: {} listeners\n", result.ceiling);
  result.report.server = words_of(options.target, flags.protocol);
  fmt::print("{}", bench::to_table(result.report));
  const auto json = bench::to_json(result.report);
  if (!flags.json.empty()) write(flags.json, json);
  runs.insert(runs.begin(), {.name = flags.name, .json = json});
  if (!flags.html.empty()) write(flags.html, page_of(runs));
  const auto& all = result.report.all;
  if (all.requests > 0 && all.failed == all.requests) {
    throw std::runtime_error(flags.server + ": not one request was answered with audio");
  }
  return 0;
}

}  // namespace

void add_bench(CLI::App& app, Run& chosen) {
  auto* const command = app.add_subcommand("bench", "Measure a running server as its listeners hear it");
  const auto flags = std::make_shared<BenchFlags>();
  flags->add_to(*command);
  command->footer(
      "Examples:\n"
      "  antiphon bench --listeners 16 --duration 60\n"
      "  antiphon bench --find-limit 200 --json ours.json --html ours.html\n"
      "  antiphon bench --server https://tts.example/v1 --key-file key --rate 2\n"
      "  antiphon bench --server localhost:5000 --protocol piper --html both.html --compare ours.json");
  command->callback([flags, &chosen] { chosen = [flags] { return run(*flags); }; });
}

}  // namespace antiphon::cli
