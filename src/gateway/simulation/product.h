#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "delivery/speech_handler.h"
#include "delivery/voice_directory.h"
#include "dispatch/cell.h"
#include "fleet/testing/fake_worker.h"
#include "gateway/simulation/fake_client.h"
#include "gateway/simulation/script.h"
#include "runtime/manual_clock.h"
#include "runtime/task_group.h"
#include "runtime/thread_pool.h"

namespace antiphon::gateway::simulation {

/// What all runs have in common: voices of tones in a folder, which is removed at the end, and metrics.
class Stage {
 public:
  Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage();

  [[nodiscard]] delivery::ServedVoice voice(const std::string& key) const;
  [[nodiscard]] dispatch::Probe& probe() { return probe_; }
  [[nodiscard]] fleet::testing::FakeVoices& voices() { return voices_; }

  static constexpr base::SampleRate kRate{8000};
  static constexpr double kBytesPerSecond = 2 * 8000;

 private:
  std::filesystem::path folder_;
  metrics::Registry registry_;
  dispatch::Probe probe_{registry_};
  fleet::testing::FakeVoices voices_{folder_};
};

/// How one request of a script went.
struct Answer {
  Request request;
  FakeClient::End end = FakeClient::End::kOpen;
  unsigned status = 0;
  bool left = false;  ///< The client was gone before the end.
  std::string body;
  base::Duration gap{};  ///< For which a client that played at once had nothing to play.
};

struct Outcome {
  std::vector<Answer> answers;      ///< Answers of the script's clients, in their order.
  std::vector<std::string> faults;  ///< What may never be, one sentence each.
  base::Duration took{};            ///< On the clock of the run.
  std::uint64_t workers = 0;        ///< Number of processes that were started.
};

/// The gateway itself, with its fleet, streams, egress and OpenAI's door, over workers and clients that are played, on
/// a clock that stands still while anything is left to do. Nothing in it depends on the machine.
class Product {
 public:
  Product(Stage& stage, const Script& script);

  /// Plays the script to its end, and stops the server. Call it once.
  [[nodiscard]] Outcome run();

 private:
  [[nodiscard]] runtime::Awaitable<> play(std::size_t number);
  [[nodiscard]] runtime::Awaitable<> ask_whole(const ClientPlan& plan, FakeClient& client);
  [[nodiscard]] runtime::Awaitable<> ask_in_pieces(const ClientPlan& plan, FakeClient& client);
  [[nodiscard]] runtime::Awaitable<> leave(std::size_t number);
  [[nodiscard]] runtime::Awaitable<> write_text(const ClientPlan& plan, dispatch::GrowingSpeech& speech);
  /// A remote worker that joins, works, and joins again when its link was lost.
  [[nodiscard]] runtime::Awaitable<> work_remotely(std::uint32_t number);
  [[nodiscard]] runtime::Awaitable<> reload();
  [[nodiscard]] runtime::Awaitable<> drain();
  [[nodiscard]] runtime::Awaitable<> stop();
  [[nodiscard]] bool is_quiet() const;
  void check(bool good, const std::string& what);
  void note_answers();

  const Script& script_;
  Stage& stage_;
  Draw worker_draw_;
  boost::asio::io_context context_;
  runtime::ManualClock clock_;
  runtime::ThreadPool encoders_{context_.get_executor()};
  fleet::testing::FakeWorkers workers_;
  delivery::VoiceDirectory directory_;
  std::unique_ptr<dispatch::Cell> cell_;
  std::unique_ptr<delivery::SpeechHandler> handler_;
  std::vector<std::unique_ptr<FakeClient>> clients_;
  bool reloaded_ = false;
  std::vector<bool> new_voice_;  ///< Whether each client asked after the reload.
  bool stopping_ = false;
  bool stopped_ = false;
  Outcome outcome_;
  runtime::TaskGroup remote_;
  runtime::TaskGroup tasks_;
};

}  // namespace antiphon::gateway::simulation
