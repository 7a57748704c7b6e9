#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "process/child.h"
#include "process/fd.h"

namespace antiphon::cli {

/// A program that plays what is written to it.
class Player {
 public:
  /// Starts `program` with the path of a pipe that carries a WAV stream; "": aplay, ffplay or sox's play, whichever
  /// is there. Throws std::runtime_error where there is none.
  explicit Player(const std::filesystem::path& program);

  /// The path at which this process writes the WAV.
  [[nodiscard]] std::filesystem::path input() const;
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Waits until all was played. Throws std::runtime_error where the player failed.
  void finish();

 private:
  std::string name_;
  boost::asio::io_context loop_;
  process::Fd to_;
  std::optional<process::Child> child_;
};

}  // namespace antiphon::cli
