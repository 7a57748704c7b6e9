#pragma once

#include <termios.h>

#include <optional>
#include <string_view>

#include "top/screen.h"

namespace antiphon::cli {

/// The terminal as a screen of its own, without an echo of what is typed; as it was when this object goes. Its size may
/// change at any time.
class Terminal {
 public:
  /// The standard output must be a terminal.
  Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  [[nodiscard]] top::ScreenSize size() const;
  /// Shows `text` from the first row on, instead of what was there. Its lines end with "\r\n".
  void show(std::string_view text) const;

 private:
  std::optional<termios> before_;  ///< nullopt: the standard input is no terminal.
};

}  // namespace antiphon::cli
