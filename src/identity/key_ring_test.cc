#include "identity/key_ring.h"

#include <gtest/gtest.h>

#include <string>

#include "base/sha256.h"

namespace antiphon::identity {
namespace {

ApiKey key(std::string name, std::string_view secret) {
  return {.name = std::move(name), .sha256 = base::sha256_hex(secret)};
}

KeyRing two_keys() {
  KeyRing ring;
  EXPECT_TRUE(ring.add(key("alice", "first")));
  EXPECT_TRUE(ring.add({.name = "bob",
                        .sha256 = base::sha256_hex("second"),
                        .weight = 2.5,
                        .max_streams = 3,
                        .wait = std::chrono::milliseconds(1500),
                        .pacing = Pacing::kPaced,
                        .voices = {"joe", "amy"},
                        .users = Users::kHeader,
                        .admin = true}));
  return ring;
}

TEST(Secrets, AreLongAndNeverKept) {
  const auto secret = make_secret(std::string(kSecretBytes, '\xA5'));
  EXPECT_EQ(secret.size(), std::string_view("antiphon_").size() + 64);
  EXPECT_LT(secret.size(), kMostSecretBytes);
  EXPECT_EQ(base::sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  KeyRing ring;
  ASSERT_TRUE(ring.add(key("alice", secret)));
  EXPECT_EQ(ring.to_json().find(secret), std::string::npos);
}

TEST(KeyRing, FindsAKeyByItsSecretAlone) {
  const auto ring = two_keys();
  ASSERT_NE(ring.find("second"), nullptr);
  EXPECT_EQ(ring.find("second")->name, "bob");
  EXPECT_EQ(ring.find("secon"), nullptr);
  EXPECT_EQ(ring.find(""), nullptr);
  EXPECT_EQ(ring.find(base::sha256_hex("second")), nullptr) << "a stolen file opens nothing";
  EXPECT_EQ(ring.find(std::string(kMostSecretBytes + 1, 'a')), nullptr);
}

TEST(KeyRing, ReadsBackWhatItWrites) {
  const auto ring = two_keys();
  const auto read = KeyRing::parse(ring.to_json());
  ASSERT_TRUE(read) << read.error();
  EXPECT_TRUE(std::ranges::equal(read->keys(), ring.keys()));
}

TEST(KeyRing, TakesKeysOutAndEachNameOnce) {
  auto ring = two_keys();
  EXPECT_FALSE(ring.add(key("alice", "third")));
  EXPECT_FALSE(ring.add(key("", "third")));
  EXPECT_FALSE(ring.add(key("a b", "third")));
  EXPECT_FALSE(ring.add({.name = "eve", .sha256 = "short"}));
  EXPECT_TRUE(ring.remove("alice"));
  EXPECT_FALSE(ring.remove("alice"));
  EXPECT_EQ(ring.find("first"), nullptr);
  EXPECT_EQ(ring.keys().size(), 1U);
}

TEST(KeyRing, IsFullAtSomePoint) {
  KeyRing ring;
  for (std::size_t i = 0; i < KeyRing::kMostKeys; ++i) {
    ASSERT_TRUE(ring.add({.name = "k" + std::to_string(i), .sha256 = std::string(64, '0')}));
  }
  EXPECT_FALSE(ring.add(key("one-more", "x")));
}

TEST(KeyRing, AWrongFileIsRefusedWithWords) {
  const std::string hash = R"("sha256":")" + std::string(64, '0') + '"';
  for (const auto& text :
       {std::string(), std::string("[]"), std::string("{}"), std::string(R"({"keys":{}})"),
        std::string(R"({"keys":[],"more":1})"), std::string(R"({"keys":[1]})"), R"({"keys":[{)" + hash + "}]}",
        std::string(R"({"keys":[{"name":"a"}]})"), R"({"keys":[{"name":"a",)" + hash + R"(,"owner":true}]})",
        R"({"keys":[{"name":"a",)" + hash + R"(,"weight":0}]})",
        R"({"keys":[{"name":"a",)" + hash + R"(,"voices":[1]}]})",
        R"({"keys":[{"name":"a",)" + hash + R"(,"users":"all"}]})",
        R"({"keys":[{"name":"a",)" + hash + R"(,"wait_seconds":601}]})",
        R"({"keys":[{"name":"a",)" + hash + R"(,"max_streams":65537}]})",
        R"({"keys":[{"name":"a",)" + hash + R"(},{"name":"a",)" + hash + "}]}"}) {
    const auto read = KeyRing::parse(text);
    ASSERT_FALSE(read) << text;
    EXPECT_FALSE(read.error().empty());
  }
  EXPECT_TRUE(KeyRing::parse(R"({"keys":[{"name":"a",)" + hash + "}]}"));
}

}  // namespace
}  // namespace antiphon::identity
