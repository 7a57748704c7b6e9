#include "redis/census.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <tuple>
#include <utility>

#include "progress/record.h"

namespace antiphon::redis {
namespace {

/// Cells that are listened to; what further ones say is left alone.
constexpr std::size_t kMostCells = 1000;
/// Before the name of a cell's field: the field that says how the cell is.
constexpr std::string_view kAbout = "about:";

using Phase = progress::CellFigures::Phase;
constexpr std::string_view kServing = "serving";
constexpr std::string_view kDraining = "draining";
constexpr std::uint32_t kWhole = 100;

/// Takes a decimal number from the beginning of `text`.
template <class T>
bool take_number(std::string_view& text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

bool take_phase(std::string_view& text, Phase& phase) {
  phase = text.starts_with(kDraining) ? Phase::kDraining : Phase::kServing;
  return take(text, phase == Phase::kDraining ? kDraining : kServing);
}

}  // namespace

std::string encode(const CensusReport& report) {
  std::string text = std::to_string(report.number);
  std::size_t count = 0;
  for (const auto& [account, streams] : report.accounts) {
    if (++count > CensusReport::kMostAccounts) break;
    text += ' ' + std::to_string(account) + ':' + std::to_string(streams);
  }
  return text;
}

std::optional<CensusReport> decode_census(std::string_view text) {
  CensusReport report;
  if (!take_number(text, report.number)) return std::nullopt;
  while (!text.empty()) {
    progress::AccountStreams one;
    if (report.accounts.size() == CensusReport::kMostAccounts || !take(text, ' ') || !take_number(text, one.account) ||
        !take(text, ':') || !take_number(text, one.streams)) {
      return std::nullopt;
    }
    report.accounts.push_back(one);
  }
  return report;
}

std::string encode(const CellReport& report) {
  const auto& figures = report.figures;
  return fmt::format("{} {} {} {} {} {}", figures.phase == Phase::kDraining ? kDraining : kServing, figures.workers,
                     figures.streams, figures.waiting, figures.spare_percent,
                     std::string_view(report.name).substr(0, CellReport::kMostNameBytes));
}

std::optional<CellReport> decode_cell(std::string_view text) {
  CellReport report;
  auto& figures = report.figures;
  if (!take_phase(text, figures.phase)) return std::nullopt;
  for (auto* const figure : {&figures.workers, &figures.streams, &figures.waiting, &figures.spare_percent}) {
    if (!take(text, ' ') || !take_number(text, *figure)) return std::nullopt;
  }
  if (figures.spare_percent > kWhole || !take(text, ' ') || text.empty() || text.size() > CellReport::kMostNameBytes) {
    return std::nullopt;
  }
  report.name = text;
  return report;
}

Census::Census(runtime::Clock& clock, Client& client, CensusOptions options)
    : clock_(clock),
      client_(client),
      options_(std::move(options)),
      key_("{" + options_.prefix + "}:census"),
      own_(progress::to_text(progress::draw_name())) {}

void Census::tell(const progress::CellFigures& own, std::vector<progress::AccountStreams> accounts) {
  told_ = own;
  forget_old(clock_.now());
  if (asking_) return;  // a slow server is asked again when it has answered
  const auto report = encode(CensusReport{.number = ++number_, .accounts = std::move(accounts)});
  const auto about = encode(CellReport{.figures = own, .name = options_.cell});
  static_cast<void>(
      client_.send({"HSET", key_, own_, report, std::string(kAbout) + own_, about}, [](const Result<Reply>&) {}));
  const auto sent = client_.send({"HGETALL", key_}, [this](const Result<Reply>& reply) {
    asking_ = false;
    if (reply) heard(*reply);
  });
  asking_ = sent.has_value();
}

void Census::heard(const Reply& reply) {
  for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
    const std::string_view field = reply.elements[i].text;
    const auto& value = reply.elements[i + 1].text;
    if (field.starts_with(kAbout)) {
      heard_about(std::string(field.substr(kAbout.size())), value);
    } else {
      heard_count(std::string(field), value);
    }
  }
}

void Census::heard_count(const std::string& id, std::string_view text) {
  const auto report = id == own_ ? std::nullopt : decode_census(text);
  auto* const cell = report ? cell_of(id) : nullptr;
  if (cell == nullptr || cell->number == report->number) return;
  cell->number = report->number;
  cell->streams.clear();
  for (const auto& one : report->accounts) cell->streams[one.account] += one.streams;
  cell->changed = clock_.now();
}

void Census::heard_about(const std::string& id, std::string_view text) {
  auto about = id == own_ ? std::nullopt : decode_cell(text);
  auto* const cell = about ? cell_of(id) : nullptr;
  if (cell != nullptr) cell->about = std::move(about);
}

Census::Cell* Census::cell_of(const std::string& id) {
  const auto known = cells_.find(id);
  if (known != cells_.end()) return &known->second;
  if (cells_.size() >= kMostCells) return nullptr;
  // A cell that is heard of for the first time counts: whether it lives is seen by its next report.
  return &cells_.emplace(id, Cell{.changed = clock_.now()}).first->second;
}

void Census::forget_old(base::TimePoint now) {
  std::erase_if(cells_, [&](const auto& entry) {
    if (now - entry.second.changed <= options_.forgotten) return false;
    static_cast<void>(
        client_.send({"HDEL", key_, entry.first, std::string(kAbout) + entry.first}, [](const Result<Reply>&) {}));
    return true;
  });
}

std::uint32_t Census::elsewhere(std::uint64_t account) const {
  const auto now = clock_.now();
  std::uint64_t streams = 0;
  for (const auto& [name, cell] : cells_) {
    if (now - cell.changed > options_.fresh) continue;
    if (const auto found = cell.streams.find(account); found != cell.streams.end()) streams += found->second;
  }
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(streams, std::numeric_limits<std::uint32_t>::max()));
}

std::vector<progress::KnownCell> Census::cells() const {
  std::vector<progress::KnownCell> known;
  if (!told_) return known;
  const auto now = clock_.now();
  for (const auto& [id, cell] : cells_) {
    if (!cell.about) continue;
    known.push_back({.name = cell.about->name,
                     .figures = cell.about->figures,
                     .age = now - cell.changed,
                     .is_silent = now - cell.changed > options_.fresh});
  }
  // Of those that bear one name, as a cell that was started again, the one that was heard of last comes first.
  std::ranges::sort(known, {}, [](const auto& cell) { return std::tie(cell.name, cell.age); });
  known.insert(known.begin(), {.name = options_.cell, .place = progress::KnownCell::Place::kHere, .figures = *told_});
  return known;
}

}  // namespace antiphon::redis
