#include "tracing/trace_file.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>
#include <utility>

#include "protocol/json/object.h"
#include "runtime/log.h"

namespace antiphon::tracing {
namespace {

constexpr int kUtterances = 1;
constexpr int kWorkers = 2;
constexpr auto kPeriod = std::chrono::seconds(1);
/// While a disk is slow.
constexpr std::size_t kMostWaiting = std::size_t{4} << 20U;
constexpr std::string_view kEnd = "]\n";

double microseconds(base::Duration duration) { return std::chrono::duration<double, std::micro>(duration).count(); }

void append_argument(std::string& out, std::string_view key, const auto& value) {
  fmt::format_to(std::back_inserter(out), R"(,"{}":{})", key, value);
}
void append_argument(std::string& out, std::string_view key, const std::string& value) {
  fmt::format_to(std::back_inserter(out), R"(,"{}":{})", key, protocol::json::quoted(value));
}

/// A complete event. What workers computed lies on their tracks.
std::string event_of(const Span& span) {
  auto out = fmt::format(
      R"({{"name":"{}","cat":"speech","ph":"X","ts":{:.3f},"dur":{:.3f},"pid":{},"tid":{},"args":{{"trace":"{}","stream":{})",
      name_of(span.kind), microseconds(span.begin.time_since_epoch()), microseconds(span.end - span.begin),
      span.worker ? kWorkers : kUtterances, span.worker ? span.worker->value : span.stream.value, to_hex(span.trace),
      span.stream.value);
  for (const auto& [key, value] : span.attributes) {
    std::visit([&, &name = key](const auto& known) { append_argument(out, name, known); }, value);
  }
  out += "}}";
  return out;
}

std::string name_of_process(int process, std::string_view name) {
  return fmt::format(R"({{"name":"process_name","ph":"M","pid":{},"args":{{"name":"{}"}}}})", process, name);
}

}  // namespace

base::Result<std::unique_ptr<TraceFile>, std::string> TraceFile::create(const TraceFileOptions& options) {
  std::ofstream file(options.path, std::ios::binary | std::ios::trunc);
  if (!file) return std::unexpected(fmt::format("{} cannot be written", options.path.string()));
  return std::unique_ptr<TraceFile>(new TraceFile(std::move(file), options.most_bytes));
}

TraceFile::TraceFile(std::ofstream file, std::size_t most_bytes) : file_(std::move(file)), left_(most_bytes) {
  waiting_ = "[\n" + name_of_process(kUtterances, "utterances") + ",\n" + name_of_process(kWorkers, "workers");
}

void TraceFile::add(const Span& span) { append(",\n" + event_of(span)); }

void TraceFile::append(std::string event) {
  if (waiting_.size() + event.size() > kMostWaiting) return;
  if (event.size() > left_) {
    if (!std::exchange(full_, true)) runtime::log_warn("trace_file_full");
    left_ = 0;
    return;
  }
  left_ -= event.size();
  waiting_ += event;
}

runtime::Awaitable<> TraceFile::run(runtime::Clock& clock, runtime::ThreadPool& pool) {
  while (co_await runtime::sleep_for(clock, kPeriod)) co_await write(pool);
}

runtime::Awaitable<> TraceFile::finish(runtime::ThreadPool& pool) {
  waiting_ += "\n";
  waiting_ += kEnd;
  co_await write(pool);
}

runtime::Awaitable<> TraceFile::write(runtime::ThreadPool& pool) {
  if (waiting_.empty()) co_return;
  const auto text = std::exchange(waiting_, {});
  co_await runtime::run_on(pool.make_strand(), [this, &text] {
    file_.write(text.data(), static_cast<std::streamsize>(text.size()));
    file_.flush();
  });
}

}  // namespace antiphon::tracing
