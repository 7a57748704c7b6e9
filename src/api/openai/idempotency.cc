#include "api/openai/idempotency.h"

#include <algorithm>
#include <limits>

#include "base/sha256.h"

namespace antiphon::api::openai {
namespace {

constexpr std::string_view kHeader = "Idempotency-Key";
constexpr std::size_t kMostCharacters = 255;

bool is_sound(std::string_view key) {
  return !key.empty() && key.size() <= kMostCharacters &&
         std::ranges::all_of(key, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

runtime::Awaitable<protocol::Result<KeyedStream>> stream_of(delivery::StreamBook& book, const http::Request& request,
                                                            const identity::Caller& caller) {
  const KeyedStream fresh{.name = progress::draw_name()};
  const auto* const key = request.headers.find(kHeader);
  if (key == nullptr) co_return fresh;
  if (!is_sound(*key)) {
    co_return std::unexpected(
        protocol::Error{.code = protocol::Errc::kInvalidValue,
                        .message = "'Idempotency-Key' must be 1 to 255 visible characters of ASCII.",
                        .param = std::string(kHeader)});
  }
  const progress::Binding asked{.stream = fresh.name, .body = base::sha256(request.body)};
  const auto bound = co_await book.store().bind(base::sha256_hex(delivery::holder_of(caller) + *key), asked);
  if (!bound) {  // a store that fails is no reason to refuse
    book.probe().keyed(dispatch::KeyOutcome::kUnavailable);
    co_return fresh;
  }
  if (bound->stream == fresh.name) {
    book.probe().keyed(dispatch::KeyOutcome::kFirst);
    co_return fresh;
  }
  book.probe().keyed(bound->body == asked.body ? dispatch::KeyOutcome::kHit : dispatch::KeyOutcome::kReused);
  if (bound->body != asked.body) {
    co_return std::unexpected(protocol::Error{.code = protocol::Errc::kKeyReused,
                                              .message = "This Idempotency-Key came with another request before.",
                                              .param = std::string(kHeader)});
  }
  const auto record = co_await book.store().find(bound->stream);
  // Without a record it has had no audio yet, or was refused: it begins again under its name.
  if (!record) {
    (void)co_await book.take_over(bound->stream, {std::numeric_limits<std::uint64_t>::max()});
  }
  co_return KeyedStream{.name = bound->stream, .known = record.has_value()};
}

}  // namespace antiphon::api::openai
