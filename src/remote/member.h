#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "remote/gateway_address.h"
#include "remote/session.h"
#include "remote/stall_monitor.h"
#include "runtime/clock.h"
#include "runtime/event.h"
#include "tls/client_context.h"
#include "worker_pool/backoff.h"

namespace antiphon::remote {

/// A voice of this machine's store.
struct StoredVoice {
  std::string id;
  std::string identity;  ///< Hash of all that decides its bytes; "": not known.
};

struct MemberOptions {
  GatewayAddress gateway;
  std::string token;
  std::string id;  ///< The same each time; letters, digits, '.', '_', '-', '/'.
  /// Larger than that of any earlier process with this id; where it is not, the gateway gives it a larger one.
  std::uint64_t incarnation = 0;
  WorkerProgram program;
  /// Read anew whenever it joins. Throws what it likes: that is a failed attempt.
  std::function<std::vector<StoredVoice>()> store;
  worker_pool::Backoff::Options backoff{};
};

/// One worker that belongs to a gateway: joins, serves, and joins again when the link is lost, after a pause that grows
/// while that keeps failing. Lives on one event loop.
class Member {
 public:
  /// `tls` may be null for a gateway that is not encrypted; it, `clock` and `workers` outlive the member.
  Member(runtime::Executor executor, runtime::Clock& clock, tls::ClientContext* tls, StallMonitor& workers,
         MemberOptions options);

  /// Returns when it has left, or when a newer worker of its id has taken its place: true then. Call it once; a
  /// cancelled task leaves at once.
  [[nodiscard]] runtime::Awaitable<bool> run();
  /// Finishes what it has and does not come back.
  void leave();

  /// For a connection and its handshake.
  static constexpr base::Duration kConnect = std::chrono::seconds(10);

 private:
  [[nodiscard]] runtime::Awaitable<SessionEnd> stay();
  [[nodiscard]] runtime::Awaitable<> connect(std::unique_ptr<link::ByteStream>& connection, std::string& failure);
  [[nodiscard]] wire::Join introduction() const;

  runtime::Executor executor_;
  runtime::Clock& clock_;
  tls::ClientContext* tls_;
  StallMonitor& workers_;
  MemberOptions options_;
  worker_pool::Backoff backoff_;
  std::uint64_t incarnation_;
  bool welcomed_ = false;       ///< Under that number.
  Session* session_ = nullptr;  ///< While there is one.
  runtime::Event leaving_;
};

}  // namespace antiphon::remote
