#include "http/entity_tag.h"

#include <gtest/gtest.h>

namespace antiphon::http {
namespace {

constexpr auto kTag = R"("0a1b")";

TEST(EntityTagTest, IsNamedByItselfInAListAndByAStar) {
  for (const auto* const field : {R"("0a1b")", R"(W/"0a1b")", R"("other" , W/"0a1b")", "*", R"(,, "x","0a1b")"}) {
    EXPECT_TRUE(names_etag(field, kTag)) << field;
  }
}

TEST(EntityTagTest, IsNotNamedByOtherTagsNorByWhatIsNone) {
  for (const auto* const field : {"", " , ", R"("other")", R"(W/"other", "another")", "0a1b", R"("0a1b)", R"(W"0a1b")",
                                  R"(w/"0a1b")", R"(other, "0a1b")"}) {
    EXPECT_FALSE(names_etag(field, kTag)) << field;
  }
}

}  // namespace
}  // namespace antiphon::http
