#include "http/path_pattern.h"

#include <gtest/gtest.h>

namespace antiphon::http {
namespace {

TEST(PathPattern, WithoutAParameterIsThePathItself) {
  EXPECT_EQ(match_path("/v1/models", "/v1/models"), "");
  for (const auto* const path : {"", "/v1/model", "/v1/models/", "/v1/models/a", "*"}) {
    EXPECT_FALSE(match_path("/v1/models", path)) << path;
  }
}

TEST(PathPattern, HasOnePartWithoutASlash) {
  EXPECT_EQ(match_path("/v1/models/{}", "/v1/models/a b"), "a b");
  EXPECT_EQ(match_path("/v1/voices/{}/stream", "/v1/voices/joe/stream"), "joe");
  EXPECT_EQ(match_path("/v1/voices/{}/stream", "/v1/voices/{}/stream"), "{}");
  for (const auto* const path : {"/v1/voices", "/v1/voices/", "/v1/voices//stream", "/v1/voices/stream",
                                 "/v1/voices/joe", "/v1/voices/joe/streams", "/v1/voices/a/b/stream", ""}) {
    EXPECT_FALSE(match_path("/v1/voices/{}/stream", path)) << path;
  }
}

}  // namespace
}  // namespace antiphon::http
