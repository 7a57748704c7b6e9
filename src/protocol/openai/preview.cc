#include "protocol/openai/preview.h"

#include <nlohmann/json.hpp>

#include "base/time.h"

namespace antiphon::protocol::openai {
namespace {

using Json = nlohmann::ordered_json;

Json segment_of(const text::Preview::Segment& segment) {
  auto words = Json::array();
  for (const auto& word : segment.words) {
    words.push_back({{"spoken", word.spoken}, {"begin", word.begin ? Json(*word.begin) : Json()}});
  }
  return {{"text", segment.text},
          {"spoken", segment.spoken},
          {"words", std::move(words)},
          {"speakable", segment.speakable},
          {"pause_before_seconds", base::to_seconds(segment.pause_before)},
          {"pause_after_seconds", base::to_seconds(segment.pause_after)},
          {"rate", segment.prosody.rate / 100.0},
          {"volume_db", segment.prosody.volume}};
}

}  // namespace

std::string preview_body(const text::Preview& preview) {
  auto segments = Json::array();
  for (const auto& segment : preview.segments) segments.push_back(segment_of(segment));
  auto left_out = Json::array();
  for (const auto& one : preview.left_out) left_out.push_back({{"why", text::name_of(one.why)}, {"text", one.text}});
  const Json body = {{"segments", std::move(segments)},
                     {"left_out", std::move(left_out)},
                     {"further_left_out", preview.further_left_out}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace antiphon::protocol::openai
