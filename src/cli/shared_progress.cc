#include "cli/shared_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "redis/census.h"
#include "redis/client.h"
#include "redis/progress_store.h"
#include "redis/url.h"
#include "runtime/task_group.h"
#include "tls/client_context.h"

namespace antiphon::cli {
namespace {

constexpr auto kLastWrites = std::chrono::seconds(1);
constexpr auto kPoll = std::chrono::milliseconds(20);

std::string host_name() {
  constexpr std::size_t kMost = 256;
  std::array<char, kMost> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : "local";
}

redis::Url url_of(const config::Config& config) {
  auto url = redis::parse_url(config.progress.url);
  if (!url) throw config::Error("progress.url: " + url.error().message);
  return *std::move(url);
}

std::optional<tls::ClientContext> tls_of(const config::Config& config, const redis::Url& url) {
  if (url.kind != redis::Url::Kind::kTls) return std::nullopt;
  auto context = tls::ClientContext::load({.authorities = config.progress.authorities});
  if (!context) throw config::Error(context.error().message + " (progress.authorities)");
  return *std::move(context);
}

std::string cell_name(const config::Config& config) {
  if (!config.progress.cell.empty()) return config.progress.cell;
  return fmt::format("{}:{}", host_name(), config.server.port);
}

redis::ProgressStoreOptions store_options(const config::Config& config) {
  const auto& progress = config.progress;
  return {.prefix = progress.prefix,
          .cell = cell_name(config),
          .ttl = progress.ttl,
          .max_records = progress.records,
          .max_bytes = std::size_t{progress.memory_mib} << 20U};
}

class RedisProgress final : public SharedProgress {
 public:
  RedisProgress(const runtime::Executor& executor, runtime::Clock& clock, const config::Config& config)
      : clock_(clock),
        url_(url_of(config)),
        tls_(tls_of(config, url_)),
        client_(executor, clock, tls_ ? &*tls_ : nullptr, {.url = url_}),
        store_(clock, client_, store_options(config)),
        census_(clock, client_, {.prefix = config.progress.prefix, .cell = cell_name(config)}),
        connection_(executor),
        writing_(executor) {}

  [[nodiscard]] progress::Store& store() override { return store_; }
  [[nodiscard]] progress::Census& census() override { return census_; }

  void start() override {
    connection_.spawn(client_.run());
    writing_.spawn(store_.run());
  }

  [[nodiscard]] runtime::Awaitable<> stop() override {
    const auto deadline = clock_.now() + kLastWrites;
    while (client_.connected() && (store_.records() > 0 || client_.waiting() > 0) && clock_.now() < deadline) {
      if (!co_await runtime::sleep_for(clock_, kPoll)) break;
    }
    writing_.cancel();
    co_await writing_.join();
    connection_.cancel();
    co_await connection_.join();
  }

 private:
  runtime::Clock& clock_;
  redis::Url url_;
  std::optional<tls::ClientContext> tls_;
  redis::Client client_;
  redis::ProgressStore store_;
  redis::Census census_;
  runtime::TaskGroup connection_;
  runtime::TaskGroup writing_;
};

}  // namespace

std::unique_ptr<SharedProgress> SharedProgress::open(const runtime::Executor& executor, runtime::Clock& clock,
                                                     const config::Config& config) {
  if (config.progress.url.empty() || config.progress.records == 0) return nullptr;
  return std::make_unique<RedisProgress>(executor, clock, config);
}

}  // namespace antiphon::cli
