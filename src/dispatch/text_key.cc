#include "dispatch/text_key.h"

#include <random>

#include "identity/hash.h"

namespace antiphon::dispatch {

TextKey::TextKey() : key_(16, '\0') {
  std::random_device device;
  for (auto& byte : key_) byte = static_cast<char>(device());
}

std::uint64_t TextKey::hash_of(std::string_view voice, std::string_view text) const {
  return identity::hash({key_, voice, text});
}

}  // namespace antiphon::dispatch
