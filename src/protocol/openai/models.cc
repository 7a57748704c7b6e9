#include "protocol/openai/models.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace antiphon::protocol::openai {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 6> kModels = {"tts-1",         "tts-1-hd",        "tts-1-1106",
                                                     "tts-1-hd-1106", "gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-03-20"};

Json model(std::string_view id) { return {{"id", id}, {"object", "model"}, {"created", 0}, {"owned_by", "antiphon"}}; }

}  // namespace

bool is_model(std::string_view id) { return std::ranges::find(kModels, id) != kModels.end(); }

std::string models_body() {
  Json data = Json::array();
  for (const auto id : kModels) data.push_back(model(id));
  return Json{{"object", "list"}, {"data", std::move(data)}}.dump();
}

std::optional<std::string> model_body(std::string_view id) {
  if (!is_model(id)) return std::nullopt;
  return model(id).dump();
}

std::string speech_models_body() {
  Json list = Json::array();
  for (const auto id : kModels) list.push_back({{"id", id}, {"name", id}});
  return Json{{"models", std::move(list)}}.dump();
}

std::string voices_body(std::span<const VoiceEntry> voices) {
  Json list = Json::array();
  for (const auto& voice : voices) {
    list.push_back({{"id", voice.id}, {"name", voice.name}, {"language", voice.language}, {"engine", voice.engine}});
  }
  return Json{{"voices", std::move(list)}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace antiphon::protocol::openai
