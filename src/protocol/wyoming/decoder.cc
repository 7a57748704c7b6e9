#include "protocol/wyoming/decoder.h"

#include <algorithm>
#include <utility>

#include "protocol/blank.h"
#include "protocol/json/object.h"

namespace antiphon::protocol::wyoming {
namespace {

using json::Json;
using Fields = json::Fields<Error>;

std::unexpected<Error> lost(Errc code, std::string message) {
  return std::unexpected(Error{.code = code, .message = std::move(message), .param = {}});
}

Error malformed(std::string message) { return {.code = Errc::kBadRequest, .message = std::move(message), .param = {}}; }

VoiceChoice read_voice(Fields& fields) {
  VoiceChoice choice;
  if (const auto* const object = fields.object("voice")) {
    Fields voice(*object, "voice.");
    voice.read("name", choice.name, kMaxNameCharacters);
    voice.read("speaker", choice.speaker, kMaxNameCharacters);
    voice.read("language", choice.language, kMaxNameCharacters);
    fields.adopt(std::move(voice));
  }
  return choice;
}

TextFormat read_format(Fields& fields) {
  std::string format = "text";
  fields.read("text_format", format, kMaxNameCharacters);
  if (format != "text" && format != "ssml") {
    fields.fail(Errc::kUnsupported, "text_format", "must be 'text' or 'ssml'.");
  }
  return format == "ssml" ? TextFormat::kSsml : TextFormat::kText;
}

std::string read_text(Fields& fields) {
  std::string text;
  fields.require("text");
  fields.read("text", text, Limits::kDataBytes);
  return text;
}

ClientEvent read_known(std::string_view type, Fields& fields) {
  if (type == "describe") return Describe{};
  if (type == "ping") {
    Ping ping;
    fields.read("text", ping.text, Limits::kDataBytes);
    return ping;
  }
  if (type == "synthesize") {
    auto text = read_text(fields);
    return Synthesize{.text = std::move(text), .voice = read_voice(fields), .format = read_format(fields)};
  }
  if (type == "synthesize-start") return SynthesizeStart{.voice = read_voice(fields), .format = read_format(fields)};
  if (type == "synthesize-chunk") return SynthesizeChunk{.text = read_text(fields)};
  if (type == "synthesize-stop") return SynthesizeStop{};
  return Unknown{};
}

/// A length within the header; 0 where absent.
Result<std::size_t> read_length(const Json& header, const char* name, std::size_t most) {
  const auto field = header.find(name);
  if (field == header.end() || field->is_null()) return 0;
  if (!field->is_number_unsigned()) return lost(Errc::kBadRequest, std::string("'") + name + "' is not a length.");
  const auto length = field->get<std::uint64_t>();
  if (length > most) return lost(Errc::kTooLarge, std::string("'") + name + "' is more than this server takes.");
  return static_cast<std::size_t>(length);
}

/// `inline_data` was an object when it was read.
ClientEvent event_of(std::string_view type, std::string_view inline_data, std::string_view data_bytes) {
  Json data = inline_data.empty() ? Json::object() : Json::parse(inline_data);
  if (!data_bytes.empty()) {
    const auto more = json::parse_object(data_bytes);
    if (!more) return Invalid{malformed("The event's data " + more.error() + ".")};
    data.update(*more);
  }
  Fields fields(data);
  auto event = read_known(type, fields);
  if (fields.error()) return Invalid{std::move(*fields.error())};
  return event;
}

}  // namespace

void Decoder::feed(std::string_view bytes) {
  if (failure_) return;
  if (begin_ == buffer_.size()) {
    const auto skipped = std::min(skip_, bytes.size());
    skip_ -= skipped;
    bytes.remove_prefix(skipped);
  }
  buffer_.erase(0, begin_);
  begin_ = 0;
  buffer_.append(bytes);
}

Result<std::optional<ClientEvent>> Decoder::next() {
  if (failure_) return std::unexpected(*failure_);
  if (auto ready = read_header(); !ready) {
    failure_ = ready.error();
    return std::unexpected(std::move(ready.error()));
  } else if (!*ready) {
    return std::nullopt;
  }
  auto header = std::exchange(header_, std::nullopt).value();
  auto event = header.wrong ? ClientEvent(Invalid{std::move(*header.wrong)})
                            : event_of(header.type, header.inline_data, buffered().substr(0, header.data_bytes));
  consume(header.data_bytes);
  skip_ = header.payload_bytes;
  return event;
}

/// Whether a header and all its data are there.
Result<bool> Decoder::read_header() {
  if (!header_) {
    const auto line = read_line();
    if (!line) return std::unexpected(line.error());
    if (!*line) return false;
    auto header = parse_header(**line);
    if (!header) return std::unexpected(std::move(header.error()));
    malformed_ = header->wrong ? malformed_ + 1 : 0;
    if (malformed_ > Limits::kMalformedLines) return std::unexpected(std::move(*header->wrong));
    header_ = std::move(*header);
  }
  return buffered().size() >= header_->data_bytes;
}

Result<std::optional<std::string>> Decoder::read_line() {
  while (true) {
    skip_payload();
    if (skip_ > 0) return std::nullopt;
    const auto newline = buffered().find('\n', searched_);
    const auto line_bytes = newline == std::string_view::npos ? buffered().size() : newline + 1;
    if (line_bytes > Limits::kLineBytes) return lost(Errc::kTooLarge, "The event's line is too long.");
    if (newline == std::string_view::npos) {
      searched_ = buffered().size();
      return std::nullopt;
    }
    std::string line(buffered().substr(0, newline));
    consume(line_bytes);
    if (!is_blank(line)) return line;
  }
}

Result<Decoder::Header> Decoder::parse_header(std::string_view line) {
  const auto json = json::parse_object(line);
  if (!json) return Header{.wrong = malformed("The event's line " + json.error() + ".")};
  const auto data_bytes = read_length(*json, "data_length", Limits::kDataBytes);
  if (!data_bytes) return std::unexpected(data_bytes.error());
  const auto payload_bytes = read_length(*json, "payload_length", Limits::kPayloadBytes);
  if (!payload_bytes) return std::unexpected(payload_bytes.error());
  const auto type = json->find("type");
  if (type == json->end() || !type->is_string()) {
    return Header{
        .data_bytes = *data_bytes, .payload_bytes = *payload_bytes, .wrong = malformed("The event has no 'type'.")};
  }
  const auto data = json->find("data");
  const bool has_data = data != json->end() && data->is_object();
  return Header{.type = type->get<std::string>(),
                .inline_data = has_data ? data->dump() : std::string(),
                .data_bytes = *data_bytes,
                .payload_bytes = *payload_bytes,
                .wrong = {}};
}

void Decoder::consume(std::size_t bytes) {
  begin_ += bytes;
  searched_ = 0;
}

void Decoder::skip_payload() {
  if (skip_ == 0) return;
  const auto skipped = std::min(skip_, buffered().size());
  skip_ -= skipped;
  consume(skipped);
}

}  // namespace antiphon::protocol::wyoming
