#include "delivery/stream_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/sha256.h"
#include "codec/libraries.h"
#include "delivery/tracked_sink.h"

namespace antiphon::delivery {
namespace {

std::string_view name_of(dispatch::Door door) { return door == dispatch::Door::kElevenLabs ? "elevenlabs" : "openai"; }

}  // namespace

StreamBook::StreamBook(progress::Store& store, const VoiceDirectory& voices, const dispatch::Cell& cell,
                       runtime::Clock& clock, const dispatch::ProgressProbe& probe, StreamBookOptions options)
    : store_(store),
      voices_(voices),
      cell_(cell),
      clock_(clock),
      probe_(probe),
      options_(std::move(options)),
      here_(lease_now()),
      ended_(cell.executor()) {
  store_.on_lost([this](const progress::StreamName& name, progress::FencingToken token) { lose(name, token); });
}

StreamBook::~StreamBook() { store_.on_lost({}); }

runtime::Awaitable<> StreamBook::watch() {
  do static_cast<void>(absences());
  while (co_await runtime::sleep_for(clock_, options_.lease / 4));
}

std::uint64_t StreamBook::absences() {
  const auto now = lease_now();
  if (now - here_ > options_.lease) ++absences_;
  here_ = now;
  return absences_;
}

std::string StreamBook::fingerprint(const progress::Request& request, const ServedVoice& voice) const {
  const auto& workers = cell_.fleet().fingerprint();
  if (workers.empty()) return {};
  // Samples that are sent as the voice renders them are no library's work, so that machines may differ in theirs.
  const auto format = codec::parse_format(request.format);
  const bool is_plain = request.rate == voice.rate && format && codec::bytes_per_sample(*format);
  const auto bytes_of_gateway =
      base::sha256_hex(fmt::format("{}\n{}\n{:a}\n{}", gateway_, voice.rate.hz, voice.gain.factor,
                                   is_plain ? std::string() : codec::libraries_identity()));
  return workers + " gateway " + bytes_of_gateway;
}

const ServedVoice* StreamBook::voice_of(const dispatch::SpeechSpec& spec) const {
  const auto found = std::ranges::find(voices_.voices(), spec.voice_id, &ServedVoice::key);
  return found == voices_.voices().end() ? nullptr : &*found;
}

progress::Request StreamBook::describe(const SpeechOrder& order, const identity::Caller& caller) const {
  std::vector<progress::Word> words;
  for (const auto& [written, spoken, letters] : order.pronunciations) {
    words.push_back({.written = written, .spoken = spoken, .letters = static_cast<std::uint8_t>(letters)});
  }
  return {.holder = holder_of(caller),
          .account = caller.account.value,
          .user = caller.user.value,
          .door = std::string(name_of(order.door)),
          .seed = order.seed,
          .speed = order.speed,
          .volume = order.volume,
          .text = options_.text == KeptText::kWhole ? order.text : std::string(),
          .text_sha256 = base::sha256(order.text),
          .text_bytes = static_cast<std::uint32_t>(order.text.size()),
          .format = std::string(codec::name_of(order.output.format)),
          .rate = order.output.rate,
          .bits_per_second = order.output.bit_rate.bits_per_second,
          .wordless = static_cast<std::uint8_t>(order.output.wordless),
          .reading = text::number_of(order.reading),
          .words = std::move(words),
          .dictionaries = order.dictionaries};
}

runtime::Awaitable<bool> StreamBook::take_over(progress::StreamName name, progress::FencingToken token) {
  lose(name, token);
  while (std::ranges::any_of(live_, [&](const auto* sink) { return sink->name() == name && sink->token() <= token; })) {
    if (!co_await ended_.wait()) co_return false;
  }
  co_return true;
}

void StreamBook::lose(const progress::StreamName& name, progress::FencingToken token) {
  for (auto* const sink : live_) {
    if (sink->name() == name && sink->token() <= token) sink->lose();
  }
}

std::string holder_of(const identity::Caller& caller) {
  if (!caller.key_sha256.empty()) return base::sha256_hex("key:" + caller.key_sha256);
  return base::sha256_hex("account:" + std::to_string(caller.account.value));
}

}  // namespace antiphon::delivery
