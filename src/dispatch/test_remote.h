#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/sha256.h"
#include "dispatch/test_cell.h"
#include "fleet/remote_door.h"
#include "fleet/testing/memory_stream.h"
#include "identity/hash.h"
#include "runtime/task_group.h"

namespace antiphon::dispatch {

inline constexpr auto* kToken = "a token of workers";

/// A link process and its worker, as the gateway hears them. What it is not told to do it does as they would.
class Peer {
 public:
  struct Behaviour {
    std::string fingerprint = "theirs";
    std::uint32_t voices = 8;
    std::string misnamed{};        ///< Voice that it says it loaded, where it is not the one that it was told to load.
    base::Duration away{};         ///< How long an answer seems to have been on its way.
    std::uint64_t bulk_bytes = 0;  ///< Carried before each Pong,
    base::Duration bulk_took{};    ///< and in what time.
  };

  Peer(const runtime::Executor& executor, runtime::Clock& clock, std::unique_ptr<link::ByteStream> bytes,
       Behaviour behaviour)
      : stream_(executor, clock, std::move(bytes)), behaviour_(std::move(behaviour)), tasks_(executor) {
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
    CellTest::TearDown();
    EXPECT_TRUE(run_while_not([&] { return served_.size() == 0; }));
    door_.reset();
  }

  /// A gateway with that many workers of its own.
  void open(std::uint32_t local, scheduler::Options scheduling = {}) {
    worker_pool::Options pool{.least = local, .most = local, .spare = worker_pool::Spare::kOff};
    pool.failed_starts = 1;
    make_cell(scheduling, pool);
    identity::KeyRing tokens;
    ASSERT_TRUE(tokens.add({.name = "attic", .sha256 = base::sha256_hex(kToken)}).has_value());
    door_.emplace(context_.get_executor(), clock_, cell_->fleet(),
                  fleet::RemoteDoorOptions{.credentials = {.tokens = std::move(tokens)}});
  }

  /// A connection to the door, in memory.
  std::unique_ptr<link::ByteStream> connect() {
    auto [near_end, far_end] = fleet::testing::make_memory_streams(context_.get_executor());
    served_.spawn(door_->serve(std::move(far_end), "127.0.0.1:1"));
    return std::move(near_end);
  }
  /// Sends bytes that need be no message.
  void send_raw(link::ByteStream& connection, const std::vector<std::uint8_t>& bytes) {
    run_until_done([&]() -> runtime::Awaitable<> {
      return [](link::ByteStream& to, std::vector<std::uint8_t> sent) -> runtime::Awaitable<> {
        EXPECT_FALSE(co_await to.write(std::as_bytes(std::span(sent))));
      }(connection, bytes);
    });
  }
  Peer& play(std::unique_ptr<link::ByteStream> connection, Peer::Behaviour behaviour = {}) {
    return *peers_.emplace_back(
        std::make_unique<Peer>(context_.get_executor(), clock_, std::move(connection), std::move(behaviour)));
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

  std::optional<fleet::RemoteDoor> door_;
  std::vector<std::unique_ptr<Peer>> peers_;
  runtime::TaskGroup served_{context_.get_executor()};  ///< The door's connections.
};

}  // namespace antiphon::dispatch
