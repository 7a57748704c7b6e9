#include "identity/api_key.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"

namespace antiphon::identity {
namespace {

constexpr std::array<std::pair<Users, std::string_view>, 3> kUsers = {
    {{Users::kAddress, "address"}, {Users::kHeader, "header"}, {Users::kBody, "body"}}};

std::string hexadecimal(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string digits;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    digits += kDigits[value >> 4U];
    digits += kDigits[value & 15U];
  }
  return digits;
}

}  // namespace

std::string_view name_of(Users users) {
  return std::ranges::find(kUsers, users, &std::pair<Users, std::string_view>::first)->second;
}

std::optional<Users> parse_users(std::string_view name) {
  const auto* const row = std::ranges::find(kUsers, name, &std::pair<Users, std::string_view>::second);
  return row == kUsers.end() ? std::nullopt : std::optional(row->first);
}

bool is_key_name(std::string_view name) {
  return !name.empty() && name.size() <= kMostNameBytes && std::ranges::all_of(name, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

std::string make_secret(std::string_view random_bytes) {
  ANTIPHON_CHECK(random_bytes.size() == kSecretBytes, "a secret has its full length");
  return "antiphon_" + hexadecimal(random_bytes);
}

std::string sha256_of(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return hexadecimal({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace antiphon::identity
