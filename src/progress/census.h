#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace antiphon::progress {

/// The streams that one account has, live or waiting.
struct AccountStreams {
  std::uint64_t account = 0;  ///< As identity::Caller has it.
  std::uint32_t streams = 0;
  friend bool operator==(const AccountStreams&, const AccountStreams&) = default;
};

/// What a cell says of itself to those that watch it.
struct CellFigures {
  enum class Phase : std::uint8_t { kServing, kDraining };
  Phase phase = Phase::kServing;
  std::uint32_t workers = 0;        ///< Number of workers that take jobs.
  std::uint32_t streams = 0;        ///< Number of streams, those that wait to be admitted included.
  std::uint32_t waiting = 0;        ///< Number of requests that wait to be admitted.
  std::uint32_t spare_percent = 0;  ///< Share of what the cell can promise that nobody asks for; 0 to 100.
  friend bool operator==(const CellFigures&, const CellFigures&) = default;
};

/// A cell as it is known here.
struct KnownCell {
  enum class Place : std::uint8_t { kHere, kElsewhere };
  std::string name;
  Place place = Place::kElsewhere;
  CellFigures figures;
  base::Duration age{};    ///< Time since the cell was last heard of.
  bool is_silent = false;  ///< The cell is gone, or cannot reach the others: it has said nothing for too long.
};

/// How many streams accounts have in other cells, so that their limits hold for all cells together and an account has
/// no larger share by asking several, and how the cells are. What is said is a second or two old, and nothing where the
/// cells cannot hear of each other. Nothing waits. On the event loop.
class Census {
 public:
  Census() = default;
  Census(const Census&) = delete;
  Census& operator=(const Census&) = delete;
  virtual ~Census() = default;

  /// Tells the others how this cell is and what it has, and asks the same of them. Call it about once a second.
  virtual void tell(const CellFigures& own, std::vector<AccountStreams> accounts) = 0;
  /// Streams of the account in all other cells, as far as they are known.
  [[nodiscard]] virtual std::uint32_t elsewhere(std::uint64_t account) const = 0;
  /// Returns the cells that are known, this one first and the others by their names; empty before the first tell().
  [[nodiscard]] virtual std::vector<KnownCell> cells() const = 0;
};

}  // namespace antiphon::progress
