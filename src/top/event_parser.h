#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon::top {

/// An event of a stream of server-sent events.
struct Event {
  std::string name;  ///< "message" where the stream names none.
  std::string data;
};

/// Reads server-sent events (WHATWG HTML, 9.2.6) from bytes as they arrive. Ids and times of reconnection are passed
/// over. Pure.
class EventParser {
 public:
  /// `most`: bytes that a line, and the data of an event, may have.
  explicit EventParser(std::size_t most) : most_(most) {}

  /// Takes `bytes`, and appends the events that they complete to `events`. Returns false if a line or an event is too
  /// long: nothing more can be read then.
  [[nodiscard]] bool feed(std::string_view bytes, std::vector<Event>& events);

 private:
  [[nodiscard]] bool end_line(std::vector<Event>& events);
  [[nodiscard]] bool take_field(std::string_view name, std::string_view value);

  std::size_t most_;
  std::string line_;
  bool after_return_ = false;  ///< A line feed now belongs to the end of the line before.
  std::string name_;
  std::string data_;
  bool has_data_ = false;
};

}  // namespace antiphon::top
