#pragma once

#include <string>
#include <string_view>

#include "process/error.h"

namespace antiphon::process {

/// Tells the service manager that started this process how it fares, by the protocol of systemd's sd_notify(3):
/// datagrams of assignments to a Unix socket. Where no manager listens, it does nothing. One thread at a time may call.
class ServiceManager {
 public:
  /// `socket` is what NOTIFY_SOCKET says: an absolute path, or '@' and the name of an abstract socket; "" = no manager.
  explicit ServiceManager(std::string socket) : socket_(std::move(socket)) {}

  /// Sends `state`, such as "READY=1". Does not block: where the manager's queue is full, the state is lost, which is
  /// an error. Errors: kSystem.
  [[nodiscard]] Result<void> tell(std::string_view state) const;

 private:
  std::string socket_;
};

}  // namespace antiphon::process
