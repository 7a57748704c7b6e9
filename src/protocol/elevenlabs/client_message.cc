#include "protocol/elevenlabs/client_message.h"

#include <utility>

#include "protocol/blank.h"
#include "protocol/elevenlabs/locators.h"
#include "protocol/elevenlabs/speech.h"
#include "protocol/json/object.h"

namespace antiphon::protocol::elevenlabs {
namespace {

using Fields = json::Fields<Error>;

constexpr std::string_view kSchedule = "chunk_length_schedule";

void read_schedule(Fields& config, std::vector<std::uint32_t>& schedule) {
  const auto* const list = config.find(kSchedule);
  if (list == nullptr) return;
  if (!list->is_array()) return config.fail(Errc::kInvalidType, kSchedule, "must be a list of numbers.");
  if (list->size() > kMaxScheduleItems) return config.fail(Errc::kInputTooLong, kSchedule, "has more than 32 items.");
  for (const auto& item : *list) {
    if (!item.is_number()) return config.fail(Errc::kInvalidType, kSchedule, "must be a list of numbers.");
    const auto characters = item.get<double>();
    if (!(characters >= 1 && characters <= kMostScheduledCharacters)) {
      return config.fail(Errc::kInvalidValue, kSchedule, "must hold numbers of characters, 1 to 10000.");
    }
    schedule.push_back(static_cast<std::uint32_t>(characters));
  }
}

ContextSettings read_settings(Fields& fields) {
  ContextSettings settings;
  if (const auto* const object = fields.object("voice_settings")) {
    Fields voice(*object, "voice_settings.");
    if (voice.find("speed") != nullptr) voice.read("speed", settings.speed.emplace(1.0), kLeastSpeed, kMostSpeed);
    fields.adopt(std::move(voice));
  }
  for (const auto* const name : {"generation_config", "generator_config"}) {
    const auto* const object = fields.object(name);
    if (object == nullptr) continue;
    Fields config(*object, std::string(name) + ".");
    settings.chunk_length_schedule.clear();
    read_schedule(config, settings.chunk_length_schedule);
    fields.adopt(std::move(config));
  }
  for (const auto* const name : {"authorization", "xi_api_key", "xi-api-key"}) {
    fields.read(name, settings.api_key, kMaxNameCharacters);
  }
  settings.dictionaries = read_locators(fields);
  constexpr std::string_view kBearer = "Bearer ";
  if (settings.api_key.starts_with(kBearer)) settings.api_key.erase(0, kBearer.size());
  return settings;
}

Pace read_pace(Fields& fields) {
  bool flush = false;
  bool trigger = false;
  fields.read("flush", flush);
  fields.read("try_trigger_generation", trigger);
  if (flush) return Pace::kFlushed;
  return trigger ? Pace::kTriggered : Pace::kBuffered;
}

Then read_then(Fields& fields, Mode mode) {
  bool close_socket = false;
  bool close_context = false;
  fields.read("close_socket", close_socket);
  if (mode == Mode::kMulti) fields.read("close_context", close_context);
  if (close_socket) return Then::kCloseSocket;
  return close_context ? Then::kCloseContext : Then::kMore;
}

ClientMessage read_message(Fields& fields, Mode mode, const Rules& rules, std::string context) {
  AppendText append{.context = std::move(context), .text = {}, .pace = read_pace(fields), .settings = {}};
  append.settings = read_settings(fields);
  append.then = read_then(fields, mode);
  const bool has_text = fields.find("text") != nullptr;
  fields.read("text", append.text, rules.max_characters, kLimitSetting);
  const bool speaks = !is_blank(append.text) || append.pace == Pace::kFlushed;
  if (append.then == Then::kCloseSocket && !speaks) return CloseSocket{};
  if (append.then == Then::kCloseContext && !speaks) return FinishContext{std::move(append.context)};
  if (append.then == Then::kCloseContext) append.pace = Pace::kFlushed;
  if (!append.text.empty() || append.then != Then::kMore) return append;
  if (mode == Mode::kSingle && has_text) return FinishContext{std::move(append.context)};
  if (append.pace == Pace::kFlushed) return append;
  return KeepAlive{std::move(append.context)};
}

std::optional<std::string> read_context(Fields& fields, Mode mode) {
  std::string context;
  if (mode == Mode::kSingle) return context;
  for (const auto* const name : {"contextId", "context_id"}) fields.read(name, context, kMaxNameCharacters);
  return fields.error() ? std::nullopt : std::optional(std::move(context));
}

}  // namespace

base::Result<ClientMessage, MessageError> parse_client_message(Mode mode, std::string_view message,
                                                               const Rules& rules) {
  const auto json = json::parse_object(message);
  if (!json) {
    return std::unexpected(
        MessageError{{.code = Errc::kBadRequest, .message = "The message " + json.error() + ".", .param = {}}});
  }
  Fields fields(*json);
  auto context = read_context(fields, mode);
  auto read = read_message(fields, mode, rules, context.value_or(""));
  if (fields.error()) return std::unexpected(MessageError{std::move(*fields.error()), std::move(context)});
  return read;
}

}  // namespace antiphon::protocol::elevenlabs
