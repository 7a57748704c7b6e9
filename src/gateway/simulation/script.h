#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "fleet/testing/fake_worker.h"

namespace antiphon::gateway::simulation {

/// Numbers that follow from a seed alone, the same on every machine (SplitMix64).
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}

  [[nodiscard]] std::uint64_t next();
  /// From 0 to `count` - 1.
  [[nodiscard]] std::uint64_t below(std::uint64_t count) { return next() % count; }
  /// From `low` to `high`, both included.
  [[nodiscard]] std::uint64_t from(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
  [[nodiscard]] bool chance(double probability) { return real() < probability; }
  /// From 0 up to 1.
  [[nodiscard]] double real() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

 private:
  std::uint64_t state_;
};

/// How a client sends its text.
enum class Form : std::uint8_t {
  kWhole,   ///< As the body of OpenAI's request.
  kPieces,  ///< While it is spoken, as ElevenLabs' sockets and Wyoming's streams do.
};

/// What a request says, and so what its audio is.
struct Request {
  std::size_t text = 0;  ///< Index into kTexts.
  std::uint64_t seed = 0;
  Form form = Form::kWhole;
  bool wav = false;
  bool new_voice = false;  ///< The voice as it is after the reload. Not part of what the client sends.
  friend auto operator<=>(const Request&, const Request&) = default;
};

/// What a client does.
struct ClientPlan {
  base::Duration arrives{};
  Request request;
  std::optional<base::Duration> leaves{};  ///< After its arrival.
  double reads = 0;                        ///< Seconds of audio that it takes in a second; 0: all at once.
  bool paced = false;
  std::uint64_t wait_seconds = 0;    ///< How long it can wait for room.
  base::Duration between_pieces{};   ///< For Form::kPieces.
  std::size_t piece_characters = 8;  ///< For Form::kPieces, 1 or more.
};

/// All that happens to a server from outside in one run.
struct Script {
  std::uint64_t seed = 0;
  bool has_faults = false;
  bool admission = true;
  std::uint32_t least_workers = 1;
  std::uint32_t most_workers = 1;
  std::uint32_t remote_workers = 0;  ///< They join again half a second after their link was lost.
  bool spare = false;
  std::uint32_t fixed_chunk_grains = 0;  ///< 0: by the chunk rule.
  fleet::testing::FakeBehaviour worker{};
  double fault_rate = 0;  ///< Share of the worker processes that do something wrong.
  std::optional<base::Duration> reloads{};
  std::optional<base::Duration> drains{};
  std::vector<ClientPlan> clients;
};

/// The script of a seed.
[[nodiscard]] Script script_of(std::uint64_t seed);
/// A script in which one client asks for that and nothing goes wrong.
[[nodiscard]] Script solo(const Request& request);
/// How the next worker process of a script behaves; nullopt: it cannot be started.
[[nodiscard]] std::optional<fleet::testing::FakeBehaviour> draw_worker(const Script& script, Draw& draw);

[[nodiscard]] std::string_view text_of(const Request& request);
/// Whether the text ends the workers that read it.
[[nodiscard]] bool is_deadly(const Request& request);
/// One line for each client, to follow a failing seed by.
[[nodiscard]] std::string describe(const Script& script);

}  // namespace antiphon::gateway::simulation
