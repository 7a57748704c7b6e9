#include "bench/wyoming_answer.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>

#include "bench/client.h"
#include "protocol/json/object.h"

namespace antiphon::bench {
namespace {

using protocol::json::Json;

constexpr std::size_t kMostJson = 262'144;
constexpr std::size_t kMostPayload = 16'777'216;
constexpr std::uint64_t kMostRate = 768'000;
constexpr std::uint64_t kMostWidth = 8;
constexpr std::uint64_t kMostChannels = 16;

/// A field that is a number of at most `most`; nullopt where it is not. 0 where it is absent.
std::optional<std::uint64_t> number_in(const Json& object, const char* name, std::uint64_t most) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return 0;
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() > most) return std::nullopt;
  return found->get<std::uint64_t>();
}

class WyomingAnswer final : public AnswerReader {
 public:
  base::Result<base::SampleCount, std::string> feed(std::string_view bytes) override {
    base::SampleCount samples;
    while (!bytes.empty() && !complete_) {
      auto taken = part_ == Part::kPayload ? take_payload(bytes) : take_json(bytes);
      if (!taken) return taken;
      samples += *taken;
    }
    return samples;
  }

  void end() override {}
  [[nodiscard]] bool is_complete() const override { return complete_; }
  [[nodiscard]] int status() const override {
    constexpr int kOk = 200;
    return began_ ? kOk : 0;
  }
  [[nodiscard]] std::optional<base::Duration> come_back() const override { return std::nullopt; }
  [[nodiscard]] base::SampleRate rate() const override { return rate_; }

 private:
  using Read = base::Result<base::SampleCount, std::string>;
  enum class Part : std::uint8_t { kLine, kData, kPayload };

  /// Takes bytes of a line, or of the JSON after it, and acts on what is whole.
  Read take_json(std::string_view& bytes) {
    const bool in_line = part_ == Part::kLine;
    const auto end = bytes.find('\n');
    const auto wanted = in_line ? std::min(end, bytes.size()) : std::min(data_left_, bytes.size());
    if (text_.size() + wanted > kMostJson) return std::unexpected("an event is too long");
    text_ += bytes.substr(0, wanted);
    const bool whole = in_line ? end != std::string_view::npos : wanted == data_left_;
    bytes.remove_prefix(wanted + (in_line && whole ? 1 : 0));
    if (!in_line) data_left_ -= wanted;
    if (!whole) return base::SampleCount{};
    auto text = std::exchange(text_, {});
    return in_line ? read_line(text) : read_data(text);
  }

  Read take_payload(std::string_view& bytes) {
    const auto taken = std::min(payload_left_, bytes.size());
    bytes.remove_prefix(taken);
    payload_left_ -= taken;
    if (payload_left_ == 0) part_ = Part::kLine;
    if (type_ != "audio-chunk") return base::SampleCount{};
    rest_ += taken;
    const base::SampleCount whole{rest_ / frame_bytes_};
    rest_ %= frame_bytes_;
    return whole;
  }

  Read read_line(const std::string& line) {
    if (line.find_first_not_of(" \r\t") == std::string::npos) return base::SampleCount{};
    auto event = protocol::json::parse_object(line);
    if (!event) return std::unexpected("a line is no event");
    const auto type = event->find("type");
    const auto data = number_in(*event, "data_length", kMostJson);
    const auto payload = number_in(*event, "payload_length", kMostPayload);
    if (type == event->end() || !type->is_string() || !data || !payload) return std::unexpected("a line is no event");
    type_ = type->get<std::string>();
    data_left_ = *data;
    payload_left_ = *payload;
    const auto fields = event->find("data");
    fields_ = fields != event->end() && fields->is_object() ? *fields : Json::object();
    if (data_left_ == 0) return act();
    part_ = Part::kData;
    return base::SampleCount{};
  }

  Read read_data(const std::string& text) {
    auto fields = protocol::json::parse_object(text);
    if (!fields) return std::unexpected("the data of an event are no JSON");
    fields_.update(*fields);
    return act();
  }

  /// The event is whole but for its payload.
  Read act() {
    part_ = payload_left_ == 0 ? Part::kLine : Part::kPayload;
    if (type_ == "error") return std::unexpected("the server answered with an error");
    if (type_ == "audio-stop") complete_ = true;
    if (type_ != "audio-start") return base::SampleCount{};
    const auto rate = number_in(fields_, "rate", kMostRate).value_or(0);
    const auto width = number_in(fields_, "width", kMostWidth).value_or(0);
    const auto channels = number_in(fields_, "channels", kMostChannels).value_or(0);
    if (rate == 0 || width == 0 || channels == 0) return std::unexpected("the audio's format makes no sense");
    rate_ = {static_cast<std::uint32_t>(rate)};
    frame_bytes_ = width * channels;
    began_ = true;
    return base::SampleCount{};
  }

  Part part_ = Part::kLine;
  std::string text_;  ///< Of a line or of JSON that is not whole yet.
  std::string type_;
  Json fields_;
  std::size_t data_left_ = 0;
  std::size_t payload_left_ = 0;
  base::SampleRate rate_{22'050};
  std::size_t frame_bytes_ = 2;
  std::size_t rest_ = 0;  ///< Bytes of a frame that is not complete.
  bool began_ = false;
  bool complete_ = false;
};

}  // namespace

std::string wyoming_request(const Target& target, const Request& request) {
  nlohmann::json data = {{"text", request.text}};
  if (!target.voice.empty()) data["voice"] = {{"name", target.voice}};
  return nlohmann::json{{"type", "synthesize"}, {"data", data}}.dump() + "\n";
}

std::unique_ptr<AnswerReader> make_wyoming_answer() { return std::make_unique<WyomingAnswer>(); }

}  // namespace antiphon::bench
