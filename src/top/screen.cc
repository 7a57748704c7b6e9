#include "top/screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace antiphon::top {
namespace {

/// A listener has its fill with so much audio ahead.
constexpr double kFullBufferSeconds = 10;
constexpr double kLowBufferSeconds = 0.3;
constexpr double kFairBufferSeconds = 1;
constexpr double kHighLoad = 0.8;
constexpr double kFullLoad = 0.95;

/// Within what is shown, also where it is no sensible number.
double bounded(double value, double most) { return value > 0 ? std::min(value, most) : 0; }

std::string bar(double share, std::size_t width) {
  const auto full = static_cast<std::size_t>(std::lround(bounded(share, 1) * static_cast<double>(width)));
  return "[" + std::string(full, '#') + std::string(width - full, '.') + "]";
}

/// In a few characters, whatever it is.
std::string seconds(double value) {
  constexpr double kMost = 9999.9;
  return fmt::format("{:.1f}", bounded(value, kMost));
}

std::string age(double value) {
  constexpr double kMost = 1e9;
  constexpr std::uint64_t kMinute = 60;
  constexpr std::uint64_t kHour = 60 * kMinute;
  const auto whole = static_cast<std::uint64_t>(bounded(value, kMost));
  return fmt::format("{}:{:02}:{:02}", whole / kHour, whole % kHour / kMinute, whole % kMinute);
}

std::string_view level_name(std::uint64_t level) {
  switch (level) {
    case 0:
      return "none";
    case 1:
      return "no prefetch";
    case 2:
      return "cheaper voices";
    case 3:
      return "refusing";
    default:
      return "shedding";
  }
}

Line load_line(const View& view) {
  constexpr std::size_t kWidth = 30;
  constexpr double kPercent = 100;
  constexpr double kMost = 9.99;
  const auto share = bounded(view.limit > 0 ? view.promised / view.limit : 0, kMost);
  auto tone = share < kHighLoad ? Tone::kGood : Tone::kWarning;
  if (share >= kFullLoad || view.degradation > 1) tone = Tone::kBad;
  return {.text = fmt::format("load     {} {:3.0f} %   degradation: {}", bar(share, kWidth), share * kPercent,
                              level_name(view.degradation)),
          .tone = tone};
}

Line worker_line(const View::Worker& worker) {
  constexpr double kMib = 1 << 20;
  const auto memory = worker.memory_bytes ? fmt::format("{:.0f} MiB", static_cast<double>(*worker.memory_bytes) / kMib)
                                          : std::string("-");
  constexpr double kMostCost = 999;
  const auto rtf = worker.rtf ? fmt::format("{:.3f}", bounded(*worker.rtf, kMostCost)) : std::string("-");
  auto tone = worker.state == "suspect" ? Tone::kBad : Tone::kPlain;
  if (worker.state == "draining" || worker.state == "starting") tone = Tone::kWarning;
  return {.text = fmt::format("{:>6} {:<10.10} {:<9.9} {:>7} {:>9} {:>9} {:>8.8} {}", worker.id,
                              worker.node.empty() ? "here" : worker.node, worker.state, rtf, memory, worker.jobs_done,
                              worker.job.empty() ? "-" : worker.job, worker.voices),
          .tone = tone};
}

Line cell_line(const View::Cell& cell) {
  constexpr std::size_t kWidth = 20;
  constexpr double kPercent = 100;
  const auto spare = bounded(cell.spare, 1);
  auto tone = cell.state == "serving" ? Tone::kPlain : Tone::kWarning;
  if (cell.state == "silent") tone = Tone::kBad;
  return {
      .text = fmt::format("{} {:<24.24} {:<9.9} {} {:3.0f} % {:>8} {:>8} {:>8}", cell.is_own ? '*' : ' ', cell.name,
                          cell.state, bar(spare, kWidth), spare * kPercent, cell.streams, cell.waiting, cell.workers),
      .tone = tone};
}

Line stream_line(const View::Stream& stream) {
  constexpr std::size_t kWidth = 20;
  auto tone = Tone::kPlain;
  if (stream.state == "waiting") tone = Tone::kWarning;
  if (stream.state == "started") {
    tone = stream.buffer_s >= kFairBufferSeconds ? Tone::kGood : Tone::kWarning;
    if (stream.buffer_s < kLowBufferSeconds) tone = Tone::kBad;
  }
  const auto worker = stream.worker ? fmt::format("{}", *stream.worker) : std::string("-");
  return {.text = fmt::format("{:>6.6} {:<8.8} {:<8.8} {} {:>6} s {:>6} {:>8} {:>8} {:>6}  {}", stream.id, stream.user,
                              stream.state, bar(stream.buffer_s / kFullBufferSeconds, kWidth), seconds(stream.buffer_s),
                              worker, seconds(stream.rendered_s), seconds(stream.delivered_s), seconds(stream.age_s),
                              stream.voice),
          .tone = tone};
}

Line refusal_line(const View::Refusal& refusal, double now_s) {
  return {.text = fmt::format("{:>6} s ago  {:<14} come back in {} s", seconds(now_s - refusal.time_s), refusal.reason,
                              seconds(refusal.retry_after_s)),
          .tone = Tone::kWarning};
}

/// A title, a head and a line for each entry, in at most `rows` lines; "" is no head.
template <class Entries, class MakeLine>
void add_table(std::vector<Line>& lines, std::string title, std::string_view head, const Entries& entries,
               std::size_t total, std::size_t rows, const MakeLine& line_of) {
  lines.push_back({.text = std::move(title), .tone = Tone::kTitle});
  if (!head.empty()) lines.push_back({.text = std::string(head)});
  const auto used = head.empty() ? 1U : 2U;
  const auto room = rows > used ? rows - used : 0;
  const bool fits = total <= room && total == entries.size();
  const auto shown = fits ? entries.size() : std::min(entries.size(), room > 0 ? room - 1 : 0);
  for (std::size_t i = 0; i < shown; ++i) lines.push_back(line_of(entries[i]));
  if (!fits && room > 0) lines.push_back({.text = fmt::format("       and {} more", total - std::min(total, shown))});
}

std::string_view code_of(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "";
    case Tone::kTitle:
      return "\x1b[1m";
    case Tone::kGood:
      return "\x1b[32m";
    case Tone::kWarning:
      return "\x1b[33m";
    case Tone::kBad:
      return "\x1b[31m";
  }
  std::unreachable();
}

}  // namespace

std::vector<Line> layout(const View& view, const Heading& heading, ScreenSize size) {
  constexpr std::string_view kWorkers = "    id node       state         rtf    memory  jobs done   stream voices";
  constexpr std::string_view kCells =
      "  name                     state     spare capacity               streams  waiting  workers";
  constexpr std::string_view kStreams =
      "    id user     state    buffer, full at 10 s            worker rendered     sent    age  voice";
  constexpr std::size_t kFixedLines = 6;  // The head, the load, and an empty line before each table.
  std::vector<Line> lines;
  lines.push_back({.text = fmt::format("antiphon {}  up {}  {} streams, {} waiting", heading.server, age(view.time_s),
                                       view.streams_total, view.waiting),
                   .tone = Tone::kTitle});
  lines.push_back(load_line(view));
  if (!heading.notice.empty()) lines.push_back({.text = heading.notice, .tone = Tone::kBad});
  lines.push_back({});
  const auto rows = size.rows > kFixedLines ? size.rows - kFixedLines : 0;
  const auto for_refusals = view.refusals.size() + 1;
  const auto for_workers = std::min(view.workers.size() + 2, std::max<std::size_t>(rows / 3, 3));
  // A cell alone is what the lines above say.
  const auto for_cells =
      view.cells.size() < 2 ? 0 : std::min(view.cells.size() + 3, std::max<std::size_t>(rows / 4, 4));
  const auto taken = for_refusals + for_workers + for_cells;
  add_table(lines, "workers", kWorkers, view.workers, view.workers.size(), for_workers, worker_line);
  lines.push_back({});
  if (for_cells > 0) {
    add_table(lines, "cells (* this one)", kCells, view.cells, view.cells.size(), for_cells - 1, cell_line);
    lines.push_back({});
  }
  add_table(lines, "streams", kStreams, view.streams, view.streams_total, rows > taken ? rows - taken : 3, stream_line);
  lines.push_back({});
  add_table(lines, "refusals", "", view.refusals, view.refusals.size(), for_refusals,
            [&](const View::Refusal& refusal) { return refusal_line(refusal, view.time_s); });
  if (lines.size() > size.rows) lines.resize(size.rows);
  for (auto& line : lines) line.text.resize(std::min(line.text.size(), size.columns));
  return lines;
}

std::string to_text(const std::vector<Line>& lines, Colours colours) {
  std::string text;
  for (const auto& line : lines) {
    if (colours == Colours::kNone) {
      text += line.text + "\n";
    } else {
      text += fmt::format("{}{}\x1b[0m\x1b[K\r\n", code_of(line.tone), line.text);
    }
  }
  return text;
}

}  // namespace antiphon::top
