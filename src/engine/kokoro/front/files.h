#pragma once

#include <array>

/// Names of the front end's files in the folder of a prepared voice. All but the styles are tables of engine/hibari.
namespace antiphon::engine::kokoro::front {

inline constexpr const char* kStylesFile = "styles.bin";               ///< See Styles.
inline constexpr const char* kAmericanFile = "words_us.txt";           ///< Words to phonemes, checked by people.
inline constexpr const char* kMoreAmericanFile = "more_words_us.txt";  ///< The same, not checked.
inline constexpr const char* kBritishFile = "words_gb.txt";
inline constexpr const char* kMoreBritishFile = "more_words_gb.txt";
inline constexpr const char* kTagsFile = "tags.txt";            ///< Words that are one part of speech nearly always.
inline constexpr const char* kKnownFile = "known_words.txt";    ///< Words that the weights know.
inline constexpr const char* kWeightsFile = "tag_weights.txt";  ///< What speaks for each part of speech.
inline constexpr const char* kTagNamesFile = "tag_names.txt";   ///< "0" and so on to the parts of speech, see Tagger.
inline constexpr const char* kTokensFile = "tokens.txt";        ///< Texts that are cut in their own way.

inline constexpr std::array kFiles = {kStylesFile, kAmericanFile, kMoreAmericanFile, kBritishFile,  kMoreBritishFile,
                                      kTagsFile,   kKnownFile,    kWeightsFile,      kTagNamesFile, kTokensFile};

}  // namespace antiphon::engine::kokoro::front
