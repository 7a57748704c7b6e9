#include "fleet/testing/memory_stream.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <expected>
#include <span>
#include <vector>

#include "runtime/event.h"

namespace antiphon::fleet::testing {
namespace {

namespace error = boost::asio::error;
using boost::system::error_code;

/// One direction.
struct Pipe {
  explicit Pipe(const runtime::Executor& executor) : changed(executor) {}

  std::vector<std::byte> bytes;
  bool writer_closed = false;
  bool reader_closed = false;
  runtime::Notifier changed;
};

class MemoryStream final : public link::ByteStream {
 public:
  MemoryStream(std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out) : in_(std::move(in)), out_(std::move(out)) {}
  MemoryStream(const MemoryStream&) = delete;
  MemoryStream& operator=(const MemoryStream&) = delete;
  ~MemoryStream() override { MemoryStream::close(); }

  [[nodiscard]] runtime::Awaitable<std::expected<std::size_t, error_code>> read_some(
      std::span<std::byte> buffer) override {
    const auto pipe = in_;
    while (pipe->bytes.empty() && !pipe->writer_closed && !pipe->reader_closed) {
      if (!co_await pipe->changed.wait()) co_return std::unexpected(error_code(error::operation_aborted));
    }
    if (pipe->reader_closed) co_return std::unexpected(error_code(error::bad_descriptor));
    if (pipe->bytes.empty()) co_return std::unexpected(error_code(error::eof));
    const auto size = std::min(buffer.size(), pipe->bytes.size());
    const auto end = pipe->bytes.begin() + static_cast<std::ptrdiff_t>(size);
    std::copy(pipe->bytes.begin(), end, buffer.begin());
    pipe->bytes.erase(pipe->bytes.begin(), end);
    pipe->changed.notify_all();
    co_return size;
  }

  [[nodiscard]] runtime::Awaitable<error_code> write(std::span<const std::byte> bytes) override {
    const auto pipe = out_;
    while (!bytes.empty()) {
      if (pipe->reader_closed || pipe->writer_closed) co_return error_code(error::broken_pipe);
      const auto size = std::min(bytes.size(), kPipeBytes - std::min(kPipeBytes, pipe->bytes.size()));
      if (size == 0) {
        if (!co_await pipe->changed.wait()) co_return error_code(error::operation_aborted);
        continue;
      }
      pipe->bytes.insert(pipe->bytes.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      bytes = bytes.subspan(size);
      pipe->changed.notify_all();
    }
    co_return error_code();
  }

  void close() override {
    in_->reader_closed = true;
    out_->writer_closed = true;
    in_->changed.notify_all();
    out_->changed.notify_all();
  }

 private:
  std::shared_ptr<Pipe> in_;
  std::shared_ptr<Pipe> out_;
};

}  // namespace

std::pair<std::unique_ptr<link::ByteStream>, std::unique_ptr<link::ByteStream>> make_memory_streams(
    const runtime::Executor& executor) {
  auto there = std::make_shared<Pipe>(executor);
  auto back = std::make_shared<Pipe>(executor);
  return {std::make_unique<MemoryStream>(back, there), std::make_unique<MemoryStream>(there, back)};
}

}  // namespace antiphon::fleet::testing
