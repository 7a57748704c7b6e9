// Any bytes as a request, in pieces whose sizes the bytes themselves choose: the parser refuses it or yields it, the
// same as from one piece, and takes no more than its limits.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "http/byte_range.h"
#include "http/entity_tag.h"
#include "http/path_pattern.h"
#include "http/request_parser.h"

namespace {

using antiphon::http::ParserLimits;
using antiphon::http::RequestParser;
using State = RequestParser::State;

constexpr ParserLimits kLimits{.header_bytes = 512, .target_bytes = 64, .body_bytes = 256};

struct Seen {
  State state = State::kHeader;
  std::string method;
  std::string path;
  std::string body;
  std::size_t fields = 0;
  friend bool operator==(const Seen&, const Seen&) = default;
};

/// Offers what arrives, each piece of the size that `size_of` says, and what was not taken again.
template <class SizeOf>
Seen read(std::string_view input, const SizeOf& size_of) {
  RequestParser parser(kLimits);
  const auto ended = [&] { return parser.state() == State::kDone || parser.state() == State::kFailed; };
  std::size_t taken = 0;
  for (std::size_t arrived = 0; arrived < input.size() && !ended();) {
    arrived = std::min(input.size(), arrived + size_of(static_cast<unsigned char>(input[arrived])));
    while (taken < arrived && !ended()) {
      const auto before = parser.state();
      const auto used = parser.feed(input.substr(taken, arrived - taken));
      ANTIPHON_CHECK(used <= arrived - taken, "it takes no more than there is");
      taken += used;
      if (used == 0 && parser.state() == before) break;
    }
  }
  Seen seen{.state = parser.state()};
  if (parser.state() != State::kDone) return seen;
  const auto& request = parser.request();
  ANTIPHON_CHECK(request.body.size() <= kLimits.body_bytes, "the body is bounded");
  if (const auto name = antiphon::http::match_path("/v1/voices/{}/stream", request.path)) {
    ANTIPHON_CHECK(!name->empty() && !name->contains('/'), "the variable part of a path is a name");
  }
  seen.method = request.method;
  seen.path = request.path;
  seen.body = request.body;
  seen.fields = request.headers.fields().size();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(data, data + size);
  const auto whole = read(input, [&](unsigned char) { return input.size(); });
  const auto pieces = read(input, [](unsigned char byte) { return std::size_t{1} + byte % 16; });
  ANTIPHON_CHECK(whole == pieces, "the pieces do not matter");
  if (const auto range = antiphon::http::parse_range(input)) {
    ANTIPHON_CHECK(!range->last || *range->last >= range->first, "a range does not end before it begins");
  }
  const std::string etag = R"("0a1b")";
  ANTIPHON_CHECK(!antiphon::http::names_etag(input, etag) || input.contains('*') || input.contains(etag),
                 "a tag is named by itself or by a star");
  ANTIPHON_CHECK(antiphon::http::names_etag("W/" + etag + input, etag), "what stands behind a tag does not matter");
  return 0;
}
