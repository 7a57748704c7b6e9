#include "fleet/testing/fake_worker.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <span>
#include <string_view>
#include <utility>

#include "engine/tone/tone_engine.h"
#include "fleet/testing/memory_stream.h"
#include "wire/job_of.h"

namespace antiphon::fleet::testing {
namespace {

using namespace std::chrono_literals;

constexpr int kSlowness = 20;
constexpr std::uint32_t kDeadlySpeaker = 1;
constexpr base::Duration kPause = 3s;
/// No frame begins so: the length is larger than any may be.
constexpr std::string_view kGarbage = "\xff\xff\xff\xff nonsense";

engine::GrainSpec from_wire(const wire::Grain& grain) {
  return {static_cast<engine::GrainKind>(grain.kind), grain.row_begin, grain.row_end, grain.samples};
}

wire::Grain to_wire(const engine::GrainSpec& grain) {
  return {static_cast<std::uint8_t>(grain.kind), grain.row_begin, grain.row_end, grain.samples};
}

}  // namespace

FakeWorker::FakeWorker(const runtime::Executor& executor, runtime::Clock& clock, FakeWorkers& owner, pid_t pid,
                       FakeBehaviour behaviour)
    : clock_(clock), owner_(owner), pid_(pid), behaviour_(std::move(behaviour)), end_(executor), tasks_(executor) {
  auto [near_end, far_end] = make_memory_streams(executor);
  near_end_ = std::move(near_end);
  far_end_ = far_end.get();
  stream_ = std::make_unique<link::MessageStream>(executor, clock, std::move(far_end));
  tasks_.spawn(listen());
  tasks_.spawn(write());
}

FakeWorker::~FakeWorker() { std::erase(owner_.alive_, this); }

base::Duration FakeWorker::cpu() const {
  return is_runnable() ? computed_ + (clock_.now() - computing_since_) : computed_;
}

runtime::Awaitable<std::string> FakeWorker::wait() {
  static_cast<void>(co_await end_.wait());
  kill();
  co_await tasks_.join();
  co_return *ended_;
}

void FakeWorker::die() {
  // From the loop, where alone tasks may be cancelled; the worker may be gone by then.
  boost::asio::post(owner_.executor_, [&owner = owner_, pid = pid_] {
    if (FakeWorker* const worker = owner.find(pid)) worker->exit();
  });
}

void FakeWorker::halt() {
  computed_ = cpu();
  halted_ = true;
}

void FakeWorker::end(std::string how) {
  if (ended_) return;
  computed_ = cpu();
  ended_ = std::move(how);
  std::erase(owner_.alive_, this);
  stream_->close();
  tasks_.cancel();
  end_.set();
}

runtime::Awaitable<> FakeWorker::listen() {
  for (;;) {
    auto message = co_await stream_->receive();
    if (!message) break;
    if (const auto* const hello = std::get_if<wire::Hello>(&*message)) {
      epoch_ = hello->epoch;
      while (owner_.held_) {
        if (!co_await owner_.released_.wait()) break;
      }
      if (!co_await runtime::sleep_for(clock_, behaviour_.start)) break;
      if (behaviour_.fault == Fault::kNeverReady) break;
      stream_->send(wire::Ready{.epoch = epoch_,
                                .pid = static_cast<std::uint64_t>(pid_),
                                .fingerprint = behaviour_.fingerprint,
                                .places = behaviour_.places,
                                .voices = behaviour_.voices});
    } else if (const auto* const ping = std::get_if<wire::Ping>(&*message)) {
      if (!halted_) stream_->send(wire::Pong{.stamp = ping->stamp, .resident_bytes = resident()});
    } else {
      take(std::move(*message));
    }
  }
  end("exit code 0");
}

runtime::Awaitable<> FakeWorker::write() { static_cast<void>(co_await stream_->write()); }

runtime::Awaitable<> FakeWorker::write_garbage() {
  static_cast<void>(co_await far_end_->write(std::as_bytes(std::span(kGarbage))));
}

void FakeWorker::take(wire::Message message) {
  std::visit(
      [this]<class Body>(Body& body) {
        if constexpr (std::is_constructible_v<Job, Body>) jobs_.emplace_back(std::move(body));
        if constexpr (std::is_same_v<Body, wire::Cancel>) cancelled_.insert(body.job);
      },
      message);
  begin_jobs();
}

void FakeWorker::begin_jobs() {
  while (!ended_ && !jobs_.empty() && may_begin(jobs_.front())) {
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    const auto* const render = std::get_if<wire::RenderJob>(&job);
    exclusive_ = render == nullptr || render->exclusive;
    change_running(+1);
    tasks_.spawn(carry_out(std::move(job)));
  }
}

bool FakeWorker::may_begin(const Job& job) const {
  if (running_ == 0) return true;
  const auto* const render = std::get_if<wire::RenderJob>(&job);
  return render != nullptr && !render->exclusive && !exclusive_ && running_ < static_cast<int>(behaviour_.places);
}

void FakeWorker::change_running(int by) {
  computed_ = cpu();
  running_ += by;
  computing_since_ = clock_.now();
}

runtime::Awaitable<> FakeWorker::carry_out(Job job) {
  if (const auto* const load = std::get_if<wire::LoadVoice>(&job)) co_await carry_out(*load);
  if (const auto* const unload = std::get_if<wire::UnloadVoice>(&job)) folders_.erase(unload->voice_id);
  if (const auto* const plan = std::get_if<wire::PlanJob>(&job)) co_await carry_out(*plan);
  if (const auto* const render = std::get_if<wire::RenderJob>(&job)) co_await carry_out(*render);
  if (ended_) co_return;
  change_running(-1);
  begin_jobs();
}

runtime::Awaitable<> FakeWorker::carry_out(const wire::LoadVoice& load) {
  if (!co_await compute(behaviour_.load)) co_return;
  const auto voice = owner_.voices_.load(load.folder);
  if (!voice) co_return fail(load.job, voice.error().code, voice.error().message);
  const auto& info = (*voice)->info();
  stream_->send(wire::VoiceLoaded{.job = load.job,
                                  .epoch = epoch_,
                                  .voice_id = load.voice_id,
                                  .engine = info.engine,
                                  .sample_rate = info.sample_rate.hz,
                                  .language = info.language,
                                  .speakers = info.speakers,
                                  .identity = info.identity,
                                  .max_segment = info.max_segment.value});
  folders_.insert_or_assign(load.voice_id, load.folder);
}

runtime::Awaitable<> FakeWorker::carry_out(const wire::PlanJob& job) {
  if (cancelled_.erase(job.job) > 0) {
    co_return fail(job.job, engine::Errc::kEngineFailure, "the plan was cancelled before it began");
  }
  answer(wire::Started{.job = job.job, .epoch = epoch_});
  if (job.text.contains("halt the worker")) halt();
  if (!co_await compute(behaviour_.plan)) co_return;
  if (job.text.contains("take the worker")) co_return exit();
  const auto voice = owner_.voices_.load(folders_[job.voice_id]);
  if (!voice) co_return fail(job.job, voice.error().code, voice.error().message);
  auto plan = (*voice)->plan({.text = job.text,
                              .segment_index = job.segment_index,
                              .seed = job.seed,
                              .speed = job.speed,
                              .speaker = job.speaker,
                              .max_samples = {job.max_samples}});
  if (!plan) co_return fail(job.job, plan.error().code, plan.error().message);
  wire::Planned planned{.job = job.job,
                        .epoch = epoch_,
                        .row_bytes = plan->row_bytes,
                        .prior = std::move(plan->prior),
                        .cpu_us = base::to_microseconds(behaviour_.plan),
                        .wall_us = base::to_microseconds(behaviour_.plan)};
  for (const auto& grain : plan->grains) planned.grains.push_back(to_wire(grain));
  for (const auto& mark : plan->marks) planned.marks.push_back({mark.text_offset, mark.sample_offset});
  answer(std::move(planned));
}

runtime::Awaitable<> FakeWorker::carry_out(const wire::RenderJob& job) {
  answer(wire::Started{.job = job.job, .epoch = epoch_});
  const auto voice = owner_.voices_.load(folders_[job.voice_id]);
  if (!voice) co_return fail(job.job, voice.error().code, voice.error().message);
  const auto rate = (*voice)->info().sample_rate;
  auto state = job.state;
  std::uint32_t done = 0;
  for (const auto& grain : job.grains) {
    if (cancelled_.contains(job.job)) break;
    const auto audio = base::to_seconds(base::playing_time({grain.samples}, rate));
    const auto took = base::from_seconds(audio * behaviour_.rtf);
    if (!co_await compute(took)) co_return;
    if (job.speaker == kDeadlySpeaker) co_return exit();
    const auto begin = std::size_t{grain.row_begin - job.grains.front().row_begin} * job.row_bytes;
    const auto size = std::size_t{grain.row_end - grain.row_begin} * job.row_bytes;
    auto rendered = (*voice)->render({.grain = from_wire(grain),
                                      .rows = std::span(job.rows).subspan(begin, size),
                                      .state = state,
                                      .speaker = job.speaker});
    if (!rendered) co_return fail(job.job, rendered.error().code, rendered.error().message);
    state = std::move(rendered->state);
    answer(wire::GrainDone{.job = job.job,
                           .epoch = epoch_,
                           .index = done++,
                           .pcm = std::move(rendered->pcm),
                           .state = state,
                           .cpu_us = base::to_microseconds(took),
                           .wall_us = base::to_microseconds(took),
                           .share_us = base::to_microseconds(took)});
    if (ended_) co_return;
  }
  answer(wire::RenderDone{
      .job = job.job, .epoch = epoch_, .grains_done = done, .cancelled = cancelled_.erase(job.job) > 0});
}

runtime::Awaitable<bool> FakeWorker::compute(base::Duration time) {
  if (!co_await runtime::sleep_for(clock_, time)) co_return false;
  while (!ended_ && clock_.now() < paused_until_) {
    if (!co_await runtime::sleep_until(clock_, paused_until_)) co_return false;
    halted_ = false;
    computing_since_ = clock_.now();
  }
  // What was halted says nothing until it is killed.
  while (halted_ && !ended_) {
    if (!co_await end_.wait()) co_return false;
  }
  co_return !ended_;
}

void FakeWorker::answer(wire::Message message) {
  if (ended_) return;
  const bool is_due = behaviour_.fault != Fault::kNone && answers_++ == behaviour_.fault_at;
  if (is_due) commit(behaviour_.fault, message);
  if (!ended_) stream_->send(message);
}

void FakeWorker::commit(Fault fault, wire::Message& message) {
  switch (fault) {
    case Fault::kNone:
    case Fault::kNeverReady:
      return;
    case Fault::kDie:
      return exit();
    case Fault::kHang:
      return halt();
    case Fault::kSlow:
      behaviour_.plan *= kSlowness;
      behaviour_.rtf *= kSlowness;
      return;
    case Fault::kPause:
      halt();
      paused_until_ = clock_.now() + kPause;
      return;
    case Fault::kTwice:
      return stream_->send(message);
    case Fault::kWrongGrain:
      if (auto* const grain = std::get_if<wire::GrainDone>(&message); grain != nullptr && !grain->pcm.empty()) {
        grain->pcm.pop_back();
      } else {
        ++behaviour_.fault_at;  // the next one
      }
      return;
    case Fault::kStray:
      return stream_->send(wire::RenderDone{.job = 12'345'678, .epoch = epoch_});
    case Fault::kGarbage:
      tasks_.spawn(write_garbage());
      return;
    case Fault::kRefuse:
      return fail(wire::job_of(message), engine::Errc::kEngineFailure, "the test wants it so");
  }
}

void FakeWorker::fail(std::uint64_t job, engine::Errc code, std::string message) {
  if (ended_) return;
  stream_->send(wire::Failed{
      .job = job, .epoch = epoch_, .code = static_cast<std::uint8_t>(code), .message = std::move(message)});
}

std::expected<std::unique_ptr<WorkerProcess>, std::string> FakeWorkers::start() {
  auto chosen = choose ? choose() : std::optional(behaviour);
  if (!chosen) return std::unexpected("the test has no room for it");
  auto worker = std::make_unique<FakeWorker>(executor_, clock_, *this, next_pid_++, std::move(*chosen));
  alive_.push_back(worker.get());
  return worker;
}

FakeWorker* FakeWorkers::find(pid_t pid) const {
  const auto it = std::ranges::find(alive_, pid, [](const FakeWorker* worker) { return worker->pid(); });
  return it == alive_.end() ? nullptr : *it;
}

void FakeWorkers::release() {
  held_ = false;
  released_.notify_all();
}

void FakeWorkers::kill_all() {
  const auto all = alive_;
  for (FakeWorker* const worker : all) worker->die();
}

FakeVoices::FakeVoices(std::filesystem::path root)
    : root_(std::move(root)), engine_(engine::tone::make_tone_engine()) {}

engine::Result<engine::Voice*> FakeVoices::load(const std::filesystem::path& folder) {
  if (const auto it = voices_.find(folder); it != voices_.end()) return it->second.get();
  auto voice = engine_->load(root_ / folder);
  if (!voice) return std::unexpected(std::move(voice.error()));
  return voices_.emplace(folder, std::move(*voice)).first->second.get();
}

}  // namespace antiphon::fleet::testing
