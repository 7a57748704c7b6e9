#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "network/program.h"

namespace antiphon::network {

/// What one thread needs to run a program. Nothing in it outlives a run.
class Workspace {
 public:
  explicit Workspace(const Program& program);

 private:
  friend class Execution;

  /// Which samples of a stream lie in its line: the new ones are those from begin to end.
  struct Cursor {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::int64_t limit = 0;  ///< The segment's end.
  };

  kernel::AlignedFloats floats_;
  kernel::AlignedFloats scratch_;
  std::vector<kernel::AlignedFloats> speaker_;
  std::vector<Cursor> cursors_;
  std::vector<std::int64_t> positions_;  ///< Position of each section, on the time of the prior: what has come in.
};

/// One grain. `begins` and `ends`: whether it has the segment's ends.
struct Grain {
  bool begins = true;
  bool ends = true;
  std::span<const float> prior;                     ///< Rows of prior_channels().
  std::span<const float> state;                     ///< state_floats() where it does not begin the segment.
  std::span<const std::span<const float>> speaker;  ///< As many and as long as speaker_channels() says.
  std::span<float> wave;                            ///< samples_of() of its kind.
  std::span<float> next_state;                      ///< state_floats() where it does not end the segment.
};

/// The samples that a grain of so many frames yields, where its kind fits the program.
[[nodiscard]] std::uint64_t samples_of(const Program& program, const Grain& grain);

/// Renders a grain. The same arguments give the same bits, for one set of instructions and one choice of methods.
/// Allocates nothing. Sizes are the caller's to check; the process ends where they are wrong.
void run(const Program& program, Workspace& workspace, const Grain& grain);

}  // namespace antiphon::network
