#include "engine/kokoro/front/front_end.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>
#include <utility>

#include "engine/hibari/table_file.h"
#include "engine/kokoro/front/alphabet.h"
#include "engine/kokoro/front/espeak_reader.h"
#include "engine/kokoro/front/files.h"
#include "engine/kokoro/front/vocabulary.h"
#include "voice/style_mix.h"

namespace antiphon::engine::kokoro::front {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

Result<Styles> read_styles(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) return failure(Errc::kVoiceCorrupt, path.string() + ": " + error.message());
  if (size > Styles::kMostBytes) return failure(Errc::kVoiceCorrupt, path.string() + " is too large");
  std::string bytes(size, '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) {
    return failure(Errc::kVoiceCorrupt, path.string() + " cannot be read");
  }
  auto styles = Styles::parse(std::move(bytes));
  if (!styles) return failure(Errc::kVoiceCorrupt, path.string() + " " + styles.error());
  return std::move(*styles);
}

std::vector<std::string> names_in(const hibari::Table& table) {
  std::vector<std::string> names;
  while (const auto name = table.find(std::to_string(names.size()))) names.emplace_back(*name);
  return names;
}

/// The tables of English, each in the place of its name in `kNames`.
struct Tables {
  static constexpr std::array kNames = {kAmericanFile, kMoreAmericanFile, kBritishFile,  kMoreBritishFile, kTagsFile,
                                        kKnownFile,    kWeightsFile,      kTagNamesFile, kTokensFile};
  std::array<hibari::Table, kNames.size()> tables;

  [[nodiscard]] const hibari::Table& of(const char* name) const {
    return tables.at(static_cast<std::size_t>(std::ranges::find(kNames, name) - kNames.begin()));
  }
};

hibari::Reader make_reader(const Tables& all, const phonemizer::Phonemizer& phonemizer, hibari::Accent accent) {
  const bool british = accent == hibari::Accent::kBritish;
  return hibari::Reader(
      {.tokenizer = hibari::Tokenizer(all.of(kTokensFile)),
       .tagger = hibari::Tagger({.names = names_in(all.of(kTagNamesFile)),
                                 .sure = all.of(kTagsFile),
                                 .known = all.of(kKnownFile),
                                 .weights = all.of(kWeightsFile)}),
       .lexicon = hibari::Lexicon({.words = all.of(british ? kBritishFile : kAmericanFile),
                                   .more_words = all.of(british ? kMoreBritishFile : kMoreAmericanFile),
                                   .accent = accent}),
       .speller = std::make_unique<EspeakSpeller>(phonemizer, accent)});
}

/// espeak-ng's voice for the styles of a language; null for English, which has lists of its own.
const char* espeak_voice(std::string_view language) {
  constexpr std::array<std::pair<std::string_view, const char*>, 5> kVoices = {
      {{"es-ES", "es"}, {"fr-FR", "fr"}, {"hi-IN", "hi"}, {"it-IT", "it"}, {"pt-BR", "pt-br"}}};
  const auto* const found = std::ranges::find(kVoices, language, &std::pair<std::string_view, const char*>::first);
  return found == kVoices.end() ? nullptr : found->second;
}

/// Appends what was read of a stretch that begins at `offset` of the text.
void append(Reading more, std::size_t offset, Reading& whole) {
  append_sound(whole.phonemes, more.phonemes);
  const auto shift = whole.phonemes.size() - more.phonemes.size();
  for (auto word : more.words) {
    word.text_begin += offset;
    word.text_end += offset;
    word.phoneme_begin += shift;
    word.phoneme_end += shift;
    whole.words.push_back(word);
  }
}

}  // namespace

FrontEnd::FrontEnd(Styles styles, phonemizer::Phonemizer phonemizer, hibari::Reader american, hibari::Reader british)
    : styles_(std::move(styles)),
      phonemizer_(phonemizer),
      american_(std::move(american)),
      british_(std::move(british)) {}

Result<FrontEnd> FrontEnd::load(const fs::path& folder, phonemizer::Phonemizer phonemizer) {
  auto styles = read_styles(folder / kStylesFile);
  if (!styles) return std::unexpected(std::move(styles.error()));
  Tables all;
  for (std::size_t i = 0; i < Tables::kNames.size(); ++i) {
    auto table = hibari::read_table(folder / Tables::kNames.at(i));
    if (!table) return std::unexpected(std::move(table.error()));
    all.tables.at(i) = std::move(*table);
  }
  return FrontEnd(std::move(*styles), phonemizer, make_reader(all, phonemizer, hibari::Accent::kAmerican),
                  make_reader(all, phonemizer, hibari::Accent::kBritish));
}

Result<Reading> FrontEnd::sound_of(std::string_view text, std::string_view style) {
  const auto language = voice::language_of_style(style);
  const auto* const espeak = espeak_voice(language);
  Reading whole;
  for (const auto& stretch : stretches_of(text)) {
    const auto offset = static_cast<std::size_t>(stretch.text.data() - text.data());
    if (stretch.as == Sounded::As::kPhonemes) {
      auto phonemes = written_alphabet(phonemizer::decomposed(stretch.text));
      const auto length = phonemes.size();
      append({.phonemes = std::move(phonemes), .words = {{0, stretch.text.size(), 0, length}}}, offset, whole);
      continue;
    }
    auto read = espeak != nullptr     ? read_by_espeak(phonemizer_, stretch.text, espeak)
                : language == "en-GB" ? british_.read(stretch.text)
                                      : american_.read(stretch.text);
    if (!read) return read;
    append(std::move(*read), offset, whole);
  }
  return whole;
}

Result<Input> FrontEnd::read(std::string_view text, std::uint32_t speaker) {
  const auto mix = voice::StyleMix::of_number(speaker, styles().size());
  if (!mix) return failure(Errc::kBadArgument, "the voice has no such style");
  const auto& first = styles()[mix->first()];
  if (!voice::is_read(first)) {
    return failure(Errc::kBadArgument, "texts cannot be read in the language of the style " + first);
  }
  auto reading = sound_of(text, first);
  if (!reading) return std::unexpected(std::move(reading.error()));
  if (std::ranges::none_of(reading->phonemes, is_heard)) {
    return failure(Errc::kNothingToSpeak, "the text has nothing that can be read");
  }
  close_gaps(reading->words, reading->phonemes);
  Input input = {.tokens = {kPad}, .words = std::move(reading->words)};
  for (const auto phoneme : reading->phonemes) {
    input.starts.push_back(input.tokens.size());
    if (const auto token = token_of(phoneme)) input.tokens.push_back(*token);
  }
  const auto signs = input.tokens.size() - 1;
  if (signs > kMostTokens) return failure(Errc::kSegmentTooLong, "the segment has more phonemes than the model takes");
  input.tokens.push_back(kPad);
  input.style = styles_.mixed(*mix, signs);
  input.phonemes = std::move(reading->phonemes);
  return input;
}

}  // namespace antiphon::engine::kokoro::front
