#include "link/message_stream.h"

#include <optional>
#include <span>
#include <utility>

namespace antiphon::link {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 10U;

}  // namespace

MessageStream::MessageStream(runtime::Executor executor, runtime::Clock& clock, std::unique_ptr<ByteStream> bytes,
                             std::size_t frame_limit)
    : clock_(clock), bytes_(std::move(bytes)), decoder_(frame_limit), news_(executor), space_(executor) {}

runtime::Awaitable<std::expected<wire::Message, std::string>> MessageStream::receive() {
  for (;;) {
    auto message = decoder_.next();
    if (!message) co_return std::unexpected("garbage: " + message.error().message);
    if (*message) co_return std::move(**message);
    const bool continues = decoder_.buffered() > 0;
    incoming_.resize(kReadBytes);
    const auto size = co_await bytes_->read_some(incoming_);
    if (!size) co_return std::unexpected("socket: " + size.error().message());
    const auto now = clock_.now();
    if (continues) {
      bulk_.bytes += *size;
      bulk_.took += now - read_at_;
    }
    read_at_ = now;
    received_ += *size;
    decoder_.feed(std::span(incoming_).first(*size));
  }
}

runtime::Awaitable<std::string> MessageStream::write() {
  std::vector<std::byte> sending;
  for (;;) {
    while (outgoing_.empty() && failure_.empty() && !finished_) {
      if (!co_await news_.wait()) co_return "";
    }
    if (!failure_.empty()) co_return failure_;
    if (outgoing_.empty()) co_return "all was said";
    sending.clear();
    std::swap(sending, outgoing_);
    const auto error = co_await bytes_->write(sending);
    if (error) {
      if (failure_.empty()) failure_ = "socket: " + error.message();
      space_.notify_all();
      co_return failure_;
    }
    space_.notify_all();
  }
}

void MessageStream::send(const wire::Message& message) {
  if (!failure_.empty() || finished_) return;
  if (const auto encoded = wire::encode(message, outgoing_); !encoded) {
    failure_ = "cannot be sent: " + encoded.error().message;
  } else if (outgoing_.size() > kBacklogBytes) {
    failure_ = "does not read its socket";
  }
  news_.notify_all();
  if (!failure_.empty()) space_.notify_all();
}

runtime::Awaitable<bool> MessageStream::room() {
  while (failure_.empty() && outgoing_.size() >= kRoomBytes) {
    if (!co_await space_.wait()) co_return false;
  }
  co_return failure_.empty();
}

void MessageStream::finish() {
  finished_ = true;
  news_.notify_all();
}

void MessageStream::close() {
  if (failure_.empty()) failure_ = "closed";
  bytes_->close();
  news_.notify_all();
  space_.notify_all();
}

}  // namespace antiphon::link
