#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon::top {

/// What the live view says of a server, as docs/http.md describes it. A member that an event lacks, or has with another
/// type, is zero or empty. All strings are printable ASCII of at most kMostName characters: what else they have is
/// shown as '?'.
struct View {
  static constexpr std::size_t kMostName = 64;
  static constexpr std::size_t kMostRefusals = 8;
  /// Number of streams, of workers, and of cells, that are kept.
  static constexpr std::size_t kMostRows = 256;

  struct Stream {
    std::string id;
    std::string user;
    std::string voice;
    std::string state;
    std::optional<std::uint64_t> worker;
    double buffer_s = 0;
    double rendered_s = 0;
    double delivered_s = 0;
    double age_s = 0;
  };
  struct Worker {
    std::uint64_t id = 0;
    std::string node;  ///< "": the server's own machine.
    std::string state;
    std::string job;  ///< A stream; "": none.
    std::string voices;
    std::optional<double> rtf;
    std::optional<std::uint64_t> memory_bytes;
    std::uint64_t jobs_done = 0;
  };
  struct Cell {
    std::string name;
    std::string state;
    bool is_own = false;  ///< The cell that is watched.
    std::uint64_t workers = 0;
    std::uint64_t streams = 0;
    std::uint64_t waiting = 0;
    double spare = 0;  ///< Share of what it can promise that nobody asks for.
  };
  struct Refusal {
    double time_s = 0;
    std::string reason;
    double retry_after_s = 0;
  };

  double time_s = 0;
  std::vector<Stream> streams;
  std::uint64_t streams_total = 0;
  double promised = 0;
  double limit = 1;
  std::uint64_t waiting = 0;
  std::uint64_t degradation = 0;
  std::deque<Refusal> refusals;  ///< The latest, oldest first.
  std::vector<Worker> workers;
  std::vector<Cell> cells;   ///< Those that share a Redis; empty where there is none.
  bool has_streams = false;  ///< A snapshot of streams has come.
  bool has_workers = false;
};

/// Each takes the data of a snapshot into `view`. Returns false, and changes nothing, if it is no JSON object.
[[nodiscard]] bool take_streams(View& view, std::string_view data);
[[nodiscard]] bool take_workers(View& view, std::string_view data);

}  // namespace antiphon::top
