// A worker with the tone engine alone: the inference process of the gateway's tests. With "confined FOLDER" it runs in
// the sandbox and can read that folder; its voices then try to break out when their text asks them to. With "batch N"
// it renders N grains at once, and ends at each grain of the voice's second speaker. Without "confined" it ends at a
// text that would "take the worker", and stops itself at one that would "halt the worker".
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include "engine/tone/tone_engine.h"
#include "process/child.h"
#include "process/socket.h"
#include "worker/harden.h"
#include "worker/worker.h"

namespace {

using namespace antiphon;

/// A tone voice whose model was made by somebody who wants more.
class Intruder final : public engine::Voice {
 public:
  explicit Intruder(std::unique_ptr<engine::Voice> voice) : voice_(std::move(voice)) {}
  [[nodiscard]] const engine::VoiceInfo& info() const override { return voice_->info(); }
  [[nodiscard]] engine::Result<engine::SegmentPlan> plan(const engine::PlanRequest& request) override {
    const std::string_view text = request.text;
    if (text.contains("open a socket")) static_cast<void>(::socket(AF_INET, SOCK_STREAM, 0));
    if (text.contains("run a program")) ::execl("/bin/true", "true", nullptr);
    if (text.contains("write a file")) static_cast<void>(::open("/tmp/antiphon-intruder", O_WRONLY | O_CREAT, 0600));
    return voice_->plan(request);
  }
  [[nodiscard]] engine::Result<engine::RenderedGrain> render(const engine::RenderRequest& request) override {
    return voice_->render(request);
  }

 private:
  std::unique_ptr<engine::Voice> voice_;
};

/// A tone voice whose model cannot bear one of its speakers, nor what would take the worker.
class Fragile final : public engine::Voice {
 public:
  explicit Fragile(std::unique_ptr<engine::Voice> voice) : voice_(std::move(voice)) {}
  [[nodiscard]] const engine::VoiceInfo& info() const override { return voice_->info(); }
  [[nodiscard]] engine::Result<engine::SegmentPlan> plan(const engine::PlanRequest& request) override {
    if (request.text.contains("take the worker")) ::_exit(3);
    if (request.text.contains("halt the worker")) ::raise(SIGSTOP);
    return voice_->plan(request);
  }
  [[nodiscard]] engine::Result<engine::RenderedGrain> render(const engine::RenderRequest& request) override {
    if (request.speaker == 1) ::_exit(3);
    return voice_->render(request);
  }
  [[nodiscard]] std::size_t batch_size(engine::GrainKind kind) const override { return voice_->batch_size(kind); }

 private:
  std::unique_ptr<engine::Voice> voice_;
};

/// The engine of tones, with its voices as `Made`.
template <class Made>
class Remade final : public engine::Engine {
 public:
  explicit Remade(std::uint32_t batch = 1) : engine_(engine::tone::make_tone_engine(batch)) {}
  [[nodiscard]] std::string_view name() const override { return engine_->name(); }
  [[nodiscard]] std::string fingerprint() const override { return engine_->fingerprint(); }
  [[nodiscard]] engine::Result<std::unique_ptr<engine::Voice>> load(const std::filesystem::path& folder) override {
    auto voice = engine_->load(folder);
    if (!voice) return std::unexpected(std::move(voice.error()));
    return std::make_unique<Made>(std::move(*voice));
  }

 private:
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace

int main(int count, char** words) {
  auto socket = process::adopt_socket(process::kInheritedFd);
  if (!socket) return 1;
  worker::Engines engines;
  std::uint32_t places = 1;
  if (count == 3 && std::string_view(words[1]) == "batch") places = static_cast<std::uint32_t>(std::atoi(words[2]));
  if (count == 3 && std::string_view(words[1]) == "confined") {
    worker::confine({.readable = {words[2]}});
    engines.push_back(std::make_unique<Remade<Intruder>>());
  } else {
    engines.push_back(std::make_unique<Remade<Fragile>>(places));
  }
  return worker::run({.socket = std::move(*socket), .engines = std::move(engines), .places = places});
}
