#include "identity/api_key.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "base/sha256.h"

namespace antiphon::identity {
namespace {

constexpr std::array<std::pair<Users, std::string_view>, 3> kUsers = {
    {{Users::kAddress, "address"}, {Users::kHeader, "header"}, {Users::kBody, "body"}}};

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
  return "antiphon_" + base::hexadecimal(random_bytes);
}

}  // namespace antiphon::identity
