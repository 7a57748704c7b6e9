#pragma once

#include <string_view>

#include "gateway/assets.h"
#include "http/message.h"

namespace antiphon::gateway {

/// Returns the answer to GET of `asset`: 200 with its bytes, or 304 without them where the field If-None-Match of the
/// request ("" if it has none) says that the client has them already.
[[nodiscard]] http::Response asset_answer(const Asset& asset, std::string_view if_none_match);

}  // namespace antiphon::gateway
