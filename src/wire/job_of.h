#pragma once

#include <cstdint>
#include <variant>

namespace antiphon::wire {

/// Returns the number of the job that a message, or another variant of messages, is about; 0 if it is about none.
template <class... Bodies>
[[nodiscard]] std::uint64_t job_of(const std::variant<Bodies...>& message) {
  return std::visit(
      [](const auto& body) -> std::uint64_t {
        if constexpr (requires { body.job; }) return body.job;
        return 0;
      },
      message);
}

}  // namespace antiphon::wire
