#include "gateway/server.h"

#include <utility>

#include "gateway/front.h"
#include "runtime/log.h"
#include "runtime/task_group.h"
#include "runtime/thread_pool.h"

namespace antiphon::gateway {
namespace {

CellOptions with_voices(CellOptions options, const std::vector<ServedVoice>& voices) {
  options.voices.clear();
  for (const auto& voice : voices) {
    options.voices.push_back({.id = voice.id, .folder = voice.folder, .rate = voice.rate});
  }
  return options;
}

}  // namespace

class Server::Impl {
 public:
  Impl(const runtime::Executor& executor, runtime::Clock& clock, ServerOptions options)
      : clock_(clock),
        voices_(options.voices, std::move(options.aliases)),
        encoders_(options.encoder_threads),
        cell_(executor, clock, with_voices(std::move(options.cell), options.voices)),
        speech_(cell_, voices_, encoders_, clock, std::move(options.speech)),
        front_(cell_, voices_, speech_, options.unhealthy_after),
        http_(
            executor, clock, std::move(options.http),
            [this](const http::Request& request, http::Responder& responder) {
              return front_.handle(request, responder);
            },
            &Front::edge_error) {}

  Result<http::Endpoint> start() {
    auto endpoint = http_.start();
    if (!endpoint) return std::unexpected(Error{Errc::kCannotListen, endpoint.error().message});
    cell_.start();
    return *endpoint;
  }

  [[nodiscard]] runtime::Awaitable<bool> wait_ready() { return cell_.wait_ready(); }

  [[nodiscard]] runtime::Awaitable<> stop(base::TimePoint deadline) {
    runtime::log_info("draining", {{"streams", cell_.streams()}});
    front_.drain();
    co_await runtime::run_until(clock_, deadline, cell_.wait_idle());
    co_await http_.drain(deadline);
    co_await cell_.stop();
  }

 private:
  runtime::Clock& clock_;
  VoiceDirectory voices_;
  runtime::ThreadPool encoders_;
  Cell cell_;
  SpeechHandler speech_;
  Front front_;
  http::Server http_;
};

Server::Server(runtime::Executor executor, runtime::Clock& clock, ServerOptions options) {
  if (options.voices.empty()) return;
  impl_ = std::make_unique<Impl>(executor, clock, std::move(options));
}

Server::~Server() = default;

Result<http::Endpoint> Server::start() {
  if (!impl_) {
    return std::unexpected(
        Error{Errc::kNoVoice, "there is no voice to speak with; add one with 'antiphon voices add FILE.onnx'"});
  }
  return impl_->start();
}

runtime::Awaitable<bool> Server::wait_ready() { return impl_->wait_ready(); }
runtime::Awaitable<> Server::stop(base::TimePoint deadline) { return impl_->stop(deadline); }

}  // namespace antiphon::gateway
