#include "base/sha256.h"

#include <gtest/gtest.h>

#include <string>

namespace antiphon::base {
namespace {

// FIPS 180-4's own example.
constexpr auto* kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, IsThatOfTheStandard) {
  EXPECT_EQ(sha256_hex("abc"), kOfAbc);
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, DoesNotDependOnHowTheBytesAreCut) {
  Sha256 sum;
  for (const auto* const piece : {"a", "", "bc"}) sum.add(piece);
  EXPECT_EQ(hexadecimal(sum.finish()), kOfAbc);
}

TEST(Hexadecimal, HasTwoDigitsForEachByte) { EXPECT_EQ(hexadecimal(std::string_view("\x00\x7f\xff", 3)), "007fff"); }

}  // namespace
}  // namespace antiphon::base
