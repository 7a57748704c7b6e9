#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "progress/census.h"
#include "redis/client.h"
#include "runtime/clock.h"

namespace antiphon::redis {

/// What one cell says of itself.
struct CensusReport {
  std::uint64_t number = 0;  ///< Grows with each report, so that the others see that the cell lives.
  std::vector<progress::AccountStreams> accounts{};
  static constexpr std::size_t kMostAccounts = 4096;
  friend bool operator==(const CensusReport&, const CensusReport&) = default;
};

/// "NUMBER ACCOUNT:STREAMS ...", in decimal. Leaves out what is beyond kMostAccounts.
[[nodiscard]] std::string encode(const CensusReport& report);
/// Returns nullopt for anything else.
[[nodiscard]] std::optional<CensusReport> decode_census(std::string_view text);

struct CensusOptions {
  std::string prefix = "antiphon";  ///< As ProgressStoreOptions has it.
  /// A cell that has said nothing new for so long counts no more: it is gone, or cannot reach Redis.
  base::Duration fresh = std::chrono::seconds(3);
  /// What such a cell said is deleted after so long.
  base::Duration forgotten = std::chrono::minutes(1);
};

/// Counts through one hash in Redis, which has a field for each cell: two commands for each tell(). Whether a cell
/// lives is seen by whether its reports change, so that clocks need not agree. Where Redis is away, no account has
/// streams elsewhere. On one event loop.
class Census final : public progress::Census {
 public:
  /// `client` and `clock` outlive it; the client's run() ends before it does.
  Census(runtime::Clock& clock, Client& client, CensusOptions options);

  void tell(std::vector<progress::AccountStreams> own) override;
  [[nodiscard]] std::uint32_t elsewhere(std::uint64_t account) const override;

 private:
  struct Cell {
    std::uint64_t number = 0;                                    ///< Of its last report.
    std::unordered_map<std::uint64_t, std::uint32_t> streams{};  ///< Number of streams by account.
    base::TimePoint changed{};
  };

  void heard(const Reply& reply);
  void forget_old(base::TimePoint now);

  runtime::Clock& clock_;
  Client& client_;
  CensusOptions options_;
  std::string key_;
  std::string own_;  ///< The name of this cell's field, which no other has, and no other run of this program.
  std::uint64_t number_ = 0;
  bool asking_ = false;
  std::unordered_map<std::string, Cell> cells_;  ///< The others, by their fields.
};

}  // namespace antiphon::redis
