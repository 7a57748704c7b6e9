#pragma once

#include <filesystem>
#include <string_view>

#include "text/pronunciation/dictionary_set.h"

namespace antiphon::config {

/// Reads the dictionary `toml`, whose name is `name`:
///
///     language = "en"            # optional; voices of this language only
///     voices = ["joe"]           # optional; these voices only
///     use = "named"              # optional; only for requests that name it
///     [words]
///     nginx = "engine ex"        # ordinary spelling
///     GIF = "/dʒɪf/"             # phonemes
///     Polish = { say = "/ˈpoʊlɪʃ/", case = "exact" }
///
/// `source` stands in errors. Throws config::Error.
[[nodiscard]] text::pronunciation::NamedDictionary parse_pronunciations(std::string_view toml, std::string_view name,
                                                                        std::string_view source);

/// Reads the files NAME.toml of a folder; "" has none. At most 256 files of 4 MiB each. Throws config::Error where the
/// folder or one of them cannot be read.
[[nodiscard]] text::pronunciation::DictionarySet load_pronunciations(const std::filesystem::path& folder);

}  // namespace antiphon::config
