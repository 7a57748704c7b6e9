#include "text/original_text.h"

#include <unicode/normalizer2.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "text/boundaries.h"
#include "text/characters/signs.h"
#include "text/text.h"

namespace antiphon::text {
namespace {

/// Code points that have to agree where a segment is looked for.
constexpr int kEnough = 4;
/// Clusters that are looked at for one segment, beyond its own.
constexpr std::size_t kMostSkipped = 4096;

bool is_plain(char c) { return c > ' ' && c < '\x7F'; }

/// Whether a code point may stand at the beginning of its cluster: whatever comes before it, they do not compose.
bool begins_cluster(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  static const auto* const nfc = icu::Normalizer2::getNFCInstance(status);
  ANTIPHON_CHECK(nfc != nullptr, "ICU has no normalisation data");
  return nfc->hasBoundaryBefore(static_cast<UChar32>(c)) != 0;
}

std::string normalised(std::string_view utf8) { return normalise(utf8).value_or(""); }

std::string_view without_space(std::string_view utf8) {
  while (!utf8.empty()) {
    std::size_t at = 0;
    if (!is_space(decode_next(utf8, at))) break;
    utf8.remove_prefix(at);
  }
  return utf8;
}

}  // namespace

void OriginalText::read_by(const Options& options) {
  if (options.normalise == Normalise::kOff) return;
  cleaner_.emplace(options.markup);
  left_.clear();
  stretches_.clear();
  clean(written_);
}

void OriginalText::append(std::string_view utf8) {
  auto size = std::min(utf8.size(), kMostBytes - std::min(written_.size(), kMostBytes));
  while (size < utf8.size() && size > 0 && (static_cast<unsigned char>(utf8[size]) & 0xC0U) == 0x80U) --size;
  written_ += utf8.substr(0, size);
  clean(utf8.substr(0, size));
}

void OriginalText::append_gap() {
  if (written_.size() >= kMostBytes) return;
  gaps_.push_back(written_.size());
  written_ += ' ';
  clean(" ");
}

std::string OriginalText::take_written(std::size_t end, std::vector<std::uint32_t>& places) {
  std::string text;
  std::size_t begin = 0;
  while (!gaps_.empty() && gaps_.front() < end) {
    const auto gap = gaps_.front();
    gaps_.pop_front();
    text.append(written_, begin, gap - begin);
    begin = gap + 1;
    // Places behind it, which were not moved yet, count the bytes before them that are left.
    const auto left = static_cast<std::uint32_t>(text.size());
    for (auto& place : places) {
      if (place > left) --place;
    }
  }
  text.append(written_, begin, end - begin);
  for (auto& gap : gaps_) gap -= end;
  return text;
}

void OriginalText::clean(std::string_view utf8) {
  if (utf8.empty()) return;
  if (cleaner_) {
    markup::Clean made;
    cleaner_->append(utf8, made);
    return add(std::move(made));
  }
  const auto size = static_cast<std::uint32_t>(utf8.size());
  markup::Clean same{.text = std::string(utf8), .stretches = {{.written = size, .clean = size}}};
  for (std::size_t at = 0; at < size;) {
    const auto begin = at;
    // Those are in no segment.
    if (characters::is_private_sign(decode_next(utf8, at))) same.text.replace(begin, at - begin, at - begin, ' ');
  }
  add(std::move(same));
}

void OriginalText::add(markup::Clean clean) {
  for (std::size_t at = 0; at < clean.text.size();) {
    const auto begin = at;
    // These signs are in no segment.
    if (characters::parts_segments(decode_next(clean.text, at))) clean.text.replace(begin, at - begin, at - begin, ' ');
  }
  left_ += clean.text;
  stretches_.insert(stretches_.end(), clean.stretches.begin(), clean.stretches.end());
}

void OriginalText::flush() {
  markup::Clean made;
  cleaner_->flush(made);
  add(std::move(made));
}

void OriginalText::finish() {
  if (cleaner_ && !finished_) flush();
  finished_ = true;
}

std::string OriginalText::take_rest() {
  left_.clear();
  stretches_.clear();
  std::vector<std::uint32_t> none;
  auto rest = take_written(written_.size(), none);
  written_.clear();
  return rest;
}

std::size_t OriginalText::to_written(std::vector<std::uint32_t>& places) const {
  std::size_t written = 0;
  std::size_t clean = 0;
  auto stretch = stretches_.begin();
  const auto walk_to = [&](std::size_t place) {
    for (; stretch != stretches_.end() && clean + stretch->clean <= place; ++stretch) {
      written += stretch->written;
      clean += stretch->clean;
    }
  };
  const auto last = places.back();
  std::size_t end = 0;
  for (auto& place : places) {
    // The end lies behind its last character, not before what may have been left out there.
    const bool is_end = &place == &places.back() && last > 0;
    if (is_end) {
      written = clean = 0;
      stretch = stretches_.begin();
    }
    walk_to(is_end ? last - 1 : place);
    if (stretch == stretches_.end()) {
      end = written_.size();
    } else if (stretch->written == stretch->clean) {
      end = written + (place - clean);
    } else {
      end = is_end ? written + stretch->written : written;
    }
    place = static_cast<std::uint32_t>(end);
  }
  return end;
}

std::size_t OriginalText::written_end(std::size_t end) const {
  std::size_t written = 0;
  std::size_t clean = 0;
  for (const auto& stretch : stretches_) {
    if (clean + stretch.clean > end) return stretch.written == stretch.clean ? written + (end - clean) : written;
    written += stretch.written;
    clean += stretch.clean;
  }
  return written;
}

void OriginalText::drop(std::size_t end, std::size_t written) {
  left_.erase(0, end);
  written_.erase(0, written);
  while (!stretches_.empty() && (end > 0 || written > 0)) {
    auto& first = stretches_.front();
    const auto clean = std::min<std::size_t>(first.clean, end);
    const auto raw = std::min<std::size_t>(first.written, written);
    if (clean == 0 && raw == 0) break;
    end -= clean;
    written -= raw;
    first.clean -= static_cast<std::uint32_t>(clean);
    first.written -= static_cast<std::uint32_t>(raw);
    if (first.clean > 0 || first.written > 0) break;
    stretches_.pop_front();
  }
}

std::optional<OriginalText::Cluster> OriginalText::next(std::size_t from) const {
  const std::string_view text = left_;
  for (std::size_t at = from; at < text.size();) {
    const auto begin = at;
    if (is_plain(text[at]) && (at + 1 == text.size() || is_plain(text[at + 1]) || text[at + 1] == ' ')) {
      return Cluster{.begin = begin, .end = begin + 1, .normal = {text[begin]}};
    }
    if (is_space(decode_next(text, at))) continue;
    auto normal = normalised(text.substr(begin, at - begin));
    if (normal.empty()) continue;
    auto end = at;
    while (at < text.size()) {
      const auto behind = at;
      const auto c = decode_next(text, at);
      if (is_space(c)) break;
      const bool dropped = normalised(text.substr(behind, at - behind)).empty();
      if (!dropped && begins_cluster(c)) break;
      if (!dropped) end = at;
    }
    if (const auto whole = text.substr(begin, end - begin); whole.size() > normal.size()) normal = normalised(whole);
    return Cluster{.begin = begin, .end = end, .normal = std::move(normal)};
  }
  return std::nullopt;
}

bool OriginalText::agrees(std::string_view segment, Cluster cluster) const {
  for (int i = 0; i < kEnough; ++i) {
    if (!segment.starts_with(cluster.normal)) return false;
    segment = without_space(segment.substr(cluster.normal.size()));
    auto following = segment.empty() ? std::nullopt : next(cluster.end);
    if (!following) return true;
    cluster = std::move(*following);
  }
  return true;
}

std::optional<OriginalText::Cluster> OriginalText::find(std::string_view segment, std::size_t from,
                                                        std::size_t& budget) const {
  auto cluster = next(from);
  if (cluster && segment.starts_with(cluster->normal)) return cluster;
  for (; cluster && budget > 0; --budget) {
    cluster = next(cluster->end);
    if (cluster && agrees(segment, *cluster)) return cluster;
  }
  return std::nullopt;
}

bool OriginalText::locate(std::string_view segment, std::vector<std::uint32_t>& places) const {
  std::size_t end = 0;
  std::size_t budget = kMostSkipped;
  bool whole = true;
  const auto place = [&](std::size_t from, std::size_t size, std::size_t where) {
    std::fill_n(places.begin() + static_cast<std::ptrdiff_t>(from), size, static_cast<std::uint32_t>(where));
  };
  for (std::size_t at = 0; at < segment.size();) {
    auto behind = at;
    const bool space = is_space(decode_next(segment, behind));
    const auto cluster = space ? std::nullopt : find(segment.substr(at), end, budget);
    whole = whole && (space || cluster);
    place(at, cluster ? cluster->normal.size() : behind - at, cluster ? cluster->begin : end);
    at = cluster ? at + cluster->normal.size() : behind;
    if (cluster) end = cluster->end;
  }
  places.back() = static_cast<std::uint32_t>(end);
  return whole;
}

OriginalText::Piece OriginalText::take(std::string_view segment) {
  Piece piece{.text = {}, .places = std::vector<std::uint32_t>(segment.size() + 1)};
  if (!locate(segment, piece.places) && cleaner_ && cleaner_->holds()) {
    // The text was flushed, so that what is held back here is in the segment.
    flush();
    static_cast<void>(locate(segment, piece.places));
  }
  std::size_t end = piece.places.back();
  if (end == 0) return piece;
  end = piece_end(end);
  auto written = end == left_.size() && finished_ ? written_.size() : written_end(end);
  written = std::max(written, to_written(piece.places));
  for (auto& at : piece.places) at = std::min(at, piece.places.back());
  piece.text = take_written(written, piece.places);
  drop(end, written);
  return piece;
}

std::size_t OriginalText::piece_end(std::size_t end) const {
  const std::string_view rest = std::string_view(left_).substr(end);
  if (finished_ && !speakable(rest)) return left_.size();
  const auto following = next(end);
  return following ? following->begin : left_.size();
}

}  // namespace antiphon::text
