#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

/// JSON from outside. Pure.
namespace antiphon::protocol::json {

using Json = nlohmann::json;

/// No message of a protocol is nested deeper.
inline constexpr int kMaxDepth = 16;

/// Returns `json`, which may be any text, with U+FFFD for each escape (`\ud83d`) of a surrogate without its other half:
/// clients that cut texts into pieces write them. Returns "" where there is none. The length stays the same.
[[nodiscard]] std::string with_whole_characters(std::string_view json);

/// Reads an object of bounded size; half a character counts as U+FFFD. Error: what is wrong, to go after "The body ".
[[nodiscard]] base::Result<Json, std::string> parse_object(std::string_view body);

/// `value` as JSON, with U+FFFD in place of what is not UTF-8.
[[nodiscard]] std::string quoted(std::string_view value);

/// What is wrong with a field, as a sentence for its sender; nothing where all is well.
using Complaint = std::optional<std::string>;
/// `setting`: the key of the configuration that sets the limit, which the complaint names; "": there is none.
[[nodiscard]] Complaint too_long(std::string_view name, std::string_view value, std::size_t most_characters,
                                 std::string_view setting = {});

/// Reads the fields of one object; the first error stays. Error is a protocol's own: aggregate of `code` (an enum with
/// kMissingParameter, kInvalidType, kInvalidValue and kInputTooLong), `message` and `param`. A field that is null
/// counts as absent, and an absent one leaves the value as it is.
template <class Error>
class Fields {
 public:
  using Errc = decltype(Error::code);

  /// `prefix` goes before names in errors, for example "voice_settings.".
  explicit Fields(const Json& object, std::string prefix = {}) : object_(object), prefix_(std::move(prefix)) {}

  [[nodiscard]] std::optional<Error>& error() { return error_; }

  [[nodiscard]] const Json* find(std::string_view name) const {
    const auto it = object_.find(name);
    return it == object_.end() || it->is_null() ? nullptr : &*it;
  }

  void require(std::string_view name) {
    if (find(name) == nullptr) fail(Errc::kMissingParameter, name, "is required.");
  }

  /// `setting`: see too_long().
  void read(std::string_view name, std::string& value, std::size_t most_characters, std::string_view setting = {}) {
    const Json* const field = find(name);
    if (field == nullptr) return;
    if (!field->is_string()) return fail(Errc::kInvalidType, name, "must be a string.");
    value = field->template get<std::string>();
    if (auto complaint = too_long(prefix_ + std::string(name), value, most_characters, setting)) {
      say(Errc::kInputTooLong, name, std::move(*complaint));
    }
  }

  void read(std::string_view name, bool& value) {
    const Json* const field = find(name);
    if (field == nullptr) return;
    if (!field->is_boolean()) return fail(Errc::kInvalidType, name, "must be true or false.");
    value = field->template get<bool>();
  }

  void read(std::string_view name, double& value, double least, double most) {
    const Json* const field = find(name);
    if (field == nullptr) return;
    if (!field->is_number()) return fail(Errc::kInvalidType, name, "must be a number.");
    value = field->template get<double>();
    if (value >= least && value <= most) return;
    fail(Errc::kInvalidValue, name, "must be between " + Json(least).dump() + " and " + Json(most).dump() + ".");
  }

  void read(std::string_view name, std::uint64_t& value) {
    const Json* const field = find(name);
    if (field == nullptr) return;
    if (!field->is_number_unsigned()) {
      return fail(Errc::kInvalidType, name, "must be an integer from 0 to 18446744073709551615.");
    }
    value = field->template get<std::uint64_t>();
  }

  /// The field where it is an object.
  [[nodiscard]] const Json* object(std::string_view name) {
    const Json* const field = find(name);
    if (field == nullptr || field->is_object()) return field;
    fail(Errc::kInvalidType, name, "must be an object.");
    return nullptr;
  }

  /// "'<name>' <what>", unless there is an error already.
  void fail(Errc code, std::string_view name, std::string_view what) {
    say(code, name, "'" + prefix_ + std::string(name) + "' " + std::string(what));
  }

  void say(Errc code, std::string_view name, std::string message) {
    if (!error_) error_ = Error{.code = code, .message = std::move(message), .param = prefix_ + std::string(name)};
  }

  /// Takes over the error of an object within this one.
  void adopt(Fields&& inner) {
    if (!error_) error_ = std::move(inner.error_);
  }

 private:
  const Json& object_;
  std::string prefix_;
  std::optional<Error> error_;
};

}  // namespace antiphon::protocol::json
