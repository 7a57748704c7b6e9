#include "fleet/worker_source.h"

#include <boost/asio/local/stream_protocol.hpp>
#include <utility>

#include "process/child.h"
#include "process/socket.h"
#include "process/usage.h"

namespace antiphon::fleet {
namespace {

namespace asio = boost::asio;

class SpawnedProcess final : public WorkerProcess {
 public:
  SpawnedProcess(process::Child child, std::unique_ptr<link::ByteStream> stream)
      : child_(std::move(child)), stream_(std::move(stream)) {}

  [[nodiscard]] std::unique_ptr<link::ByteStream> take_stream() override { return std::move(stream_); }
  [[nodiscard]] pid_t pid() const override { return child_.pid(); }
  [[nodiscard]] base::Duration cpu() const override {
    return process::cpu_time(child_.pid()).value_or(base::Duration{});
  }
  [[nodiscard]] bool is_runnable() const override { return process::is_runnable(child_.pid()); }
  [[nodiscard]] std::uint64_t resident() const override { return process::resident_bytes(child_.pid()).value_or(0); }
  void kill() override { child_.kill(); }
  [[nodiscard]] runtime::Awaitable<std::string> wait() override {
    const auto status = co_await child_.wait();
    co_return process::describe(status);
  }

 private:
  process::Child child_;
  std::unique_ptr<link::ByteStream> stream_;
};

}  // namespace

std::expected<std::unique_ptr<WorkerProcess>, std::string> ProcessSource::start() {
  auto sockets = process::socket_pair();
  if (!sockets) return std::unexpected(sockets.error().message);
  auto& [ours, theirs] = *sockets;
  auto child = process::Child::spawn(
      executor_, {.executable = command_.executable, .arguments = command_.arguments, .inherited = theirs.get()});
  if (!child) return std::unexpected(child.error().message);
  asio::local::stream_protocol::socket socket(executor_, asio::local::stream_protocol(), ours.release());
  return std::make_unique<SpawnedProcess>(std::move(*child), link::make_byte_stream(std::move(socket)));
}

worker_pool::Memory ProcessSource::memory() const {
  const auto memory = process::machine_memory();
  return memory ? worker_pool::Memory{.total = memory->total, .used = memory->used} : worker_pool::Memory{};
}

}  // namespace antiphon::fleet
