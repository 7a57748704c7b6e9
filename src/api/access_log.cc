#include "api/access_log.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "api/identity.h"
#include "runtime/log.h"

namespace antiphon::api {
namespace {

constexpr auto* kRequests = "antiphon_http_requests_total";
constexpr auto* kRequestsHelp = "Answers over HTTP, by the pattern of their path, their method and their status.";
constexpr auto* kDuration = "antiphon_http_request_duration_seconds";
constexpr auto* kDurationHelp = "From a request's first byte to the end of its answer, of which audio may be most.";
constexpr auto* kWyoming = "antiphon_wyoming_requests_total";
constexpr auto* kWyomingHelp = "Answers to Wyoming's events, by the status that HTTP would have for them.";

constexpr unsigned kOk = 200;

constexpr std::string_view kOther = "other";
constexpr std::array<std::string_view, 7> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

/// One of kMethods, or kOther: a client chooses it, and it becomes a label.
std::string_view method_label(std::string_view method) {
  const auto* const known = std::ranges::find(kMethods, method);
  return known == kMethods.end() ? kOther : *known;
}

/// To the microsecond.
double seconds(base::Duration duration) {
  constexpr double kMicroseconds = 1e6;
  return std::round(base::to_seconds(duration) * kMicroseconds) / kMicroseconds;
}

bool is_probe(std::string_view route) { return route == "/healthz" || route == "/readyz" || route == "/metrics"; }

}  // namespace

/// The fields of a line, as far as they are known. What they refer to outlives it.
class AccessLog::Line {
 public:
  void add(std::string_view name, auto value) { fields_.emplace_back(name, value); }
  void add_text(std::string_view name, std::string_view value) {
    if (!value.empty()) fields_.emplace_back(name, value);
  }
  void add_speech(const dispatch::AccessNote& note) {
    if (note.trace) trace_id_ = to_hex(note.trace->trace);
    add_text("trace_id", trace_id_);
    add_text("key", note.key);
    add_text("format", note.format);
    if (note.error) add_text("error", protocol::row_of(*note.error).name);
    if (note.audio == base::Duration{}) return;
    add("first_audio_s", seconds(note.first_audio));
    add("audio_s", seconds(note.audio));
  }
  void write(std::string_view event) const { runtime::log(runtime::LogLevel::kInfo, event, fields_); }

 private:
  std::string trace_id_;  ///< Which a field refers to.
  std::vector<runtime::LogField> fields_;
};

AccessLog::AccessLog(runtime::Executor executor, runtime::Clock& clock, metrics::Registry& registry,
                     const identity::Identifier& callers, RouteNames names, AccessLogOptions options)
    : executor_(std::move(executor)),
      clock_(clock),
      registry_(registry),
      callers_(callers),
      names_(names),
      options_(options),
      limit_(options.lines_per_second) {
  // So that the series is there before the first request.
  (void)registry_.counter(kWyoming, kWyomingHelp, {{"event", "synthesize"}, {"status", "200"}});
}

dispatch::AccessNote& AccessLog::note_of(const http::Request& request) { return notes_[request.connection] = {}; }

void AccessLog::answered(const http::Answer& answer) {
  if (answer.kind != http::Answer::Kind::kSocketEnd) count(answer);
  const auto noted = answer.request == nullptr ? notes_.end() : notes_.find(answer.request->connection);
  if (noted == notes_.end()) return write(answer, {});
  write(answer, noted->second);
  if (answer.kind != http::Answer::Kind::kUpgrade) notes_.erase(noted);
}

void AccessLog::count(const http::Answer& answer) const {
  const auto* const request = answer.request;
  const std::string route(request == nullptr ? kOther : names_.route(request->path));
  const std::string method(request == nullptr ? kOther : method_label(request->method));
  registry_
      .counter(kRequests, kRequestsHelp,
               {{"route", route}, {"method", method}, {"status", std::to_string(answer.status)}})
      .add();
  registry_.histogram(kDuration, kDurationHelp, metrics::latency_bounds(), {{"route", route}}).observe(answer.took);
}

void AccessLog::write(const http::Answer& answer, const dispatch::AccessNote& note) {
  if (!wants_line(answer, note)) return;
  const auto* const request = answer.request;
  const auto path = request == nullptr ? std::string_view() : std::string_view(request->path);
  const bool shown = options_.client_address == AccessLogOptions::ClientAddress::kShown;
  const auto client =
      request == nullptr || request->peer_address.empty() ? answer.peer_address : client_of(callers_, *request);
  Line line;
  line.add_text("request_id", note.request_id.empty() ? answer.request_id : note.request_id);
  line.add_text("door", names_.door(path));
  line.add_text("route", names_.route(path));
  if (request != nullptr) line.add_text("method", method_label(request->method));
  line.add("status", answer.status);
  if (answer.end == http::Answer::End::kCut) line.add_text("end", "cut");
  if (shown) line.add_text("client", client);
  line.add_speech(note);
  if (answer.kind == http::Answer::Kind::kWhole) line.add("bytes", answer.body_bytes);
  line.add("took_s", seconds(answer.took));
  line.write(answer.kind == http::Answer::Kind::kSocketEnd ? "socket_end" : "answer");
}

void AccessLog::answered(const WyomingAnswered& answer, const dispatch::AccessNote& note) {
  registry_
      .counter(kWyoming, kWyomingHelp,
               {{"event", std::string(answer.event)}, {"status", std::to_string(answer.status)}})
      .add();
  if (options_.lines == AccessLogOptions::Lines::kNone) return;
  if (note.audio == base::Duration{} && !has_room()) return;
  Line line;
  line.add_text("request_id", note.request_id);
  line.add_text("door", "wyoming");
  line.add_text("route", answer.event);
  line.add("status", answer.status);
  if (note.left) line.add_text("end", "cut");
  if (options_.client_address == AccessLogOptions::ClientAddress::kShown) line.add_text("client", answer.client);
  line.add_speech(note);
  line.add("took_s", seconds(answer.took));
  line.write("answer");
}

bool AccessLog::wants_line(const http::Answer& answer, const dispatch::AccessNote& note) {
  using Lines = AccessLogOptions::Lines;
  if (options_.lines == Lines::kNone) return false;
  const bool probed = answer.request != nullptr && answer.status == kOk && is_probe(answer.request->path);
  if (probed && options_.lines == Lines::kNoProbes) return false;
  return note.audio > base::Duration{} || has_room();
}

bool AccessLog::has_room() {
  if (limit_.take(clock_.now())) return true;
  if (!timer_) timer_ = clock_.start_timer(executor_, limit_.ends(), [this] { tell_suppressed(); });
  return false;
}

void AccessLog::tell_suppressed() {
  const auto done = std::move(timer_);
  runtime::log_warn("answers_not_logged", {{"suppressed", limit_.take_suppressed()}});
}

}  // namespace antiphon::api
