#include "gateway/simulation/script.h"

#include <fmt/format.h>

#include <array>

namespace antiphon::gateway::simulation {
namespace {

using namespace std::chrono_literals;
using fleet::testing::Fault;

constexpr std::array<std::string_view, 8> kTexts = {
    "One.",
    "The first voice begins before the sentence is finished. The second never waits for it to end!",
    "Short words. And then some more of them, which take their time; nobody minds. The end?",
    "This sentence goes on and on without a full stop or any other mark at which it could be cut well and so it is "
    "longer than what one plan may hold and has to be cut between two words somewhere in the middle of it all",
    "*** !!!",
    "A line that ends here.\n\nAnother paragraph, with 12 numbers in it, and a name: Antiphon.",
    "Yes. No. Yes. No. Yes. No. Yes. No.",
    "These words take the worker.",
};
constexpr std::size_t kDeadly = kTexts.size() - 1;

constexpr std::array kFaults = {Fault::kDie,        Fault::kHang,  Fault::kSlow,    Fault::kPause, Fault::kTwice,
                                Fault::kWrongGrain, Fault::kStray, Fault::kGarbage, Fault::kRefuse};

base::Duration up_to(Draw& draw, base::Duration most) {
  return base::from_seconds(draw.real() * base::to_seconds(most));
}

ClientPlan draw_client(const Script& script, Draw& draw) {
  ClientPlan client;
  client.arrives = up_to(draw, 6s);
  client.request = {.text = draw.below(kDeadly),
                    .seed = draw.below(2),
                    .form = draw.chance(0.25) ? Form::kPieces : Form::kWhole,
                    .wav = draw.chance(0.2)};
  if (script.has_faults && draw.chance(0.05)) client.request.text = kDeadly;
  if (draw.chance(0.15)) client.leaves = up_to(draw, 4s);
  if (draw.chance(0.2)) client.reads = draw.chance(0.3) ? 0.01 : 0.3 + 2 * draw.real();
  client.paced = draw.chance(0.1);
  client.wait_seconds = draw.chance(0.5) ? 0 : draw.from(1, 30);
  client.between_pieces = up_to(draw, 100ms);
  client.piece_characters = draw.from(1, 40);
  return client;
}

}  // namespace

std::uint64_t Draw::next() {
  state_ += 0x9E3779B97F4A7C15U;
  auto mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
  return mixed ^ (mixed >> 31U);
}

Script script_of(std::uint64_t seed) {
  Draw draw(seed);
  Script script{.seed = seed};
  script.has_faults = draw.chance(0.7);
  script.admission = draw.chance(0.8);
  script.least_workers = static_cast<std::uint32_t>(draw.from(1, 2));
  script.most_workers = script.least_workers + static_cast<std::uint32_t>(draw.below(2));
  script.spare = draw.chance(0.5);
  script.fixed_chunk_grains = draw.chance(0.7) ? 0 : static_cast<std::uint32_t>(draw.from(1, 4));
  script.worker.rtf = 0.02 + 0.3 * draw.real();
  script.worker.plan = up_to(draw, 20ms);
  script.worker.places = draw.chance(0.25) ? 3 : 1;
  if (draw.chance(0.3)) script.remote_workers = static_cast<std::uint32_t>(draw.from(1, 2));
  if (script.remote_workers > 0 && draw.chance(0.3)) {
    script.least_workers = script.most_workers = 0;
    script.spare = false;
  }
  if (script.has_faults) script.fault_rate = 0.2 + 0.7 * draw.real();
  if (draw.chance(0.2)) script.reloads = up_to(draw, 6s);
  if (draw.chance(0.1)) script.drains = up_to(draw, 8s);
  const auto clients = draw.from(1, 6);
  for (std::uint64_t i = 0; i < clients; ++i) script.clients.push_back(draw_client(script, draw));
  return script;
}

Script solo(const Request& request) {
  Script script;
  script.clients.push_back({.request = request, .wait_seconds = 30, .piece_characters = 10'000});
  if (request.new_voice) {
    script.reloads = 0s;
    script.clients.front().arrives = 1s;
  }
  return script;
}

std::optional<fleet::testing::FakeBehaviour> draw_worker(const Script& script, Draw& draw) {
  auto behaviour = script.worker;
  if (script.has_faults && draw.chance(0.05)) return std::nullopt;
  if (draw.chance(script.fault_rate)) {
    behaviour.fault = kFaults.at(draw.below(kFaults.size()));
    behaviour.fault_at = draw.below(40);
  }
  return behaviour;
}

std::string_view text_of(const Request& request) { return kTexts.at(request.text); }

bool is_deadly(const Request& request) { return request.text == kDeadly; }

std::string describe(const Script& script) {
  auto text = fmt::format(
      "seed {}: {} to {} workers, {} remote, spare {}, rtf {:.3f}, places {}, faults {:.2f}, chunk {}, reload "
      "{:.3f} s, drain {:.3f} s\n",
      script.seed, script.least_workers, script.most_workers, script.remote_workers, script.spare, script.worker.rtf,
      script.worker.places, script.fault_rate, script.fixed_chunk_grains,
      script.reloads ? base::to_seconds(*script.reloads) : -1, script.drains ? base::to_seconds(*script.drains) : -1);
  for (const auto& client : script.clients) {
    text += fmt::format(
        "  at {:.3f} s: text {}, seed {}, {}{}, waits {} s, reads {:.2f}, paced {}, leaves after {:.3f} s\n",
        base::to_seconds(client.arrives), client.request.text, client.request.seed,
        client.request.form == Form::kWhole ? "whole" : "in pieces", client.request.wav ? ", wav" : "",
        client.wait_seconds, client.reads, client.paced, client.leaves ? base::to_seconds(*client.leaves) : -1);
  }
  return text;
}

}  // namespace antiphon::gateway::simulation
