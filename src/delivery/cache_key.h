#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cache/audio.h"
#include "dispatch/speech_stream.h"
#include "identity/caller.h"

namespace antiphon::delivery {

/// Whose requests share what is kept of each other's speech.
enum class CacheScope : std::uint8_t {
  kUser,     ///< Those of one user of an account.
  kAccount,  ///< Those of one API key; without keys, of one address.
  kAll,      ///< All.
};

/// Returns what stands in a key for those that share an entry with `caller`.
[[nodiscard]] std::string sharers_of(const identity::Caller& caller, CacheScope scope);

/// All that decides the PCM of an utterance besides its SpeechSpec.
struct CacheContext {
  std::string_view voice;    ///< ServedVoice::identity; not empty.
  std::string_view workers;  ///< The execution fingerprint of the workers; not empty.
  std::string_view build;    ///< Names the build of this program.
  std::string sharers;       ///< See sharers_of().
};

/// The text of `spec` is there as a whole. What only decides loudness, sample rate and format is no part of the key.
[[nodiscard]] cache::Key cache_key(const dispatch::SpeechSpec& spec, const CacheContext& context);

}  // namespace antiphon::delivery
