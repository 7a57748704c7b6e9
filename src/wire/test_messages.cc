#include "wire/test_messages.h"

#include <concepts>
#include <limits>
#include <string>
#include <utility>

#include "wire/fields.h"

namespace antiphon::wire {
namespace {

std::vector<std::byte> bytes(std::size_t n) {
  std::vector<std::byte> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::byte>(i * 31 + 7);
  return out;
}

const std::vector<Grain> kGrains = {{1, 0, 29, 4'842}, {2, 29, 47, 4'608}, {3, 47, 50, 3'350}};

}  // namespace

std::vector<Message> real_messages() {
  return {
      Hello{.worker_id = 2, .epoch = 3},
      LoadVoice{.job = 1, .voice_id = "en_US-joe-medium", .folder = "/var/lib/antiphon/voices/en_US-joe-medium"},
      UnloadVoice{.voice_id = "tone"},
      PlanJob{.job = 7,
              .voice_id = "tone",
              .text = "Good morning, caf\xC3\xA9.",
              .segment_index = 4,
              .seed = 99,
              .speed = 1.25F,
              .speaker = 1,
              .max_samples = 220'500,
              .max_delay_us = 150'000,
              .wall_p95_us = 60'000,
              .cpu_p95_us = 45'000},
      RenderJob{.job = 8, .voice_id = "tone", .row_bytes = 4, .grains = {kGrains[0]}, .rows = bytes(116)},
      RenderJob{.job = 9,
                .voice_id = "tone",
                .row_bytes = 4,
                .grains = {kGrains[1], kGrains[2]},
                .rows = bytes(84),
                .state = bytes(48),
                .max_delay_us = 350'000,
                .batch_hint = 7,
                .exclusive = true,
                .wall_p95_us = 110'000,
                .cpu_p95_us = 90'000},
      Cancel{.job = 9},
      StatsRequest{},
      Ready{.epoch = 3, .pid = 4711, .fingerprint = "tone-1", .places = 4, .voices = 8},
      VoiceLoaded{.job = 1,
                  .epoch = 3,
                  .voice_id = "tone",
                  .engine = "tone",
                  .sample_rate = 22'050,
                  .language = "en-US",
                  .speakers = {"a", "", "b"},
                  .identity = "0123456789abcdef",
                  .max_segment = 220'500,
                  .load_us = 1'500},
      Started{.job = 7, .epoch = 3},
      Planned{.job = 7,
              .epoch = 3,
              .row_bytes = 4,
              .grains = kGrains,
              .marks = {{0, 0}, {5, 4'000}},
              .prior = bytes(200),
              .cpu_us = 900,
              .wall_us = 1'000},
      GrainDone{.job = 9,
                .epoch = 3,
                .index = 1,
                .pcm = {0, 1, -1, 32'767, -32'768},
                .state = bytes(48),
                .cpu_us = 20'000,
                .wall_us = 21'000,
                .share_us = 7'000},
      RenderDone{.job = 9, .epoch = 3, .grains_done = 1, .cancelled = true},
      Failed{.job = 7, .epoch = 3, .code = 1, .message = "the text has no letter and no digit"},
      Stats{.epoch = 3, .resident_bytes = 90'000'000, .cpu_us = 5'000'000, .jobs = 12, .queued = 1},
      Join{.token = "antiphon_0123",
           .id = "attic/1",
           .incarnation = 1'764'115'200,
           .returning = true,
           .voices = {"en_US-joe-medium", "tone"},
           .identities = {"0123456789abcdef", "fedcba9876543210"}},
      Welcome{.kernel = "voice", .incarnation = 1'764'115'200},
      Refused{.code = 3, .reason = "the voice 'tone' is another one here"},
      Ping{.stamp = 123'456'789},
      Pong{.stamp = 123'456'789, .resident_bytes = 90'000'000, .bulk_bytes = 1'000'000, .bulk_us = 9'000},
      Leave{},
      Lost{.loss = 1, .reason = "the worker process has stalled (no_progress)"},
  };
}

namespace {

/// An archive that fills every field; fields::visit takes it like a reader.
class Filler {
 public:
  explicit Filler(std::mt19937_64& random) : random_(random) {}

  template <std::integral T>
  void number(T& value) {
    // Small, huge and any value alike.
    const auto kind = random_() % 3;
    value = kind == 0   ? static_cast<T>(random_() % 4)
            : kind == 1 ? std::numeric_limits<T>::max()
                        : static_cast<T>(random_());
  }
  void number(float& value) { value = std::uniform_real_distribution<float>(0.25F, 4.0F)(random_); }
  void flag(bool& value) { value = random_() % 2 == 0; }
  void name(std::string& value) {
    value.resize(1 + random_() % 40);
    for (auto& c : value) c = static_cast<char>(1 + random_() % 255);
  }
  void text(std::string& value) { name(value); }
  void names(std::vector<std::string>& values, std::size_t /*limit*/) {
    values.resize(random_() % 5);
    for (auto& value : values) name(value);
  }
  void blob(std::vector<std::byte>& value, std::size_t /*limit*/) {
    value.resize(random_() % 300);
    for (auto& byte : value) byte = static_cast<std::byte>(random_());
  }
  void pcm(std::vector<std::int16_t>& value) {
    value.resize(random_() % 300);
    for (auto& sample : value) sample = static_cast<std::int16_t>(random_());
  }
  template <class T>
  void list(std::vector<T>& /*values*/, std::size_t /*limit*/) {}

  std::mt19937_64& random() { return random_; }

 private:
  std::mt19937_64& random_;
};

/// Grains from row `row` on: a whole segment.
std::vector<Grain> segment(std::mt19937_64& random, std::uint32_t row) {
  const auto n = 1 + random() % 6;
  std::vector<Grain> grains;
  for (std::size_t i = 0; i < n; ++i) {
    const auto kind = n == 1 ? 0 : i == 0 ? 1 : i + 1 == n ? 3 : 2;
    const auto end = row + 1 + static_cast<std::uint32_t>(random() % 20);
    grains.push_back({static_cast<std::uint8_t>(kind), row, end, 1 + static_cast<std::uint32_t>(random() % 9'000)});
    row = end;
  }
  return grains;
}

void repair(auto& /*message*/, Filler& /*filler*/) {}

void repair(PlanJob& job, Filler& filler) { job.speaker = static_cast<std::uint32_t>(filler.random()() % 4'096); }

void repair(VoiceLoaded& voice, Filler& /*filler*/) { voice.sample_rate |= 1U; }

void repair_times(auto& answer) {
  answer.cpu_us %= Limits::kJobUs + 1;
  answer.wall_us %= Limits::kJobUs + 1;
}

void repair(GrainDone& done, Filler& /*filler*/) {
  done.index %= 4'096;
  repair_times(done);
  done.share_us %= done.wall_us + 1;
}

void repair(RenderDone& done, Filler& /*filler*/) { done.grains_done %= 4'096; }

void repair(Ready& ready, Filler& /*filler*/) {
  ready.places = 1 + ready.places % Limits::kPlaces;
  ready.voices |= 1U;
}

void repair(Join& join, Filler& /*filler*/) { join.identities.resize(join.voices.size(), "0123"); }

void repair(Refused& refused, Filler& /*filler*/) { refused.code %= kRefusals; }

void repair(Lost& lost, Filler& /*filler*/) { lost.loss %= kLosses; }

void repair(RenderJob& job, Filler& filler) {
  auto& random = filler.random();
  job.speaker %= 4'096;
  auto all = segment(random, static_cast<std::uint32_t>(random() % 1'000));
  const auto from = random() % all.size();
  const auto count = 1 + random() % (all.size() - from);
  job.grains.assign(all.begin() + static_cast<std::ptrdiff_t>(from),
                    all.begin() + static_cast<std::ptrdiff_t>(from + count));
  if (job.grains.front().kind < 2) job.state.clear();
  job.row_bytes = static_cast<std::uint32_t>(random() % 9);
  job.rows.resize(std::size_t{job.grains.back().row_end - job.grains.front().row_begin} * job.row_bytes);
}

void repair(Planned& planned, Filler& filler) {
  auto& random = filler.random();
  planned.grains = segment(random, 0);
  repair_times(planned);
  planned.row_bytes = static_cast<std::uint32_t>(random() % 9);
  planned.prior.resize(std::size_t{planned.grains.back().row_end} * planned.row_bytes);
  Mark mark;
  for (auto n = random() % 5; n > 0; --n) {
    mark.text_offset += static_cast<std::uint32_t>(random() % 10);
    mark.sample_offset += static_cast<std::uint32_t>(random() % 1'000);
    planned.marks.push_back(mark);
  }
}

template <std::size_t... I>
Message default_message(std::size_t index, std::index_sequence<I...> /*kinds*/) {
  Message message;
  static_cast<void>(((I == index ? (message.emplace<I>(), true) : false) || ...));
  return message;
}

}  // namespace

Message random_message(std::size_t index, std::mt19937_64& random) {
  auto message = default_message(index, std::make_index_sequence<std::variant_size_v<Message>>());
  Filler filler(random);
  std::visit(
      [&](auto& body) {
        fields::visit(filler, body);
        repair(body, filler);
      },
      message);
  return message;
}

}  // namespace antiphon::wire
