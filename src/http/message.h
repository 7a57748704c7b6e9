#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace antiphon::http {

/// ASCII case folding, as header names and host names compare.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Header fields in their order; names compare without case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces every field of that name.
  void set(std::string_view name, std::string value);
  /// The first field of that name; nullptr when there is none.
  [[nodiscard]] const std::string* find(std::string_view name) const;
  /// The first field's value, or "".
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

struct Request {
  std::string method;  ///< As sent, such as "GET".
  std::string path;    ///< Percent-decoded, begins with '/'; "*" for OPTIONS *.
  std::string query;   ///< Between '?' and '#', as sent; "" when there is none.
  Headers headers;
  std::string body;
  std::string peer_address;  ///< Numeric, without the port.
  std::uint16_t peer_port = 0;
  std::uint64_t connection = 0;  ///< Counts the connections of this server.
};

struct Response {
  unsigned status = 200;
  /// The server adds Date, Content-Length or Transfer-Encoding, and Connection. A field whose name or value could
  /// forge another field (CR, LF, NUL, not a token) is left out.
  Headers headers;
  std::string body;
};

/// "Not Found" for 404; "Unknown" for a status without a name here.
[[nodiscard]] std::string_view reason_phrase(unsigned status);

}  // namespace antiphon::http
