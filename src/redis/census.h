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

/// What one cell says of itself to those that watch it.
struct CellReport {
  progress::CellFigures figures;
  std::string name;  ///< 1 to kMostNameBytes bytes.
  static constexpr std::size_t kMostNameBytes = 256;
  friend bool operator==(const CellReport&, const CellReport&) = default;
};

/// "PHASE WORKERS STREAMS WAITING SPARE NAME", where PHASE is "serving" or "draining" and the numbers are decimal. Cuts
/// the name where it is too long.
[[nodiscard]] std::string encode(const CellReport& report);
/// Returns nullopt for anything else.
[[nodiscard]] std::optional<CellReport> decode_cell(std::string_view text);

struct CensusOptions {
  std::string prefix = "antiphon";  ///< As ProgressStoreOptions has it.
  std::string cell = "local";       ///< As ProgressStoreOptions has it.
  /// A cell that has said nothing new for so long counts no more: it is gone, or cannot reach Redis.
  base::Duration fresh = std::chrono::seconds(3);
  /// What such a cell said is deleted after so long.
  base::Duration forgotten = std::chrono::minutes(1);
};

/// Counts through one hash in Redis, which has two fields for each cell: two commands for each tell(). The field that
/// an older version does not know has a value that it leaves alone. Whether a cell lives is seen by whether its reports
/// change, so that clocks need not agree. Where Redis is away, no account has streams elsewhere, and the other cells
/// become silent. On one event loop.
class Census final : public progress::Census {
 public:
  /// `client` and `clock` outlive it; the client's run() ends before it does.
  Census(runtime::Clock& clock, Client& client, CensusOptions options);

  void tell(const progress::CellFigures& own, std::vector<progress::AccountStreams> accounts) override;
  [[nodiscard]] std::uint32_t elsewhere(std::uint64_t account) const override;
  [[nodiscard]] std::vector<progress::KnownCell> cells() const override;

 private:
  struct Cell {
    std::uint64_t number = 0;                                    ///< Number of its last report.
    std::unordered_map<std::uint64_t, std::uint32_t> streams{};  ///< Number of streams by account.
    base::TimePoint changed{};
    std::optional<CellReport> about{};  ///< nullopt: it has not said, as an older version.
  };

  void heard(const Reply& reply);
  void heard_count(const std::string& id, std::string_view text);
  void heard_about(const std::string& id, std::string_view text);
  /// Returns null where there are too many.
  [[nodiscard]] Cell* cell_of(const std::string& id);
  void forget_old(base::TimePoint now);

  runtime::Clock& clock_;
  Client& client_;
  CensusOptions options_;
  std::string key_;
  std::string own_;  ///< The name of this cell's field, which no other has, and no other run of this program.
  std::optional<progress::CellFigures> told_;  ///< nullopt before the first tell().
  std::uint64_t number_ = 0;
  bool asking_ = false;
  std::unordered_map<std::string, Cell> cells_;  ///< The others, by their fields.
};

}  // namespace antiphon::redis
