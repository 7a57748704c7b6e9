#include "gateway/simulation/product.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/openai/door.h"
#include "base/check.h"
#include "delivery/http_sink.h"
#include "engine/tone/manifest.h"
#include "runtime/test_loop.h"

namespace antiphon::gateway::simulation {
namespace {

using namespace std::chrono_literals;

/// In which every request has ended, whatever happens: the longest text, read by the slowest client.
constexpr base::Duration kLongestRun = 20min;
constexpr base::Duration kLongestStop = 1min;
constexpr auto* kOldVoice = "tone";
constexpr auto* kNewVoice = "tone@2";
/// A client of Form::kPieces pauses for less.
constexpr base::Duration kSilence = 1h;
constexpr base::Duration kJoinsAgain = 500ms;

dispatch::CellOptions cell_options(const Script& script, const Stage& stage, fleet::WorkerSource& source) {
  const auto voice = stage.voice(kOldVoice);
  dispatch::CellOptions options;
  options.scheduling.fixed_chunk_grains = script.fixed_chunk_grains;
  options.scheduling.admission = script.admission ? scheduler::Admission::kOn : scheduler::Admission::kOff;
  options.source = &source;
  options.pool = {.least = script.least_workers,
                  .most = script.most_workers,
                  .spare = script.spare ? worker_pool::Spare::kOn : worker_pool::Spare::kOff};
  options.voices.push_back({.id = voice.key,
                            .folder = voice.folder,
                            .rate = voice.rate,
                            .cost = {{.fixed = {}, .ratio = script.worker.rtf, .plan_ratio = 0.02}}});
  return options;
}

identity::Caller caller_of(std::size_t number) {
  return {.account = base::UserId{1}, .user = base::UserId{number + 1}};
}

}  // namespace

Stage::Stage()
    : folder_(std::filesystem::temp_directory_path() / ("antiphon_simulation_" + std::to_string(::getpid()))) {
  engine::tone::ToneManifest manifest{
      .sample_rate = kRate.hz, .delay_samples = 900, .seconds_per_character = 0.03, .max_segment_seconds = 3};
  ANTIPHON_CHECK(engine::tone::write_tone_voice(folder_ / kOldVoice, manifest).has_value(), "a voice can be written");
  manifest.seconds_per_character = 0.04;
  ANTIPHON_CHECK(engine::tone::write_tone_voice(folder_ / kNewVoice, manifest).has_value(), "a voice can be written");
}

Stage::~Stage() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

delivery::ServedVoice Stage::voice(const std::string& key) const {
  return {.id = kOldVoice, .engine = "tone", .language = "en-US", .rate = kRate, .folder = folder_ / key, .key = key};
}

Product::Product(Stage& stage, const Script& script)
    : script_(script),
      stage_(stage),
      worker_draw_(script.seed ^ 0xFA17U),
      workers_(context_.get_executor(), clock_, stage.voices()),
      directory_({stage.voice(kOldVoice)}, {}),
      remote_(context_.get_executor()),
      tasks_(context_.get_executor()) {
  workers_.choose = [this] { return draw_worker(script_, worker_draw_); };
  cell_ = std::make_unique<dispatch::Cell>(context_.get_executor(), clock_, stage_.probe(),
                                           cell_options(script_, stage_, workers_));
  handler_ = std::make_unique<delivery::SpeechHandler>(*cell_, directory_, encoders_, clock_, stage_.probe(),
                                                       delivery::SpeechHandlerOptions{});
}

Outcome Product::run() {
  const auto begun = clock_.now();
  cell_->start();
  for (std::size_t i = 0; i < script_.clients.size(); ++i) {
    const auto& plan = script_.clients[i];
    clients_.push_back(std::make_unique<FakeClient>(clock_, plan.reads * Stage::kBytesPerSecond));
    new_voice_.push_back(false);
    tasks_.spawn(play(i));
    if (plan.leaves) tasks_.spawn(leave(i));
  }
  for (std::uint32_t i = 0; i < script_.remote_workers; ++i) remote_.spawn(work_remotely(i));
  if (script_.reloads) tasks_.spawn(reload());
  if (script_.drains) tasks_.spawn(drain());
  check(runtime::run_until(
            context_, clock_, [this] { return tasks_.size() == 0; }, kLongestRun),
        "a request does not end");
  note_answers();
  check(cell_->streams() == 0 && cell_->waiting() == 0, "a stream is left when all requests have ended");
  check(cell_->scheduler().streams() == 0, "the scheduler keeps a stream when all requests have ended");
  check(runtime::run_until(
            context_, clock_, [this] { return is_quiet(); }, kLongestStop),
        "a job is left when all requests have ended");
  outcome_.took = clock_.now() - begun;
  outcome_.workers = workers_.started();
  tasks_.spawn(stop());
  check(runtime::run_until(
            context_, clock_, [this] { return stopped_ && tasks_.size() + remote_.size() == 0; }, kLongestStop),
        "the server does not stop");
  check(workers_.alive().empty(), "a worker outlives the server");
  check(clock_.pending() == 0, "a timer outlives the server");
  return std::move(outcome_);
}

void Product::check(bool good, const std::string& what) {
  if (!good) outcome_.faults.push_back(what);
}

bool Product::is_quiet() const {
  const auto has_jobs = [](const auto& worker) {
    return worker.queue > 0 && worker.state == worker_pool::SlotState::kActive;
  };
  return cell_->scheduler().jobs_in_flight() == 0 && cell_->oldest_job_age() == 0s &&
         std::ranges::none_of(cell_->fleet().status(), has_jobs);
}

void Product::note_answers() {
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    const FakeClient& client = *clients_[i];
    auto request = script_.clients[i].request;
    request.new_voice = new_voice_[i];
    for (const auto& fault : client.faults()) check(false, fmt::format("client {}: {}", i, fault));
    check(client.is_over(), fmt::format("client {}: its handler has not returned", i));
    outcome_.answers.push_back({.request = request,
                                .end = client.end(),
                                .status = client.status(),
                                .left = client.gone(),
                                .body = client.body(),
                                .gap = client.worst_gap(Stage::kBytesPerSecond)});
  }
}

runtime::Awaitable<> Product::play(std::size_t number) {
  const auto& plan = script_.clients[number];
  FakeClient& client = *clients_[number];
  co_await runtime::sleep_for(clock_, plan.arrives);
  new_voice_[number] = reloaded_;
  if (plan.request.form == Form::kWhole) {
    co_await ask_whole(plan, client);
  } else {
    co_await ask_in_pieces(plan, client);
  }
  client.returned();
}

runtime::Awaitable<> Product::ask_whole(const ClientPlan& plan, FakeClient& client) {
  const nlohmann::json body = {{"input", text_of(plan.request)},
                               {"voice", kOldVoice},
                               {"response_format", plan.request.wav ? "wav" : "pcm"},
                               {"sample_rate", Stage::kRate.hz},
                               {"seed", plan.request.seed}};
  const auto number = static_cast<std::size_t>(&plan - script_.clients.data());
  const http::Request request{
      .method = "POST",
      .path = "/v1/audio/speech",
      .headers = {{"Prefer", fmt::format("wait={}{}", plan.wait_seconds, plan.paced ? ", pace" : "")}},
      .body = body.dump()};
  dispatch::AccessNote note;
  co_await api::openai::speak_openai(*handler_, nullptr, request, caller_of(number), "request", client, note);
}

runtime::Awaitable<> Product::ask_in_pieces(const ClientPlan& plan, FakeClient& client) {
  const auto number = static_cast<std::size_t>(&plan - script_.clients.data());
  const delivery::AudioOutput output{.format = plan.request.wav ? codec::Format::kWav : codec::Format::kPcm,
                                     .rate = Stage::kRate};
  delivery::HttpSink sink(client, {{"Content-Type", "audio/pcm"}},
                          [](const protocol::Error& /*error*/) { return http::Response{.status = 503}; });
  const delivery::SpeechOrder order{.voice = kOldVoice,
                                    .seed = plan.request.seed,
                                    .wait = std::chrono::seconds(plan.wait_seconds),
                                    .output = output,
                                    .arrival = dispatch::TextArrival::kInPieces};
  const auto speech = handler_->grow(order, caller_of(number), kSilence);
  if (!speech) co_return co_await sink.fail(speech.error());
  runtime::TaskGroup writer(context_.get_executor());
  writer.spawn(write_text(plan, **speech));
  co_await handler_->speak(**speech, output, "request", sink);
  writer.cancel();
  co_await writer.join();
}

runtime::Awaitable<> Product::write_text(const ClientPlan& plan, dispatch::GrowingSpeech& speech) {
  const auto text = text_of(plan.request);
  for (std::size_t at = 0; at < text.size(); at += plan.piece_characters) {
    if (!co_await speech.add(std::string(text.substr(at, plan.piece_characters)))) co_return;
    if (!co_await runtime::sleep_for(clock_, plan.between_pieces)) co_return;
  }
  speech.finish();
}

runtime::Awaitable<> Product::leave(std::size_t number) {
  const auto& plan = script_.clients[number];
  co_await runtime::sleep_for(clock_, plan.arrives + *plan.leaves);
  clients_[number]->leave();
}

runtime::Awaitable<> Product::reload() {
  co_await runtime::sleep_for(clock_, *script_.reloads);
  const auto voice = stage_.voice(kNewVoice);
  cell_->reload({{.id = voice.key, .folder = voice.folder, .rate = voice.rate}});
  directory_ = delivery::VoiceDirectory({voice}, {});
  reloaded_ = true;
}

runtime::Awaitable<> Product::drain() {
  co_await runtime::sleep_for(clock_, *script_.drains);
  handler_->drain();
}

runtime::Awaitable<> Product::work_remotely(std::uint32_t number) {
  for (std::uint64_t incarnation = 1; !stopping_; ++incarnation) {
    if (const auto process = workers_.start()) {
      co_await cell_->fleet().serve(
          std::make_unique<link::MessageStream>(context_.get_executor(), clock_, (*process)->take_stream()),
          {.id = fmt::format("attic/{}", number),
           .incarnation = incarnation,
           .voices = {kOldVoice, kNewVoice},
           .identities = {"", ""}},
          "127.0.0.1:1");
      (*process)->kill();
      static_cast<void>(co_await (*process)->wait());
    }
    if (!co_await runtime::sleep_for(clock_, kJoinsAgain)) break;
  }
}

runtime::Awaitable<> Product::stop() {
  stopping_ = true;
  co_await cell_->stop();
  stopped_ = true;
}

}  // namespace antiphon::gateway::simulation
