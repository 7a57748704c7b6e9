#include "http/entity_tag.h"

#include <gtest/gtest.h>

namespace antiphon::http {
namespace {

TEST(EntityTag, IsNamedByItselfInAListOrByAStar) {
  for (const auto* const field : {"\"a\"", "W/\"a\"", " \"b\" ,\t\"a\"", "*", "\"b\",,\"a\"", "\"a\","}) {
    EXPECT_TRUE(names_entity_tag(field, "\"a\"")) << field;
  }
}

TEST(EntityTag, IsNotNamedByOthers) {
  for (const auto* const field : {"", " ", ",", ",,", "a", "\"aa\"", "\"b\", \"c\"", "W/", "\"a", "w/\"a\"", "* *"}) {
    EXPECT_FALSE(names_entity_tag(field, "\"a\"")) << field;
  }
}

}  // namespace
}  // namespace antiphon::http
