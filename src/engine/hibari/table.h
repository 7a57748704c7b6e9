#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace antiphon::engine::hibari {

/// Words and what is known about them: lines of UTF-8 in the order of their bytes, each a key, and after a tabulator
/// its value, which may hold more of them. Any thread once it is made.
class Table {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{32} << 20U;
  static constexpr std::size_t kMostLineBytes = 4'096;

  /// Takes the contents of a file. The error says which line is wrong: too long, without a tabulator or an end, or not
  /// after the one before.
  [[nodiscard]] static base::Result<Table, std::string> parse(std::string text);

  [[nodiscard]] std::optional<std::string_view> find(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return find(key).has_value(); }
  [[nodiscard]] std::size_t size() const { return lines_.size(); }

 private:
  struct Line {
    std::uint32_t begin = 0;
    std::uint32_t key_bytes = 0;
    std::uint32_t bytes = 0;
  };
  [[nodiscard]] std::string_view key_of(const Line& line) const {
    return std::string_view(text_).substr(line.begin, line.key_bytes);
  }

  std::string text_;
  std::vector<Line> lines_;
};

/// Takes the part of `rest` before the next `separator` off it, with the separator.
[[nodiscard]] std::string_view take_part(std::string_view& rest, char separator);

}  // namespace antiphon::engine::hibari
