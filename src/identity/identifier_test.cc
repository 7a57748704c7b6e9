#include "identity/identifier.h"

#include <gtest/gtest.h>

#include <string>

#include "base/sha256.h"

namespace antiphon::identity {
namespace {

KeyRing ring(Users users) {
  KeyRing keys;
  EXPECT_TRUE(
      keys.add({.name = "web", .sha256 = base::sha256_hex("secret"), .weight = 2, .max_streams = 5, .users = users}));
  return keys;
}

Caller caller(const Identifier& identifier, const Facts& facts) { return identifier.identify(facts).value(); }

TEST(BearerToken, IsOfItsSchemeOnly) {
  EXPECT_EQ(bearer_token("Bearer abc"), "abc");
  EXPECT_EQ(bearer_token("bearer  abc"), "abc");
  EXPECT_EQ(bearer_token("Basic abc"), "");
  EXPECT_EQ(bearer_token("Bearer"), "");
  EXPECT_EQ(bearer_token(""), "");
}

TEST(Anonymous, AnAddressIsAnAccountAndItsTokensAreUsers) {
  const Identifier nobody;
  const auto one = caller(nobody, {.peer = "1.2.3.4", .authorization = "Bearer a"});
  const auto two = caller(nobody, {.peer = "1.2.3.4", .authorization = "Bearer b"});
  const auto other = caller(nobody, {.peer = "1.2.3.5", .authorization = "Bearer a"});
  EXPECT_EQ(one.account, two.account);
  EXPECT_NE(one.user, two.user);
  EXPECT_NE(one.account, other.account);
  EXPECT_NE(one.user, other.user);
  EXPECT_EQ(one.user, caller(nobody, {.peer = "1.2.3.4", .xi_api_key = "a"}).user) << "the same token at another door";
}

TEST(Anonymous, OnThisMachineATokenIsAnAccount) {
  const Identifier nobody;
  const auto one = caller(nobody, {.peer = "127.0.0.1", .authorization = "Bearer a"});
  const auto two = caller(nobody, {.peer = "127.0.0.1", .authorization = "Bearer b"});
  EXPECT_EQ(one.account, one.user);
  EXPECT_NE(one.account, two.account);
}

TEST(Anonymous, AProxysClientsAreApartWhereItIsTrusted) {
  const Identifier trusting({}, {net::IpNetwork::parse("127.0.0.1").value()});
  const auto one = caller(trusting, {.peer = "127.0.0.1", .forwarded_for = "1.2.3.4"});
  EXPECT_EQ(one.account, caller(Identifier(), {.peer = "1.2.3.4"}).account);
  EXPECT_NE(one.account, caller(trusting, {.peer = "127.0.0.1", .forwarded_for = "1.2.3.5"}).account);
  EXPECT_EQ(caller(Identifier(), {.peer = "9.9.9.9", .forwarded_for = "1.2.3.4"}).account,
            caller(Identifier(), {.peer = "9.9.9.9"}).account);
}

TEST(Keyed, NobodyAsksWithoutAKey) {
  const Identifier identifier(ring(Users::kAddress));
  EXPECT_EQ(identifier.identify({.peer = "127.0.0.1"}).error(), Errc::kNoKey);
  EXPECT_EQ(identifier.identify({.peer = "127.0.0.1", .authorization = "Basic secret"}).error(), Errc::kNoKey);
  EXPECT_EQ(identifier.identify({.peer = "127.0.0.1", .authorization = "Bearer secret2"}).error(), Errc::kUnknownKey);
  const auto let_in = identifier.identify({.peer = "127.0.0.1", .authorization = "Bearer secret"});
  ASSERT_TRUE(let_in);
  EXPECT_EQ(let_in->weight, 2.0);
  EXPECT_EQ(let_in->max_streams, 5U);
}

TEST(Keyed, AKeySaysWhatItsUsersAre) {
  const Facts here{.peer = "1.2.3.4", .authorization = "Bearer secret", .header_user = "u1"};
  const Facts same_address{.peer = "1.2.3.4", .authorization = "Bearer secret", .header_user = "u2"};
  const Identifier by_address(ring(Users::kAddress));
  EXPECT_EQ(caller(by_address, here).user, caller(by_address, same_address).user) << "a header that is not trusted";
  const Identifier by_header(ring(Users::kHeader));
  EXPECT_EQ(caller(by_header, here).account, caller(by_header, same_address).account);
  EXPECT_NE(caller(by_header, here).user, caller(by_header, same_address).user);

  const Identifier by_body(ring(Users::kBody));
  const auto first = user_within(caller(by_body, here), "u1");
  EXPECT_NE(first.user, user_within(caller(by_body, here), "u2").user);
  EXPECT_EQ(first.account, caller(by_body, here).account);
  EXPECT_EQ(user_within(caller(by_body, here), "").user, caller(by_body, here).user);
  EXPECT_EQ(user_within(caller(by_header, here), "u3").user, caller(by_header, here).user);
}

TEST(Keyed, NewKeysCountAtOnce) {
  Identifier identifier(ring(Users::kAddress));
  KeyRing others;
  ASSERT_TRUE(others.add({.name = "web", .sha256 = base::sha256_hex("another")}));
  identifier.set_keys(others);
  EXPECT_FALSE(identifier.identify({.peer = "::1", .authorization = "Bearer secret"}));
  EXPECT_TRUE(identifier.identify({.peer = "::1", .authorization = "Bearer another"}));
}

TEST(Keyed, ARingWithoutKeysLetsNobodyIn) {
  Identifier identifier(ring(Users::kAddress));
  identifier.set_keys({});
  for (const auto* const peer : {"127.0.0.1", "192.0.2.1"}) {
    EXPECT_EQ(identifier.identify({.peer = peer}).error(), Errc::kNoKey);
    EXPECT_EQ(identifier.identify({.peer = peer, .authorization = "Bearer secret"}).error(), Errc::kUnknownKey);
  }
}

TEST(Keyed, ACallerIsRenewedByItsKeyAndNotByAnotherOfItsName) {
  Identifier identifier(ring(Users::kHeader));
  const auto before = caller(identifier, {.peer = "1.2.3.4", .authorization = "Bearer secret", .header_user = "u1"});
  KeyRing narrowed;
  ASSERT_TRUE(narrowed.add({.name = "web", .sha256 = base::sha256_hex("secret"), .voices = {"joe"}}));
  identifier.set_keys(narrowed);
  const auto after = identifier.renewed(before);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->voices, std::vector<std::string>{"joe"});
  EXPECT_EQ(after->user, before.user);
  KeyRing rotated;
  ASSERT_TRUE(rotated.add({.name = "web", .sha256 = base::sha256_hex("another")}));
  identifier.set_keys(rotated);
  EXPECT_FALSE(identifier.renewed(before));
}

TEST(Anonymous, IsNotRenewedOnceThereAreKeys) {
  Identifier identifier;
  const auto before = caller(identifier, {.peer = "127.0.0.1"});
  EXPECT_TRUE(identifier.renewed(before));
  identifier.set_keys({});
  EXPECT_FALSE(identifier.renewed(before));
}

TEST(Identifier, AnAdminIsWhoseKeySaysSoAndWithoutKeysWhoIsOnTheMachine) {
  const Identifier open;
  EXPECT_TRUE(open.identify({.peer = "127.0.0.1"})->is_admin);
  EXPECT_FALSE(open.identify({.peer = "192.0.2.1"})->is_admin);
  KeyRing ring;
  ASSERT_TRUE(ring.add({.name = "client", .sha256 = base::sha256_hex("first")}));
  ASSERT_TRUE(ring.add({.name = "keeper", .sha256 = base::sha256_hex("second"), .admin = true}));
  const Identifier keyed(std::move(ring));
  EXPECT_FALSE(keyed.identify({.peer = "127.0.0.1", .authorization = "Bearer first"})->is_admin);
  EXPECT_TRUE(keyed.identify({.peer = "192.0.2.1", .authorization = "Bearer second"})->is_admin);
}

}  // namespace
}  // namespace antiphon::identity
