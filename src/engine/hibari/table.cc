#include "engine/hibari/table.h"

#include <algorithm>
#include <utility>

namespace antiphon::engine::hibari {

base::Result<Table, std::string> Table::parse(std::string text) {
  const auto wrong = [](std::size_t line, const char* what) {
    return std::unexpected("line " + std::to_string(line) + " " + what);
  };
  if (text.size() > kMostBytes) return std::unexpected(std::string("is too large"));
  Table table;
  table.text_ = std::move(text);
  const std::string_view all = table.text_;
  for (std::size_t begin = 0; begin < all.size();) {
    const auto number = table.lines_.size() + 1;
    const auto end = all.find('\n', begin);
    if (end == std::string_view::npos) return wrong(number, "does not end");
    const auto line = all.substr(begin, end - begin);
    if (line.size() > kMostLineBytes) return wrong(number, "is too long");
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos) return wrong(number, "has no tabulator");
    if (!table.lines_.empty() && table.key_of(table.lines_.back()) >= line.substr(0, tab)) {
      return wrong(number, "is not after the one before");
    }
    table.lines_.push_back({.begin = static_cast<std::uint32_t>(begin),
                            .key_bytes = static_cast<std::uint32_t>(tab),
                            .bytes = static_cast<std::uint32_t>(line.size())});
    begin = end + 1;
  }
  return table;
}

std::optional<std::string_view> Table::find(std::string_view key) const {
  const auto found =
      std::ranges::lower_bound(lines_, key, std::less<>(), [this](const Line& line) { return key_of(line); });
  if (found == lines_.end() || key_of(*found) != key) return std::nullopt;
  return std::string_view(text_).substr(found->begin + found->key_bytes + 1, found->bytes - found->key_bytes - 1);
}

std::string_view take_part(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const auto part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

}  // namespace antiphon::engine::hibari
