#include "protocol/openai/speech.h"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/json/object.h"
#include "protocol/openai/models.h"
#include "text/text.h"

namespace antiphon::protocol::openai {
namespace {

using Fields = json::Fields<Error>;

constexpr std::array<std::pair<ResponseFormat, std::string_view>, 6> kFormats = {{
    {ResponseFormat::kMp3, "mp3"},
    {ResponseFormat::kOpus, "opus"},
    {ResponseFormat::kAac, "aac"},
    {ResponseFormat::kFlac, "flac"},
    {ResponseFormat::kWav, "wav"},
    {ResponseFormat::kPcm, "pcm"},
}};

void read_voice(Fields& fields, std::string& voice) {
  const auto* const field = fields.find("voice");
  if (field != nullptr && field->is_object()) {
    const auto id = field->find("id");
    if (id == field->end() || !id->is_string()) {
      return fields.fail(Errc::kInvalidType, "voice", "must be a string or an object with a string 'id'.");
    }
    voice = id->get<std::string>();
    if (auto complaint = json::too_long("voice", voice, kMaxNameCharacters)) {
      fields.say(Errc::kInputTooLong, "voice", std::move(*complaint));
    }
  } else {
    fields.read("voice", voice, kMaxNameCharacters);
  }
  if (voice.empty()) fields.fail(Errc::kInvalidValue, "voice", "must not be empty.");
}

void read_formats(Fields& fields, SpeechRequest& request) {
  std::string format(name_of(request.response_format));
  fields.read("response_format", format, kMaxNameCharacters);
  const auto* const known = std::ranges::find(kFormats, format, &std::pair<ResponseFormat, std::string_view>::second);
  if (known == kFormats.end()) {
    fields.fail(Errc::kUnsupportedFormat, "response_format", "must be one of mp3, opus, aac, flac, wav and pcm.");
  } else {
    request.response_format = known->first;
  }
  std::string stream = "audio";
  fields.read("stream_format", stream, kMaxNameCharacters);
  if (stream == "sse") {
    request.stream_format = StreamFormat::kSse;
  } else if (stream != "audio") {
    fields.fail(Errc::kUnsupportedFormat, "stream_format", "must be 'audio' or 'sse'.");
  }
}

void read_rate(Fields& fields, base::SampleRate& rate) {
  std::uint64_t hz = rate.hz;
  fields.read("sample_rate", hz);
  if (hz < kLeastRate.hz || hz > kMostRate.hz) {
    return fields.fail(Errc::kInvalidValue, "sample_rate", "must be between 8000 and 48000.");
  }
  rate.hz = static_cast<std::uint32_t>(hz);
}

void read_pronunciations(Fields& fields, std::vector<text::pronunciation::Entry>& entries) {
  constexpr std::string_view kName = "pronunciations";
  const auto* const object = fields.object(kName);
  if (object == nullptr) return;
  if (object->size() > kMostPronunciations) return fields.fail(Errc::kInputTooLong, kName, "has more than 100 words.");
  for (const auto& [written, spoken] : object->items()) {
    if (!spoken.is_string()) {
      return fields.fail(Errc::kInvalidType, kName, "must be an object of words and how each is said, a string.");
    }
    auto& entry = entries.emplace_back(written, spoken.get<std::string>());
    if (entry.spoken.size() > kPronunciationBytes + (kPronunciationRatio * entry.written.size())) {
      return fields.fail(Errc::kInvalidValue, kName,
                         "says more for " + json::quoted(written) + " than 32 bytes and 8 for each byte of the word.");
    }
  }
  const auto made = text::make_dictionary(entries);
  if (made) return;
  fields.fail(Errc::kInvalidValue, kName,
              "is wrong: " + json::quoted(entries[made.error().entry].written) + " " + made.error().message + ".");
}

/// One switch of `text`: the first of `names` is the first value of its enumeration.
template <class T>
void read_switch(Fields& fields, std::string_view name, const std::array<std::string_view, 2>& names,
                 std::optional<T>& value) {
  std::string written;
  fields.read(name, written, kMaxNameCharacters);
  if (fields.find(name) == nullptr) return;
  const auto* const known = std::ranges::find(names, written);
  if (known == names.end()) {
    return fields.fail(Errc::kInvalidValue, name,
                       "must be '" + std::string(names[0]) + "' or '" + std::string(names[1]) + "'.");
  }
  value = static_cast<T>(known - names.begin());
}

void read_switches(Fields& fields, text::Switches& switches) {
  const auto* const object = fields.object("text");
  if (object == nullptr) return;
  Fields text(*object, "text.");
  for (const auto& [name, value] : object->items()) {
    if (name != "normalise" && name != "markdown" && name != "emoji") {
      text.fail(Errc::kInvalidValue, name.substr(0, kMaxNameCharacters),
                "is none of 'normalise', 'markdown' and 'emoji'.");
    }
  }
  read_switch(text, "normalise", {"off", "on"}, switches.normalise);
  read_switch(text, "markdown", {"strip", "read"}, switches.markup);
  read_switch(text, "emoji", {"silent", "named"}, switches.emoji);
  fields.adopt(std::move(text));
}

}  // namespace

std::string_view name_of(ResponseFormat format) {
  return std::ranges::find(kFormats, format, &std::pair<ResponseFormat, std::string_view>::first)->second;
}

Result<SpeechRequest> parse_speech_request(std::string_view body, const SpeechRules& rules) {
  const auto json = json::parse_object(body);
  if (!json) {
    return std::unexpected(Error{.code = Errc::kBadRequest, .message = "The body " + json.error() + ".", .param = {}});
  }
  Fields fields(*json);
  for (const auto* const name : {"input", "voice"}) fields.require(name);
  SpeechRequest request;
  fields.read("model", request.model, kMaxNameCharacters);
  fields.read("input", request.input, rules.max_characters, "openai.max_characters");
  if (request.input.empty()) fields.fail(Errc::kInvalidValue, "input", "must not be empty.");
  read_voice(fields, request.voice);
  fields.read("instructions", request.instructions, kMaxInstructionsCharacters);
  fields.read("user", request.user, kMaxNameCharacters);
  fields.read("store", request.store);
  read_formats(fields, request);
  fields.read("speed", request.speed, kLeastSpeed, kMostSpeed);
  fields.read("volume", request.volume, 0.0, kMostVolume);
  fields.read("seed", request.seed);
  read_rate(fields, request.sample_rate);
  read_switches(fields, request.reading);
  read_pronunciations(fields, request.pronunciations);
  if (rules.models == Models::kListed && !request.model.empty() && !is_model(request.model)) {
    fields.say(Errc::kUnknownModel, "model",
               "There is no such model; use 'tts-1' (GET /v1/models lists what there is).");
  }
  if (fields.error()) return std::unexpected(std::move(*fields.error()));
  return request;
}

}  // namespace antiphon::protocol::openai
