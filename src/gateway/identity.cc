#include "gateway/identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string_view>

namespace antiphon::gateway {
namespace {

constexpr std::size_t kMaxRequestId = 128;

bool is_request_id_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("._:/+=-").contains(c);
}

/// FNV-1a (draft-eastlake-fnv), 64 bits.
std::uint64_t hash(std::uint64_t seed, std::string_view bytes) {
  for (const char c : bytes) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return (seed ^ 0xFFU) * 0x100000001b3ULL;  // ends the field, so that ("ab", "c") and ("a", "bc") differ
}

}  // namespace

identity::Caller caller_of(const http::Request& request) {
  const base::UserId user{
      hash(hash(0xcbf29ce484222325ULL, request.peer_address), request.headers.get("Authorization"))};
  return {.account = user, .user = user};
}

std::string request_id_of(const http::Request* request) {
  if (request != nullptr) {
    const auto sent = request->headers.get("x-request-id");
    if (!sent.empty() && sent.size() <= kMaxRequestId && std::ranges::all_of(sent, is_request_id_character)) {
      return std::string(sent);
    }
  }
  static thread_local std::mt19937_64 random{std::random_device{}()};
  return fmt::format("req_{:016x}{:016x}", random(), random());
}

}  // namespace antiphon::gateway
