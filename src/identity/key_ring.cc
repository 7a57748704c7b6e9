#include "identity/key_ring.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

#include "base/sha256.h"

namespace antiphon::identity {
namespace {

std::unexpected<std::string> wrong(const ApiKey& key, std::string_view what) {
  return std::unexpected(fmt::format("key '{}': {}", key.name, what));
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

const ApiKey* KeyRing::find(std::string_view secret) const {
  if (secret.size() > kMostSecretBytes) return nullptr;
  const auto asked = base::sha256_hex(secret);
  const ApiKey* found = nullptr;
  for (const auto& key : keys_) {
    const bool same = CRYPTO_memcmp(asked.data(), key.sha256.data(), asked.size()) == 0;
    found = same ? &key : found;
  }
  return found;
}

const ApiKey* KeyRing::find_hash(std::string_view sha256) const {
  const auto found = std::ranges::find(keys_, sha256, &ApiKey::sha256);
  return found == keys_.end() ? nullptr : &*found;
}

base::Result<void, std::string> KeyRing::add(ApiKey key) {
  if (!is_key_name(key.name)) {
    return std::unexpected(
        fmt::format("the name of a key has 1 to {} characters of A-Z a-z 0-9 . _ -", kMostNameBytes));
  }
  if (!is_sha256(key.sha256)) return wrong(key, "sha256 must have 64 digits of 0-9 a-f");
  if (!(key.weight >= kLeastWeight && key.weight <= kMostWeight)) {
    return wrong(key, fmt::format("weight must be {} to {}", kLeastWeight, kMostWeight));
  }
  if (key.max_streams > kMostStreams) return wrong(key, fmt::format("max_streams must be 0 to {}", kMostStreams));
  if (key.wait && (*key.wait < base::Duration{} || *key.wait > kMostWait)) {
    return wrong(key, fmt::format("wait_seconds must be 0 to {}", base::to_seconds(kMostWait)));
  }
  if (key.voices.size() > kMostVoices) return wrong(key, fmt::format("more than {} voices", kMostVoices));
  if (keys_.size() >= kMostKeys) return std::unexpected(fmt::format("there are {} keys already", kMostKeys));
  if (std::ranges::find(keys_, key.name, &ApiKey::name) != keys_.end()) return wrong(key, "the name is taken");
  keys_.push_back(std::move(key));
  return {};
}

bool KeyRing::remove(std::string_view name) {
  return std::erase_if(keys_, [name](const ApiKey& key) { return key.name == name; }) > 0;
}

}  // namespace antiphon::identity
