#include "protocol/wyoming/dialogue.h"

#include <utility>

namespace antiphon::protocol::wyoming {
namespace {

Refuse out_of_turn(std::string message) {
  return {Error{.code = Errc::kOutOfTurn, .message = std::move(message), .param = {}}};
}

}  // namespace

std::optional<Command> Dialogue::on(ClientEvent event) {
  return std::visit([this](auto&& known) { return take(std::forward<decltype(known)>(known)); }, std::move(event));
}

std::optional<Command> Dialogue::take(Describe) { return SendInfo{}; }

std::optional<Command> Dialogue::take(Ping ping) { return SendPong{std::move(ping.text)}; }

std::optional<Command> Dialogue::take(Synthesize whole) {
  if (streaming_) return std::nullopt;
  return Speak{.text = std::move(whole.text), .voice = std::move(whole.voice), .format = whole.format};
}

std::optional<Command> Dialogue::take(SynthesizeStart start) {
  if (streaming_) return out_of_turn("A text is being streamed already; send synthesize-stop first.");
  streaming_ = true;
  return BeginText{.voice = std::move(start.voice), .format = start.format};
}

std::optional<Command> Dialogue::take(SynthesizeChunk chunk) {
  if (!streaming_) return out_of_turn("Send synthesize-start before synthesize-chunk.");
  return AddText{std::move(chunk.text)};
}

std::optional<Command> Dialogue::take(SynthesizeStop) {
  if (!std::exchange(streaming_, false)) return out_of_turn("Send synthesize-start before synthesize-stop.");
  return EndText{};
}

std::optional<Command> Dialogue::take(Unknown) { return std::nullopt; }

std::optional<Command> Dialogue::take(Invalid invalid) { return Refuse{std::move(invalid.error)}; }

}  // namespace antiphon::protocol::wyoming
