#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

/// What the gateway and a worker say to each other. The messages are plain values; codec.h turns them into frames.
/// Every limit below is enforced by the decoder before it allocates.
namespace antiphon::wire {

inline constexpr std::uint32_t kProtocolVersion = 5;

struct Limits {
  static constexpr std::size_t kFrameBytes = 16U << 20;  ///< Whole frame, header included.
  static constexpr std::size_t kTextBytes = 16U << 10;   ///< Text of one segment.
  static constexpr std::size_t kNameBytes = 4096;        ///< Voice ids, paths, fingerprints, messages.
  static constexpr std::size_t kPriorBytes = 12U << 20;
  static constexpr std::size_t kStateBytes = 4U << 20;
  static constexpr std::size_t kGrains = 4096;  ///< Grains of a plan.
  static constexpr std::size_t kMarks = 4096;
  static constexpr std::size_t kSamples = 2U << 20;  ///< PCM samples of one grain.
  static constexpr std::size_t kSpeakers = 4096;
  static constexpr std::uint64_t kJobUs = 3'600'000'000;  ///< That a job took.
  static constexpr std::uint32_t kPlaces = 64;            ///< Render jobs that a worker has under way at once.
  static constexpr std::size_t kVoices = 4096;            ///< In the store of a worker that joins.
  static constexpr std::size_t kJoinBytes = 1U << 20;     ///< Whole frame of what is read before a token was.
};

/// The values of engine::GrainKind and engine::Errc travel as these numbers; wire knows no engine.
struct Grain {
  std::uint8_t kind = 0;
  std::uint32_t row_begin = 0;
  std::uint32_t row_end = 0;
  std::uint32_t samples = 0;
  friend bool operator==(const Grain&, const Grain&) = default;
};

struct Mark {
  std::uint32_t text_offset = 0;
  std::uint32_t sample_offset = 0;
  friend bool operator==(const Mark&, const Mark&) = default;
};

// --- gateway to worker ---------------------------------------------------------------------------------------------

/// The gateway's first message. `epoch` numbers the process in its slot; the worker repeats it in every answer.
struct Hello {
  std::uint32_t protocol_version = kProtocolVersion;
  std::uint64_t worker_id = 0;
  std::uint32_t epoch = 0;
  friend bool operator==(const Hello&, const Hello&) = default;
};

struct LoadVoice {
  std::uint64_t job = 0;
  std::string voice_id;
  std::string folder;  ///< Absolute path of the voice's folder.
  friend bool operator==(const LoadVoice&, const LoadVoice&) = default;
};

struct UnloadVoice {
  std::string voice_id;
  friend bool operator==(const UnloadVoice&, const UnloadVoice&) = default;
};

struct PlanJob {
  std::uint64_t job = 0;
  std::string voice_id;
  std::string text;
  std::uint32_t segment_index = 0;
  std::uint64_t seed = 0;
  float speed = 1.0F;
  std::uint32_t speaker = 0;
  std::uint64_t max_samples = 0;
  std::uint64_t max_delay_us = 0;  ///< How long after its receipt it may wait for chunks that are more urgent.
  // For a link process, which judges whether its worker has stalled. To a worker of the gateway's own they are not
  // told.
  std::uint64_t wall_p95_us = 0;  ///< What 95 % of such jobs take; 0: not known.
  std::uint64_t cpu_p95_us = 0;   ///< The same in processor time of the worker; 0: not known.
  friend bool operator==(const PlanJob&, const PlanJob&) = default;
};

struct RenderJob {
  std::uint64_t job = 0;
  std::string voice_id;
  std::uint32_t speaker = 0;
  std::uint32_t row_bytes = 0;
  std::vector<Grain> grains;     ///< Consecutive grains of one segment, at least one.
  std::vector<std::byte> rows;   ///< The prior's rows [grains.front().row_begin, grains.back().row_end).
  std::vector<std::byte> state;  ///< State before the first of them.
  // For a worker that renders grains of several jobs at once.
  std::uint64_t max_delay_us = 0;  ///< How long after its receipt its first grain may wait, for company or for a plan.
  std::uint32_t batch_hint = 1;    ///< Streams that are being spoken, this one included: more cannot come together.
  bool exclusive = false;          ///< While it is under way no other is: it may be what ended a worker.
  std::uint64_t wall_p95_us = 0;   ///< As in PlanJob; so is the next one.
  std::uint64_t cpu_p95_us = 0;
  friend bool operator==(const RenderJob&, const RenderJob&) = default;
};

/// Stop `job` at its next grain edge; a worker that does not know the job ignores it.
struct Cancel {
  std::uint64_t job = 0;
  friend bool operator==(const Cancel&, const Cancel&) = default;
};

struct StatsRequest {
  friend bool operator==(const StatsRequest&, const StatsRequest&) = default;
};

// --- worker to gateway ---------------------------------------------------------------------------------------------

/// The worker's first message, in answer to Hello.
struct Ready {
  std::uint32_t protocol_version = kProtocolVersion;
  std::uint32_t epoch = 0;
  std::uint64_t pid = 0;
  std::string fingerprint;  ///< Execution fingerprint: runtime version, provider, CPU instruction set, size of batches.
  std::uint32_t places = 1;  ///< Render jobs that it has under way at once; 1 to Limits::kPlaces.
  std::uint32_t voices = 1;  ///< That it holds at once, at least 1.
  friend bool operator==(const Ready&, const Ready&) = default;
};

struct VoiceLoaded {
  std::uint64_t job = 0;
  std::uint32_t epoch = 0;
  std::string voice_id;
  std::string engine;
  std::uint32_t sample_rate = 0;
  std::string language;
  std::vector<std::string> speakers;
  std::string identity;
  std::uint64_t max_segment = 0;  ///< Samples.
  std::uint64_t load_us = 0;
  friend bool operator==(const VoiceLoaded&, const VoiceLoaded&) = default;
};

/// The job has left the worker's queue and its computation begins now.
struct Started {
  std::uint64_t job = 0;
  std::uint32_t epoch = 0;
  friend bool operator==(const Started&, const Started&) = default;
};

struct Planned {
  std::uint64_t job = 0;
  std::uint32_t epoch = 0;
  std::uint32_t row_bytes = 0;
  std::vector<Grain> grains;
  std::vector<Mark> marks;
  std::vector<std::byte> prior;
  std::uint64_t cpu_us = 0;  ///< CPU time of the inference thread.
  std::uint64_t wall_us = 0;
  friend bool operator==(const Planned&, const Planned&) = default;
};

/// One grain of a RenderJob, in order. The state makes it the place from which another worker can go on.
struct GrainDone {
  std::uint64_t job = 0;
  std::uint32_t epoch = 0;
  std::uint32_t index = 0;  ///< Position in RenderJob::grains.
  std::vector<std::int16_t> pcm;
  std::vector<std::byte> state;
  std::uint64_t cpu_us = 0;
  std::uint64_t wall_us = 0;
  std::uint64_t share_us = 0;  ///< Share of the worker's time: of wall_us, where others were rendered together with it.
  friend bool operator==(const GrainDone&, const GrainDone&) = default;
};

/// The end of a render job: all its grains were sent, or it was cancelled after `grains_done` of them.
struct RenderDone {
  std::uint64_t job = 0;
  std::uint32_t epoch = 0;
  std::uint32_t grains_done = 0;
  bool cancelled = false;
  friend bool operator==(const RenderDone&, const RenderDone&) = default;
};

/// The end of a LoadVoice, PlanJob or RenderJob that failed. The worker lives on.
struct Failed {
  std::uint64_t job = 0;
  std::uint32_t epoch = 0;
  std::uint8_t code = 0;  ///< engine::Errc.
  std::string message;
  friend bool operator==(const Failed&, const Failed&) = default;
};

struct Stats {
  std::uint32_t epoch = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t cpu_us = 0;  ///< Whole process since its start.
  std::uint64_t jobs = 0;    ///< Finished jobs since its start.
  std::uint32_t queued = 0;  ///< Jobs received and not begun.
  friend bool operator==(const Stats&, const Stats&) = default;
};

// --- between a gateway and the link process of a worker on another machine ------------------------------------------
// All messages above pass through the link process, but that it gives LoadVoice a folder of its own machine.

/// The first message, to the gateway. In every version of the protocol it is the 16th kind of message and begins with
/// the version, so that a gateway can tell peers that speak another one.
struct Join {
  std::uint32_t protocol_version = kProtocolVersion;
  std::string token;
  std::string id;  ///< The worker's own name, the same each time it joins.
  std::uint64_t incarnation =
      0;                   ///< Number of the process; of two processes of one id the one with the larger number counts.
  bool returning = false;  ///< It was welcomed under that number; one that was not is given a larger one.
  std::vector<std::string> voices;      ///< Ids of its store, each once.
  std::vector<std::string> identities;  ///< VoiceLoaded::identity of each, in the same order.
  friend bool operator==(const Join&, const Join&) = default;
};

/// The gateway's answer to a worker that may join. Hello follows.
struct Welcome {
  std::uint32_t protocol_version = kProtocolVersion;
  std::string kernel;             ///< With which the worker is to render: `antiphon worker --engine-kernel`.
  std::uint64_t incarnation = 0;  ///< Under which it has joined, and comes back.
  friend bool operator==(const Welcome&, const Welcome&) = default;
};

enum class Refusal : std::uint8_t {
  kVersion,      ///< The two speak different versions.
  kToken,        ///< Not one that the gateway knows.
  kFull,         ///< The gateway takes no more workers.
  kVoices,       ///< A voice is missing or another one.
  kFingerprint,  ///< The worker would compute other bytes than the rest.
  kSuperseded,   ///< A newer process with the same id has joined.
};
inline constexpr std::uint8_t kRefusals = 6;

/// The gateway's last message to a worker that may not join, or may not stay. In every version of the protocol it is
/// the 18th kind of message, of these two fields, and code 0 says that the versions differ: a peer of another version
/// reads it, too.
struct Refused {
  std::uint8_t code = 0;  ///< Refusal.
  std::string reason;     ///< A sentence for people.
  friend bool operator==(const Refused&, const Refused&) = default;
};

/// The gateway's, at short intervals; the link process returns the stamp at once.
struct Ping {
  std::uint64_t stamp = 0;
  friend bool operator==(const Ping&, const Ping&) = default;
};

struct Pong {
  std::uint64_t stamp = 0;
  std::uint64_t resident_bytes = 0;  ///< Resident memory of the worker process.
  std::uint64_t bulk_bytes = 0;      ///< Received so far in frames that came in pieces,
  std::uint64_t bulk_us = 0;         ///< and in what time.
  friend bool operator==(const Pong&, const Pong&) = default;
};

/// The link process's: it wants no more jobs, and goes when those that it has are done.
struct Leave {
  friend bool operator==(const Leave&, const Leave&) = default;
};

/// How a worker process behind a link ended.
enum class Loss : std::uint8_t {
  kExited,       ///< By itself, by somebody else's signal, or what it sent was no message.
  kStalled,      ///< Killed since a job did not end.
  kLoadStalled,  ///< Killed since it did not become ready, or a voice did not load.
  kBadAnswer,    ///< Killed since it sent a message that workers do not.
};
inline constexpr std::uint8_t kLosses = 4;

/// The link process's last message: its worker process is gone, or will be at once. The gateway closes the link.
struct Lost {
  std::uint8_t loss = 0;  ///< Loss.
  std::string reason;     ///< A sentence for people.
  friend bool operator==(const Lost&, const Lost&) = default;
};

using Message =
    std::variant<Hello, LoadVoice, UnloadVoice, PlanJob, RenderJob, Cancel, StatsRequest, Ready, VoiceLoaded, Started,
                 Planned, GrainDone, RenderDone, Failed, Stats, Join, Welcome, Refused, Ping, Pong, Leave, Lost>;

}  // namespace antiphon::wire
