#include "top/event_parser.h"

#include <utility>

namespace antiphon::top {

bool EventParser::feed(std::string_view bytes, std::vector<Event>& events) {
  for (const char byte : bytes) {
    const bool after_return = std::exchange(after_return_, byte == '\r');
    if (byte == '\n' && after_return) continue;
    if (byte == '\n' || byte == '\r') {
      if (!end_line(events)) return false;
      continue;
    }
    if (line_.size() >= most_) return false;
    line_ += byte;
  }
  return true;
}

bool EventParser::end_line(std::vector<Event>& events) {
  const auto line = std::exchange(line_, {});
  if (line.empty()) {
    if (has_data_) events.push_back({.name = name_.empty() ? "message" : name_, .data = std::move(data_)});
    name_.clear();
    data_.clear();
    has_data_ = false;
    return true;
  }
  const std::string_view text(line);
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return take_field(text, {});
  auto value = text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  return take_field(text.substr(0, colon), value);
}

bool EventParser::take_field(std::string_view name, std::string_view value) {
  if (name == "event") name_ = value;
  if (name != "data") return true;
  if (data_.size() + 1 + value.size() > most_) return false;
  if (std::exchange(has_data_, true)) data_ += '\n';
  data_ += value;
  return true;
}

}  // namespace antiphon::top
