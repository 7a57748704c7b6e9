// Any bytes, in pieces whose sizes the bytes themselves choose: the decoder refuses them or yields events, the same as
// from one piece, and keeps no more than an event's limit.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "protocol/wyoming/decoder.h"
#include "protocol/wyoming/dialogue.h"
#include "protocol/wyoming/server_event.h"

namespace {

namespace wyoming = antiphon::protocol::wyoming;

struct Seen {
  std::size_t events = 0;
  bool failed = false;
  bool idle = true;
  friend bool operator==(const Seen&, const Seen&) = default;
};

void answer(wyoming::Dialogue& dialogue, wyoming::ClientEvent event) {
  const auto command = dialogue.on(std::move(event));
  if (!command) return;
  std::string out;
  if (const auto* const refusal = std::get_if<wyoming::Refuse>(&*command)) wyoming::append_error(refusal->error, out);
  if (const auto* const pong = std::get_if<wyoming::SendPong>(&*command)) wyoming::append_pong(pong->text, out);
  ANTIPHON_CHECK(out.empty() || out.contains('\n'), "an answer has a line");
}

/// Feeds all of `input`, each piece of the size that `size_of` says.
template <class SizeOf>
Seen read(std::string_view input, SizeOf size_of) {
  wyoming::Decoder decoder;
  wyoming::Dialogue dialogue;
  Seen seen;
  while (!input.empty()) {
    const auto piece = input.substr(0, size_of(input));
    input.remove_prefix(piece.size());
    decoder.feed(piece);
    while (true) {
      auto event = decoder.next();
      if (!event) {
        ANTIPHON_CHECK(!decoder.next(), "lost framing stays lost");
        return {.events = seen.events, .failed = true, .idle = false};
      }
      if (!*event) break;
      ++seen.events;
      answer(dialogue, std::move(**event));
    }
  }
  seen.idle = decoder.idle();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto whole = read(input, [](std::string_view left) { return left.size(); });
  const auto pieces = read(input, [](std::string_view left) {
    return std::min<std::size_t>(left.size(), 1U + static_cast<unsigned char>(left[0]) % 16U);
  });
  ANTIPHON_CHECK(whole == pieces, "how the bytes are cut does not matter");
  return 0;
}
