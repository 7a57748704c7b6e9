#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"

/// The two-phase interface that every speech engine implements. `plan` runs once per segment and says the exact
/// length of its audio; `render` turns one grain of it into PCM. Whatever must survive between two calls is in their
/// arguments and results, so that any worker can render any grain of any stream.
namespace antiphon::engine {

enum class Errc : std::uint8_t {
  kBadArgument,     ///< A value outside the range its comment gives.
  kNothingToSpeak,  ///< The text has no phoneme of the voice (only emoji, say).
  kSegmentTooLong,  ///< The plan would exceed PlanRequest::max_samples: split the text and plan the parts.
  kVoiceNotFound,   ///< No such voice folder, or its manifest is missing.
  kVoiceCorrupt,    ///< The voice's files are damaged, of an unknown version or do not fit together.
  kStateMismatch,   ///< Rows or state have another size or kind than the grain needs.
  kEngineFailure,   ///< The library behind the engine failed; the message has its words.
};

struct Error {
  Errc code = Errc::kEngineFailure;
  std::string message;  ///< What was wrong, where, and what to do; no user text.
};

template <class T>
using Result = base::Result<T, Error>;

/// Where a grain lies in its segment. It selects the grain's shape: with or without history, with or without
/// look-ahead. A segment is either one kSingle grain, or kFirst, any number of kMiddle, kLast.
enum class GrainKind : std::uint8_t { kSingle = 0, kFirst = 1, kMiddle = 2, kLast = 3 };

/// One grain of a segment. The layout of a segment's grains is a pure function of its length.
struct GrainSpec {
  GrainKind kind = GrainKind::kSingle;
  std::uint32_t row_begin = 0;  ///< First row of the prior that the grain consumes.
  std::uint32_t row_end = 0;    ///< One past its last row. Middle and last grains begin where the previous one ended.
  std::uint32_t samples = 0;    ///< Exact number of PCM samples that it yields.
  friend bool operator==(const GrainSpec&, const GrainSpec&) = default;
};

struct PlanRequest {
  std::string_view text;            ///< One segment, UTF-8, already normalised by text/; not empty.
  std::uint32_t segment_index = 0;  ///< Position among the utterance's planned segments; keys the noise.
  std::uint64_t seed = 0;           ///< The request's seed; keys the noise.
  float speed = 1.0F;               ///< 0.25 to 4; audio length is divided by it.
  std::uint32_t speaker = 0;        ///< Below VoiceInfo::speakers.size(), or 0 where a voice has one speaker.
  base::SampleCount max_samples;    ///< Longest plan wanted; 0 = the voice's own limit.
};

/// The result of planning: all that rendering needs, in a form that travels.
struct SegmentPlan {
  std::uint32_t row_bytes = 0;    ///< Size of one row (one frame) of the prior.
  std::vector<std::byte> prior;   ///< rows * row_bytes bytes, time-major; opaque outside the engine.
  std::vector<GrainSpec> grains;  ///< In order, at least one.
  /// Places of the text whose time is known, for alignment: byte offset in the text and sample offset in the audio,
  /// both ascending. Where each word starts and, where the engine can tell, where it ends. May be empty.
  struct Mark {
    std::uint32_t text_offset = 0;
    std::uint32_t sample_offset = 0;
    friend bool operator==(const Mark&, const Mark&) = default;
  };
  std::vector<Mark> marks;

  [[nodiscard]] base::SampleCount samples() const {
    base::SampleCount sum;
    for (const auto& grain : grains) sum += base::SampleCount{grain.samples};
    return sum;
  }
};

struct RenderRequest {
  GrainSpec grain;
  std::span<const std::byte> rows;   ///< Rows [row_begin, row_end) of the prior.
  std::span<const std::byte> state;  ///< What the previous grain returned; empty for kSingle and kFirst.
  std::uint32_t speaker = 0;
};

struct RenderedGrain {
  std::vector<std::int16_t> pcm;  ///< grain.samples samples, mono, at the voice's own rate.
  std::vector<std::byte> state;   ///< For the next grain; empty after kSingle and kLast.
};

/// What a loaded voice says about itself; the same facts stand in its manifest.
struct VoiceInfo {
  std::string id;      ///< Name in the catalogue, for example en_US-joe-medium.
  std::string engine;  ///< "piper", "tone", ...
  base::SampleRate sample_rate;
  std::string language;               ///< BCP 47, for example en-US.
  std::vector<std::string> speakers;  ///< Names in the order of their numbers; empty for one unnamed speaker.
  std::string identity;               ///< sha256 over all that decides its bytes; part of the execution fingerprint.
  base::SampleCount max_segment;      ///< Longest plan (10 s of audio unless the voice says otherwise).
};

/// A voice in memory. Used by one thread at a time; no call's result depends on another call.
class Voice {
 public:
  virtual ~Voice() = default;
  [[nodiscard]] virtual const VoiceInfo& info() const = 0;
  /// Errors: kBadArgument, kNothingToSpeak, kSegmentTooLong, kEngineFailure.
  [[nodiscard]] virtual Result<SegmentPlan> plan(const PlanRequest& request) = 0;
  /// Errors: kBadArgument, kStateMismatch, kEngineFailure. Same request, same bytes, within one fingerprint.
  [[nodiscard]] virtual Result<RenderedGrain> render(const RenderRequest& request) = 0;

  /// How many grains of `kind` are rendered at once, at least 1. A batch is always of that size, whatever is in it.
  [[nodiscard]] virtual std::size_t batch_size(GrainKind /*kind*/) const { return 1; }
  /// Renders grains of one kind, of any segments and speakers, at most batch_size(kind) of them. Gives one result for
  /// each, in their order: what render() gives for it alone, byte for byte, whatever the others are. It takes as long
  /// for one as for all.
  [[nodiscard]] virtual std::vector<Result<RenderedGrain>> render_batch(std::span<const RenderRequest> requests) {
    std::vector<Result<RenderedGrain>> results;
    for (const auto& request : requests) results.push_back(render(request));
    return results;
  }
};

/// Loads voices of one kind. Used by one thread at a time.
class Engine {
 public:
  virtual ~Engine() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Library version, provider and CPU instruction set: what besides the voice decides the bytes.
  [[nodiscard]] virtual std::string fingerprint() const = 0;
  /// Loads the voice in `folder` (one folder of the catalogue). Errors: kVoiceNotFound, kVoiceCorrupt, kEngineFailure.
  [[nodiscard]] virtual Result<std::unique_ptr<Voice>> load(const std::filesystem::path& folder) = 0;
};

}  // namespace antiphon::engine
