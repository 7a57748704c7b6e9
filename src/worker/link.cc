#include "worker/link.h"

#include <sys/socket.h>

#include <cerrno>

namespace antiphon::worker {
namespace {

constexpr std::size_t kReceiveBytes = 128U << 10;
/// The send buffer is given back above this, so that one large plan does not stay resident.
constexpr std::size_t kKeptBytes = 1U << 20;

}  // namespace

Sent Link::send(const wire::Message& message) {
  const std::lock_guard lock(sending_);
  outgoing_.clear();
  if (!wire::encode(message, outgoing_)) return Sent::kNotEncodable;
  for (std::size_t begin = 0; begin < outgoing_.size();) {
    const auto n = ::send(socket_.get(), outgoing_.data() + begin, outgoing_.size() - begin, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Sent::kGone;
    begin += static_cast<std::size_t>(n);
  }
  if (outgoing_.capacity() > kKeptBytes) std::vector<std::byte>().swap(outgoing_);
  return Sent::kSent;
}

wire::Result<std::optional<wire::Message>> Link::receive() {
  incoming_.resize(kReceiveBytes);
  while (true) {
    auto message = decoder_.next();
    if (!message || *message) return message;
    const auto n = ::recv(socket_.get(), incoming_.data(), incoming_.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::optional<wire::Message>();
    decoder_.feed(std::span(incoming_).first(static_cast<std::size_t>(n)));
  }
}

void Link::shutdown() { ::shutdown(socket_.get(), SHUT_RDWR); }

}  // namespace antiphon::worker
