#include "tracing/context.h"

#include <gtest/gtest.h>

#include <string>

namespace antiphon::tracing {
namespace {

constexpr auto* kHeader = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(Context, AHeaderNamesItsTraceTheCallersSpanAndWhetherItIsSampled) {
  const auto context = parse_traceparent(kHeader);
  ASSERT_TRUE(context);
  EXPECT_EQ(to_hex(context->trace), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(to_hex(context->span), "b7ad6b7169203331");
  EXPECT_EQ(context->sampled, Sampled::kYes);
  std::string header = kHeader;
  header.back() = '2';
  EXPECT_EQ(parse_traceparent(header)->sampled, Sampled::kNo) << "the other flags do not count";
}

TEST(Context, OfALaterVersionTheKnownPartCounts) {
  std::string header = kHeader;
  header[1] = '1';
  EXPECT_TRUE(parse_traceparent(header));
  EXPECT_TRUE(parse_traceparent(header + "-more"));
  EXPECT_FALSE(parse_traceparent(header + "more"));
}

TEST(Context, AHeaderThatIsNotWellFormedIsNone) {
  const std::string good = kHeader;
  EXPECT_FALSE(parse_traceparent(""));
  EXPECT_FALSE(parse_traceparent(good + "-more")) << "version 00 has no more";
  EXPECT_FALSE(parse_traceparent(good.substr(0, good.size() - 1)));
  EXPECT_FALSE(parse_traceparent("ff" + good.substr(2)));
  EXPECT_FALSE(parse_traceparent("00-00000000000000000000000000000000-b7ad6b7169203331-01"));
  EXPECT_FALSE(parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"));
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char wrong : {'A', 'F', 'g', '+', ' ', '\0'}) {
      auto header = good;
      header[i] = wrong;
      EXPECT_FALSE(parse_traceparent(header)) << header;
    }
  }
}

}  // namespace
}  // namespace antiphon::tracing
