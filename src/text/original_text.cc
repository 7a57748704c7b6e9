#include "text/original_text.h"

#include <unicode/normalizer2.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "text/boundaries.h"
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

void OriginalText::append(std::string_view utf8) {
  auto size = std::min(utf8.size(), kMostBytes - left_.size());
  while (size < utf8.size() && size > 0 && (static_cast<unsigned char>(utf8[size]) & 0xC0U) == 0x80U) --size;
  left_ += utf8.substr(0, size);
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

OriginalText::Piece OriginalText::take(std::string_view segment) {
  Piece piece{.text = {}, .places = std::vector<std::uint32_t>(segment.size() + 1)};
  std::size_t end = 0;
  std::size_t budget = kMostSkipped;
  const auto place = [&](std::size_t from, std::size_t size, std::size_t where) {
    std::fill_n(piece.places.begin() + static_cast<std::ptrdiff_t>(from), size, static_cast<std::uint32_t>(where));
  };
  for (std::size_t at = 0; at < segment.size();) {
    auto behind = at;
    const bool space = is_space(decode_next(segment, behind));
    const auto cluster = space ? std::nullopt : find(segment.substr(at), end, budget);
    place(at, cluster ? cluster->normal.size() : behind - at, cluster ? cluster->begin : end);
    at = cluster ? at + cluster->normal.size() : behind;
    if (cluster) end = cluster->end;
  }
  piece.places.back() = static_cast<std::uint32_t>(end);
  if (end == 0) return piece;
  end = piece_end(end);
  piece.text = left_.substr(0, end);
  left_.erase(0, end);
  return piece;
}

std::size_t OriginalText::piece_end(std::size_t end) const {
  const std::string_view rest = std::string_view(left_).substr(end);
  if (finished_ && !speakable(rest)) return left_.size();
  const auto following = next(end);
  return following ? following->begin : left_.size();
}

}  // namespace antiphon::text
