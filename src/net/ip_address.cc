#include "net/ip_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "net/number.h"

namespace antiphon::net {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr std::size_t kGroups = 8;

std::optional<IpAddress> parse_v4(std::string_view text) {
  IpAddress address;
  std::ranges::copy(kMapped, address.bytes.begin());
  for (std::size_t i = 0; i < 4; ++i) {
    const auto part = text.substr(0, i == 3 ? text.size() : text.find('.'));
    const auto value = parse_number<unsigned>(part, 10, 3);
    if (!value || *value > 255) return std::nullopt;
    address.bytes.at(kMapped.size() + i) = static_cast<std::uint8_t>(*value);
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  return address;
}

/// Groups of 16 bits parted by colons; the last may be an IPv4 address, which stands for two.
std::optional<std::vector<std::uint16_t>> parse_groups(std::string_view text) {
  std::vector<std::uint16_t> groups;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(':'));
    text.remove_prefix(part.size());
    if (part.contains('.')) {
      const auto v4 = parse_v4(part);
      if (!v4 || !text.empty()) return std::nullopt;
      groups.push_back(static_cast<std::uint16_t>(v4->bytes[12] << 8U | v4->bytes[13]));
      groups.push_back(static_cast<std::uint16_t>(v4->bytes[14] << 8U | v4->bytes[15]));
      break;
    }
    const auto group = parse_number<std::uint16_t>(part, 16, 4);
    if (!group || groups.size() == kGroups) return std::nullopt;
    groups.push_back(*group);
    if (text.empty()) break;
    text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
  }
  return groups;
}

std::optional<IpAddress> parse_v6(std::string_view text) {
  const auto gap = text.find("::");
  if (gap != std::string_view::npos && text.substr(0, gap).contains('.')) return std::nullopt;
  const auto head = parse_groups(text.substr(0, gap));
  const auto tail = gap == std::string_view::npos ? std::vector<std::uint16_t>() : parse_groups(text.substr(gap + 2));
  if (!head || !tail) return std::nullopt;
  const auto count = head->size() + tail->size();
  if (gap == std::string_view::npos ? count != kGroups : count >= kGroups) return std::nullopt;
  std::array<std::uint16_t, kGroups> groups{};
  std::ranges::copy(*head, groups.begin());
  std::ranges::copy(*tail, groups.end() - static_cast<std::ptrdiff_t>(tail->size()));
  IpAddress address;
  for (std::size_t i = 0; i < kGroups; ++i) {
    address.bytes.at(2 * i) = static_cast<std::uint8_t>(groups.at(i) >> 8U);
    address.bytes.at(2 * i + 1) = static_cast<std::uint8_t>(groups.at(i) & 0xFFU);
  }
  return address;
}

bool is_v4(const IpAddress& address) { return std::ranges::equal(kMapped, std::span(address.bytes).first<12>()); }

}  // namespace

std::optional<IpAddress> parse_address(std::string_view text) {
  return text.contains(':') ? parse_v6(text) : parse_v4(text);
}

bool is_loopback(const IpAddress& address) {
  if (is_v4(address)) return address.bytes[12] == 127;
  IpAddress one;
  one.bytes[15] = 1;
  return address == one;
}

std::string address_group(std::string_view text) {
  const auto address = parse_address(text);
  if (!address) return std::string(text);
  const auto& b = address->bytes;
  if (is_v4(*address)) return fmt::format("{}.{}.{}.{}", b[12], b[13], b[14], b[15]);
  if (is_loopback(*address)) return "::1";
  return fmt::format("{:x}:{:x}:{:x}:{:x}::/64", b[0] << 8U | b[1], b[2] << 8U | b[3], b[4] << 8U | b[5],
                     b[6] << 8U | b[7]);
}

}  // namespace antiphon::net
