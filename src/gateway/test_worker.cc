// A worker with the tone engine alone: the inference process of the gateway's tests.
#include <utility>

#include "engine/tone/tone_engine.h"
#include "process/child.h"
#include "process/socket.h"
#include "worker/worker.h"

int main() {
  auto socket = antiphon::process::adopt_socket(antiphon::process::kInheritedFd);
  if (!socket) return 1;
  antiphon::worker::Engines engines;
  engines.push_back(antiphon::engine::tone::make_tone_engine());
  return antiphon::worker::run({.socket = std::move(*socket), .engines = std::move(engines)});
}
