#include "gateway/asset_answer.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace antiphon::gateway {
namespace {

constexpr Asset kAsset{
    .path = "/assets/one.js", .content_type = "text/javascript; charset=utf-8", .body = "one", .etag = R"("0a1b")"};

TEST(AssetAnswer, IsTheBytesWithTheirTagForAClientThatDoesNotHaveThem) {
  for (const auto* const held : {"", R"("other")"}) {
    const auto answer = asset_answer(kAsset, held);
    EXPECT_EQ(answer.status, 200U) << held;
    EXPECT_EQ(answer.body, "one") << held;
    EXPECT_EQ(answer.headers.get("ETag"), kAsset.etag);
    EXPECT_EQ(answer.headers.get("Content-Type"), kAsset.content_type);
  }
}

TEST(AssetAnswer, IsThreeHundredAndFourWithoutABodyForAClientThatHasThem) {
  for (const auto* const held : {R"("0a1b")", R"("other", W/"0a1b")"}) {
    const auto answer = asset_answer(kAsset, held);
    EXPECT_EQ(answer.status, 304U) << held;
    EXPECT_EQ(answer.body, "") << held;
    EXPECT_EQ(answer.headers.get("ETag"), kAsset.etag);
    EXPECT_EQ(answer.headers.get("Cache-Control"), "no-cache");
  }
}

TEST(AssetAnswer, ForbidsScriptsAndStylesWithinThePage) {
  const auto answer = asset_answer(kAsset, "");
  const auto policy = answer.headers.get("Content-Security-Policy");
  EXPECT_TRUE(policy.starts_with("default-src 'self';"));
  EXPECT_EQ(policy.find("unsafe"), std::string_view::npos);
}

TEST(AssetAnswer, AllowsStylesWithinTheViewerOfTheInterfaceAndNoScripts) {
  const auto answer = asset_answer({.path = "/docs", .content_type = "text/html", .body = "", .etag = R"("1")"}, "");
  const auto policy = answer.headers.get("Content-Security-Policy");
  EXPECT_TRUE(policy.starts_with("default-src 'self';"));
  EXPECT_NE(policy.find("; style-src 'self' 'unsafe-inline'"), std::string_view::npos);
  EXPECT_EQ(policy.find("script-src"), std::string_view::npos) << "that of default-src counts";
}

TEST(Assets, HaveTagsOfTheirOwn) {
  std::set<std::string_view> tags;
  for (const auto& asset : assets()) {
    EXPECT_TRUE(asset.etag.size() > 2 && asset.etag.starts_with('"') && asset.etag.ends_with('"')) << asset.path;
    EXPECT_TRUE(tags.insert(asset.etag).second) << asset.path;
  }
}

}  // namespace
}  // namespace antiphon::gateway
