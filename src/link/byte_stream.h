#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <utility>

#include "runtime/awaitable.h"

namespace antiphon::link {

/// A connection whatever carries it: a Unix socket, TCP, or TLS. One event loop's thread only; one read and one write
/// may be under way at the same time.
class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  /// At least one byte. Error: why there is none, the end of the stream included.
  [[nodiscard]] virtual runtime::Awaitable<std::expected<std::size_t, boost::system::error_code>> read_some(
      std::span<std::byte> buffer) = 0;
  /// All of it. `bytes` must stay until it returns.
  [[nodiscard]] virtual runtime::Awaitable<boost::system::error_code> write(std::span<const std::byte> bytes) = 0;
  /// Ends what is under way. What was written may be lost. Idempotent.
  virtual void close() = 0;
};

/// One of Asio's sockets, or its TLS stream over one.
template <class Stream>
class AsioByteStream final : public ByteStream {
 public:
  explicit AsioByteStream(Stream stream) : stream_(std::move(stream)) {}

  [[nodiscard]] runtime::Awaitable<std::expected<std::size_t, boost::system::error_code>> read_some(
      std::span<std::byte> buffer) override {
    boost::system::error_code error;
    const auto size = co_await stream_.async_read_some(boost::asio::buffer(buffer.data(), buffer.size()),
                                                       boost::asio::redirect_error(boost::asio::use_awaitable, error));
    if (error) co_return std::unexpected(error);
    co_return size;
  }

  [[nodiscard]] runtime::Awaitable<boost::system::error_code> write(std::span<const std::byte> bytes) override {
    boost::system::error_code error;
    co_await boost::asio::async_write(stream_, boost::asio::buffer(bytes.data(), bytes.size()),
                                      boost::asio::redirect_error(boost::asio::use_awaitable, error));
    co_return error;
  }

  void close() override {
    boost::system::error_code ignored;
    stream_.lowest_layer().close(ignored);
  }

 private:
  Stream stream_;
};

template <class Stream>
[[nodiscard]] std::unique_ptr<ByteStream> make_byte_stream(Stream stream) {
  return std::make_unique<AsioByteStream<Stream>>(std::move(stream));
}

}  // namespace antiphon::link
