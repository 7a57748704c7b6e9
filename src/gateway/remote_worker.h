#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "link/message_stream.h"
#include "wire/message.h"
#include "worker_pool/link_quality.h"
#include "worker_pool/types.h"

namespace antiphon::gateway {

/// What is known of a worker on another machine.
struct RemoteWorker {
  wire::Join join;  ///< Without the token.
  std::string address;
  std::string token_sha256;  ///< identity::sha256_of its token.
  base::TimePoint joined{};
  base::Duration ready_after{};  ///< From then until it took jobs; zero before.
  worker_pool::SlotState state = worker_pool::SlotState::kStarting;
  std::optional<std::string> fingerprint{};  ///< As it told.
  bool held = false;  ///< It is ready, but it is not known yet whether its bytes are the others'.
  worker_pool::LinkQuality quality{};
  std::uint64_t resident = 0;
  std::uint64_t heard = 0;           ///< Bytes received when the last heartbeat was.
  int silent = 0;                    ///< Heartbeats since there were more.
  int parting = 0;                   ///< Heartbeats since it was sent away.
  std::string loss;                  ///< How its process ended, as its link process says; "" = it has not said so.
  std::uint64_t looked = 0;          ///< Bytes received when its worker was judged last.
  base::TimePoint asked{};           ///< When it was asked whether it is there, for its worker's sake.
  link::MessageStream::Bulk came{};  ///< Of what the quality knows already, in both directions.
  link::MessageStream::Bulk went{};
};

/// The same, for people.
struct RemoteStatus {
  std::string id;
  std::string address;
  std::uint64_t incarnation = 0;
  base::Duration round_trip{};
  double bytes_per_second = 0;
};

}  // namespace antiphon::gateway
