#include "redis/census.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "progress/record.h"

namespace antiphon::redis {
namespace {

/// Cells that are listened to; what further ones say is left alone.
constexpr std::size_t kMostCells = 1000;

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

Census::Census(runtime::Clock& clock, Client& client, CensusOptions options)
    : clock_(clock),
      client_(client),
      options_(std::move(options)),
      key_("{" + options_.prefix + "}:census"),
      own_(progress::to_text(progress::draw_name())) {}

void Census::tell(std::vector<progress::AccountStreams> own) {
  forget_old(clock_.now());
  if (asking_) return;  // a slow server is asked again when it has answered
  const auto report = encode(CensusReport{.number = ++number_, .accounts = std::move(own)});
  static_cast<void>(client_.send({"HSET", key_, own_, report}, [](const Result<Reply>&) {}));
  const auto sent = client_.send({"HGETALL", key_}, [this](const Result<Reply>& reply) {
    asking_ = false;
    if (reply) heard(*reply);
  });
  asking_ = sent.has_value();
}

void Census::heard(const Reply& reply) {
  const auto now = clock_.now();
  for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
    const auto& name = reply.elements[i].text;
    if (name == own_ || (cells_.size() >= kMostCells && !cells_.contains(name))) continue;
    const auto report = decode_census(reply.elements[i + 1].text);
    if (!report) continue;
    const auto [cell, fresh] = cells_.try_emplace(name);
    // A cell that is heard of for the first time counts: whether it lives is seen by its next report.
    if (!fresh && cell->second.number == report->number) continue;
    cell->second = {.number = report->number, .changed = now};
    for (const auto& one : report->accounts) cell->second.streams.insert_or_assign(one.account, one.streams);
  }
}

void Census::forget_old(base::TimePoint now) {
  std::erase_if(cells_, [&](const auto& entry) {
    if (now - entry.second.changed <= options_.forgotten) return false;
    static_cast<void>(client_.send({"HDEL", key_, entry.first}, [](const Result<Reply>&) {}));
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

}  // namespace antiphon::redis
