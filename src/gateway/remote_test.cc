// Workers on other machines at the gateway's door and in its fleet. Their link processes are played by the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/tone/tone_engine.h"
#include "gateway/remote_door.h"
#include "gateway/test_cell.h"
#include "identity/hash.h"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using testing::HasSubstr;

constexpr auto* kToken = "a token of workers";

/// A link process and its worker, as the gateway hears them. What it is not told to do it does as they would.
class Peer {
 public:
  struct Behaviour {
    std::string fingerprint = "theirs";
    std::uint32_t voices = 8;
    std::string misnamed{};  ///< Of which voice it says that it loaded it, where not of the one that it was told to.
    base::Duration away{};   ///< How long an answer seems to have been on its way.
    std::uint64_t bulk_bytes = 0;  ///< Carried before each Pong,
    base::Duration bulk_took{};    ///< and in what time.
  };

  Peer(const runtime::Executor& executor, runtime::Clock& clock, tcp::socket socket, Behaviour behaviour)
      : stream_(executor, clock, link::make_byte_stream(std::move(socket))),
        behaviour_(std::move(behaviour)),
        tasks_(executor) {
    tasks_.spawn(listen());
    tasks_.spawn([](Peer& peer) -> runtime::Awaitable<> { static_cast<void>(co_await peer.stream_.write()); }(*this));
  }

  void send(const wire::Message& message) { stream_.send(message); }
  void close() { stream_.close(); }
  [[nodiscard]] bool gone() const { return gone_; }
  [[nodiscard]] bool ended() const { return tasks_.size() == 0; }

  /// The last one of that kind that it has heard; null: none.
  template <class Body>
  [[nodiscard]] const Body* heard() const {
    const auto found = std::ranges::find_if(heard_.rbegin(), heard_.rend(),
                                            [](const auto& message) { return std::holds_alternative<Body>(message); });
    return found == heard_.rend() ? nullptr : &std::get<Body>(*found);
  }
  template <class Body>
  [[nodiscard]] std::ptrdiff_t count() const {
    return std::ranges::count_if(heard_, [](const auto& message) { return std::holds_alternative<Body>(message); });
  }
  [[nodiscard]] std::optional<wire::Refusal> refusal() const {
    const auto* const refused = heard<wire::Refused>();
    return refused == nullptr ? std::nullopt : std::optional(static_cast<wire::Refusal>(refused->code));
  }
  Behaviour& behaviour() { return behaviour_; }

 private:
  runtime::Awaitable<> listen() {
    for (;;) {
      auto message = co_await stream_.receive();
      if (!message) break;
      answer(*message);
      heard_.push_back(std::move(*message));
    }
    gone_ = true;
    stream_.close();
  }

  void answer(const wire::Message& message) {
    if (const auto* const hello = std::get_if<wire::Hello>(&message)) {
      epoch_ = hello->epoch;
      send(wire::Ready{.epoch = epoch_, .fingerprint = behaviour_.fingerprint, .voices = behaviour_.voices});
    } else if (const auto* const load = std::get_if<wire::LoadVoice>(&message)) {
      const auto& id = behaviour_.misnamed.empty() ? load->voice_id : behaviour_.misnamed;
      send(wire::VoiceLoaded{.job = load->job, .epoch = epoch_, .voice_id = id, .sample_rate = kRate.hz});
    } else if (const auto* const ping = std::get_if<wire::Ping>(&message)) {
      bytes_ += behaviour_.bulk_bytes;
      took_ += behaviour_.bulk_took;
      send(wire::Pong{.stamp = ping->stamp - static_cast<std::uint64_t>(behaviour_.away.count()),
                      .bulk_bytes = bytes_,
                      .bulk_us = base::to_microseconds(took_)});
    }
  }

  link::MessageStream stream_;
  Behaviour behaviour_;
  std::uint32_t epoch_ = 0;
  std::uint64_t bytes_ = 0;
  base::Duration took_{};
  std::vector<wire::Message> heard_;
  bool gone_ = false;
  runtime::TaskGroup tasks_;
};

class RemoteTest : public CellTest {
 protected:
  void TearDown() override {
    for (const auto& peer : peers_) peer->close();
    EXPECT_TRUE(
        run_while_not([&] { return std::ranges::all_of(peers_, [](const auto& peer) { return peer->ended(); }); }));
    peers_.clear();
    if (door_) run_until_done([this] { return door_->close(); });
    CellTest::TearDown();
    door_.reset();
  }

  /// A gateway with that many workers of its own.
  void open(std::uint32_t local, scheduler::Options scheduling = {}) {
    worker_pool::Options pool{.least = local, .most = local, .spare = worker_pool::Spare::kOff};
    pool.failed_starts = 1;
    make_cell(scheduling, pool);
    identity::KeyRing tokens;
    ASSERT_TRUE(tokens.add({.name = "attic", .sha256 = identity::sha256_of(kToken)}).has_value());
    door_.emplace(context_.get_executor(), clock_, cell_->fleet(),
                  RemoteDoorOptions{.credentials = {.tokens = std::move(tokens)}});
    const auto port = door_->listen();
    ASSERT_TRUE(port.has_value()) << port.error();
    port_ = *port;
    door_->start();
  }
  /// Its own worker does what that script of a shell does, where $0 is the worker's program.
  void run_worker_by(const std::string& script) {
    worker_program_ = "/bin/sh";
    worker_arguments_ = {"-c", script, ANTIPHON_TEST_WORKER};
  }

  tcp::socket connect() {
    tcp::socket socket(context_);
    socket.connect({boost::asio::ip::address_v4::loopback(), port_});
    return socket;
  }
  Peer& play(tcp::socket socket, Peer::Behaviour behaviour = {}) {
    return *peers_.emplace_back(
        std::make_unique<Peer>(context_.get_executor(), clock_, std::move(socket), std::move(behaviour)));
  }
  [[nodiscard]] wire::Join introduction(const std::string& id = "attic/1") const {
    wire::Join join{.token = kToken, .id = id, .incarnation = 10};
    for (const auto& voice : voices_) join.voices.push_back(voice.id);
    join.identities.resize(join.voices.size());
    return join;
  }
  Peer& join(const wire::Join& join, Peer::Behaviour behaviour = {}) {
    auto& peer = play(connect(), std::move(behaviour));
    peer.send(join);
    return peer;
  }

  /// Its workers elsewhere that are in that state.
  [[nodiscard]] std::size_t elsewhere(worker_pool::SlotState state) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        cell_->fleet().status(), [&](const auto& worker) { return worker.remote && worker.state == state; }));
  }
  [[nodiscard]] bool loaded(const Peer& peer) {
    return run_while_not([&] { return peer.heard<wire::LoadVoice>() != nullptr; });
  }

  std::optional<RemoteDoor> door_;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<Peer>> peers_;
};

using worker_pool::SlotState;

TEST_F(RemoteTest, WhoSpeaksAnotherVersionIsToldSo) {
  open(0);
  auto other = introduction();
  other.protocol_version = wire::kProtocolVersion + 1;
  const auto& peer = join(other);
  ASSERT_TRUE(run_while_not([&] { return peer.gone(); }));
  EXPECT_EQ(peer.refusal(), wire::Refusal::kVersion);
  EXPECT_THAT(peer.heard<wire::Refused>()->reason, HasSubstr(std::to_string(wire::kProtocolVersion + 1)));
}

TEST_F(RemoteTest, WhoseVersionLaysJoinOutInAnotherWayIsToldSoToo) {
  open(0);
  auto socket = connect();
  const std::vector<std::uint8_t> frame = {9, 0, 0, 0, 16, 99, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF};
  boost::asio::write(socket, boost::asio::buffer(frame));
  const auto& peer = play(std::move(socket));
  ASSERT_TRUE(run_while_not([&] { return peer.gone(); }));
  EXPECT_EQ(peer.refusal(), wire::Refusal::kVersion);
  EXPECT_THAT(peer.heard<wire::Refused>()->reason, HasSubstr("99"));
}

TEST_F(RemoteTest, WhoIsNotIntelligibleIsToldNothing) {
  open(0);
  auto frame = std::vector<std::uint8_t>{9, 0, 0, 0, 16, wire::kProtocolVersion, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF};
  for (const int type : {16, 17, 200}) {
    frame.at(4) = static_cast<std::uint8_t>(type);
    auto socket = connect();
    boost::asio::write(socket, boost::asio::buffer(frame));
    const auto& peer = play(std::move(socket));
    ASSERT_TRUE(run_while_not([&] { return peer.gone(); }));
    EXPECT_FALSE(peer.refusal()) << type;
  }
}

TEST_F(RemoteTest, WithoutWorkersHereTheFirstThatJoinsDecidesWhatBytesHold) {
  open(0);
  auto& first = join(introduction());
  ASSERT_TRUE(run_while_not([&] { return elsewhere(SlotState::kActive) == 1; }));
  const auto& second = join(introduction("cellar/1"), {.fingerprint = "others"});
  ASSERT_TRUE(run_while_not([&] { return second.gone(); }));
  EXPECT_EQ(second.refusal(), wire::Refusal::kFingerprint);
  EXPECT_THAT(second.heard<wire::Refused>()->reason, HasSubstr("it is others, the others are theirs"));
  first.close();
  ASSERT_TRUE(run_while_not([&] {
    return std::ranges::none_of(cell_->fleet().status(), [](const auto& worker) { return worker.remote.has_value(); });
  }));
  join(introduction("cellar/1"), {.fingerprint = "others"});
  EXPECT_TRUE(run_while_not([&] { return elsewhere(SlotState::kActive) == 1; })) << "nobody is left who decided";
}

/// A gateway whose own worker begins when the test lets it.
class HeldTest : public RemoteTest {
 protected:
  void SetUp() override {
    RemoteTest::SetUp();
    run_worker_by("while [ ! -e " + go().string() + " ]; do sleep 0.01; done; exec $0");
    open(1);
  }
  [[nodiscard]] std::filesystem::path go() const { return folder_ / "go"; }
  void let_own_worker_begin() { std::ofstream(go()) << "go"; }
};

TEST_F(HeldTest, WhoIsReadyBeforeTheFirstWorkerHereWaitsForIt) {
  const auto& same = join(introduction(), {.fingerprint = engine::tone::make_tone_engine()->fingerprint()});
  const auto& other = join(introduction("cellar/1"), {.fingerprint = "others"});
  ASSERT_TRUE(loaded(same) && loaded(other));
  ASSERT_TRUE(run_while_not([&] { return same.count<wire::Ping>() >= 3 && other.count<wire::Ping>() >= 3; }));
  EXPECT_EQ(elsewhere(SlotState::kStarting), 2U) << "ready for a second, and held";
  EXPECT_EQ(cell_->ready_workers(), 0U);
  let_own_worker_begin();
  ASSERT_TRUE(run_while_not([&] { return other.gone() && elsewhere(SlotState::kActive) == 1; }));
  EXPECT_EQ(other.refusal(), wire::Refusal::kFingerprint);
  EXPECT_FALSE(same.refusal());
  EXPECT_TRUE(run_while_not([&] { return cell_->ready_workers() == 2; }));
  EXPECT_FALSE(same.gone());
}

TEST_F(HeldTest, WhoLeavesWhileItIsHeldIsLetGo) {
  auto& peer = join(introduction());
  ASSERT_TRUE(loaded(peer));
  peer.send(wire::Leave{});
  EXPECT_TRUE(run_while_not([&] { return peer.gone(); }));
  EXPECT_FALSE(peer.refusal());
  let_own_worker_begin();
  EXPECT_TRUE(run_while_not([&] { return cell_->ready_workers() == 1; }));
}

TEST_F(RemoteTest, WhereTheWorkersHereAreGivenUpWhoWasHeldDecides) {
  const auto go = folder_ / "go";
  run_worker_by("while [ ! -e " + go.string() + " ]; do sleep 0.01; done; exit 1");
  open(1);
  const auto& peer = join(introduction());
  ASSERT_TRUE(loaded(peer));
  ASSERT_TRUE(run_while_not([&] { return peer.count<wire::Ping>() >= 3; }));
  EXPECT_EQ(elsewhere(SlotState::kStarting), 1U);
  std::ofstream(go) << "go";
  EXPECT_TRUE(run_while_not([&] { return elsewhere(SlotState::kActive) == 1; }));
  EXPECT_EQ(cell_->fleet().pool().condition(), worker_pool::Condition::kGivenUp);
  const auto& other = join(introduction("cellar/1"), {.fingerprint = "others"});
  ASSERT_TRUE(run_while_not([&] { return other.gone(); }));
  EXPECT_EQ(other.refusal(), wire::Refusal::kFingerprint);
}

TEST_F(RemoteTest, WhoseClockWasSetBackTakesTheOldersPlaceUnderALargerNumber) {
  open(0);
  const auto& older = join(introduction());
  ASSERT_TRUE(run_while_not([&] { return older.heard<wire::Welcome>() != nullptr; }));
  EXPECT_EQ(older.heard<wire::Welcome>()->incarnation, 10U);
  auto late = introduction();
  late.incarnation = 3;
  const auto& newer = join(late);
  ASSERT_TRUE(run_while_not([&] { return older.gone() && elsewhere(SlotState::kActive) == 1; }));
  EXPECT_EQ(older.refusal(), wire::Refusal::kSuperseded);
  EXPECT_EQ(newer.heard<wire::Welcome>()->incarnation, 11U);
  auto back = introduction();
  back.returning = true;
  const auto& again = join(back);
  ASSERT_TRUE(run_while_not([&] { return again.gone(); }));
  EXPECT_EQ(again.refusal(), wire::Refusal::kSuperseded) << "it was welcomed under the smaller number";
  EXPECT_FALSE(newer.gone());
  auto last = introduction();
  last.incarnation = std::numeric_limits<std::uint64_t>::max();
  join(last);
  ASSERT_TRUE(run_while_not([&] { return newer.gone(); }));
  const auto& beyond = join(introduction());
  ASSERT_TRUE(run_while_not([&] { return beyond.heard<wire::Welcome>() != nullptr; }));
  EXPECT_EQ(beyond.heard<wire::Welcome>()->incarnation, last.incarnation) << "there is none that is larger";
}

TEST_F(RemoteTest, AWorkerGetsNoMoreVoicesThanItHolds) {
  add_voice("second");
  open(0, {.admission = scheduler::Admission::kOff});
  const auto& peer = join(introduction(), {.voices = 1});
  ASSERT_TRUE(run_while_not([&] { return elsewhere(SlotState::kActive) == 1; }));
  EXPECT_FALSE(peer.heard<wire::UnloadVoice>());
  auto order = spec("With the voice that is not loaded.");
  order.voice_id = "second";
  const auto stream = cell_->open(order);
  ASSERT_TRUE(run_while_not([&] { return peer.heard<wire::PlanJob>() != nullptr; }));
  ASSERT_NE(peer.heard<wire::UnloadVoice>(), nullptr);
  EXPECT_EQ(peer.heard<wire::UnloadVoice>()->voice_id, "tone");
  EXPECT_EQ(peer.heard<wire::LoadVoice>()->voice_id, "second");
}

TEST_F(RemoteTest, WhatTheWayCarriesMakesAudioDearerThere) {
  open(0);
  const scheduler::DeviceId attic{identity::hash({"remote", "attic"})};
  auto& peer = join(introduction());
  ASSERT_TRUE(run_while_not([&] { return elsewhere(SlotState::kActive) == 1; }));
  const auto ratio = [&] { return cell_->scheduler().cost(scheduler::VoiceId{0}, attic).ratio(); };
  const auto near = ratio();
  peer.behaviour().bulk_bytes = 5'000'000;
  peer.behaviour().bulk_took = 1s;
  const auto expected = worker_pool::LinkQuality::kBytesPerAudioSecond / 5e6;
  EXPECT_TRUE(run_while_not([&] { return ratio() > near + 0.9 * expected; })) << ratio() << " of " << near;
  EXPECT_NEAR(ratio(), near + expected, 0.1 * expected);
}

TEST_F(RemoteTest, OneThatIsFarAwayIsGivenSeveralJobsAtOnce) {
  open(0, {.admission = scheduler::Admission::kOff});
  const auto& peer = join(introduction(), {.away = 2s});
  ASSERT_TRUE(run_while_not([&] { return elsewhere(SlotState::kActive) == 1; }));
  std::vector<Cell::Handle> crowd;
  for (std::uint64_t seed = 0; seed < 8; ++seed) crowd.push_back(cell_->open(spec(kLong, seed)));
  const auto deepest = std::ptrdiff_t{worker_pool::LinkQuality::kDeepest};
  ASSERT_TRUE(run_while_not([&] { return peer.count<wire::PlanJob>() >= deepest; }));
  const auto pings = peer.count<wire::Ping>();
  ASSERT_TRUE(run_while_not([&] { return peer.count<wire::Ping>() > pings; }));
  EXPECT_EQ(peer.count<wire::PlanJob>(), deepest) << "and no more while it answers none";
}

TEST_F(RemoteTest, WhoLoadsAnotherVoiceThanItWasToldIsGivenUp) {
  open(0);
  for (const auto* const name : {"another", "tone "}) {
    const auto& peer = join(introduction(), {.misnamed = name});
    EXPECT_TRUE(run_while_not([&] { return peer.gone(); })) << name;
  }
  EXPECT_EQ(cell_->fleet().remote_ledger().deaths(worker_pool::Death::kBadAnswer), 2U);
  EXPECT_EQ(cell_->ready_workers(), 0U);
}

TEST_F(RemoteTest, WhoAnswersAPlanAsIfItWereARenderingIsGivenUpAndItsStreamGoesOn) {
  open(0);
  const auto stream = [&] {
    join(introduction());
    EXPECT_TRUE(run_while_not([&] { return cell_->ready_workers() == 1; }));
    return cell_->open(spec(kLong));
  }();
  const std::vector<wire::Message> answers = {wire::GrainDone{.epoch = 1, .pcm = Pcm(10)}, wire::RenderDone{.epoch = 1},
                                              wire::RenderDone{.epoch = 1, .cancelled = true}};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    Peer& peer = *peers_.back();
    ASSERT_TRUE(run_while_not([&] { return peer.heard<wire::PlanJob>() != nullptr; })) << i;
    auto answer = answers[i];
    std::visit(
        [&](auto& body) {
          if constexpr (requires { body.job; }) body.job = peer.heard<wire::PlanJob>()->job;
        },
        answer);
    peer.send(answer);
    ASSERT_TRUE(run_while_not([&] { return peer.gone(); })) << i;
    EXPECT_EQ(cell_->fleet().remote_ledger().deaths(worker_pool::Death::kBadAnswer), i + 1);
    EXPECT_EQ(stream->end(), SpeechStream::End::kNotYet) << i;
    join(introduction("another/" + std::to_string(i)));
  }
}

TEST_F(RemoteTest, WhileAStreamIsUnderWayNobodyElsesBytesAreLetIn) {
  open(0);
  auto& first = join(introduction());
  ASSERT_TRUE(run_while_not([&] { return cell_->ready_workers() == 1; }));
  auto stream = cell_->open(spec(kLong));
  ASSERT_TRUE(run_while_not([&] { return first.heard<wire::PlanJob>() != nullptr; }));
  first.close();
  ASSERT_TRUE(run_while_not([&] { return cell_->ready_workers() == 0; }));
  const auto& other = join(introduction("cellar/1"), {.fingerprint = "others"});
  ASSERT_TRUE(run_while_not([&] { return other.gone(); }));
  EXPECT_EQ(other.refusal(), wire::Refusal::kFingerprint);
  stream.reset();
  join(introduction("cellar/1"), {.fingerprint = "others"});
  EXPECT_TRUE(run_while_not([&] { return cell_->ready_workers() == 1; }));
}

}  // namespace
}  // namespace antiphon::gateway
