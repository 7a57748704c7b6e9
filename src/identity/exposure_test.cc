#include "identity/exposure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace antiphon::identity {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

CertificateFacts certificate(const std::string& fingerprint) {
  return {.file = "server.pem", .fingerprint = fingerprint, .begins = kNow - 1h, .ends = kNow + 1h};
}

/// A server that other machines can reach by every door, with all that this takes.
Exposure whole() {
  return {.http = "0.0.0.0",
          .workers = "10.0.0.1",
          .allowed_hosts = {"speech.example"},
          .keys = 1,
          .certificate = certificate("a"),
          .tokens = 1,
          .workers_certificate = certificate("b")};
}

/// One change of a whole state, and what is said of it at a start and at a reload; "" = it is taken.
struct Case {
  const char* what;
  std::function<void(Exposure&)> change;
  std::string at_start;
  std::string at_reload;
};

std::string verdict(const base::Result<void, std::string>& result) {
  return result.has_value() ? std::string() : result.error();
}

void expect(const std::string& said, const std::string& wanted, const char* what) {
  if (wanted.empty()) {
    EXPECT_EQ(said, "") << what;
  } else {
    EXPECT_THAT(said, HasSubstr(wanted)) << what;
  }
}

TEST(Exposure, EveryWayToBeOpenByAccidentIsRefusedAtAStartAndAtAReload) {
  const auto stale = [](CertificateFacts facts) {
    facts.ends = kNow;
    return facts;
  };
  const auto early = [](CertificateFacts facts) {
    facts.begins = kNow + 1s;
    return facts;
  };
  const std::vector<Case> cases = {
      {"nothing changes", [](Exposure&) {}, "", ""},
      {"the last key is revoked", [](Exposure& e) { e.keys = 0; }, "", ""},
      {"another key", [](Exposure& e) { e.keys = 2; }, "", ""},
      {"the file of keys is gone", [](Exposure& e) { e.keys.reset(); }, "antiphon keys add", "file of keys is gone"},
      {"the same where everybody may ask",
       [](Exposure& e) {
         e.keys.reset();
         e.anonymous = Anonymous::kAllowed;
       },
       "", "file of keys is gone"},
      {"Wyoming for other machines", [](Exposure& e) { e.wyoming = "0.0.0.0"; }, "wyoming.listen", "addresses"},
      {"Wyoming on this machine", [](Exposure& e) { e.wyoming = "::1"; }, "", "addresses"},
      {"another address", [](Exposure& e) { e.http = "127.0.0.1"; }, "", "addresses"},
      {"the last token is revoked", [](Exposure& e) { e.tokens = 0; }, "", ""},
      {"the file of tokens is gone", [](Exposure& e) { e.tokens.reset(); }, "--workers", "--workers"},
      {"no certificate for workers", [](Exposure& e) { e.workers_certificate.reset(); }, "remote.certificate",
       "remote.certificate"},
      {"no certificate for clients", [](Exposure& e) { e.certificate.reset(); }, "", "encrypted"},
      {"a new certificate", [](Exposure& e) { e.certificate = certificate("c"); }, "", ""},
      {"one that has expired", [&](Exposure& e) { e.certificate = stale(certificate("c")); },
       "server.pem expired on 2026-03-01 00:00:00 UTC", "server.pem expired"},
      {"one that is not valid yet", [&](Exposure& e) { e.certificate = early(certificate("c")); }, "not valid before",
       "not valid before"},
      {"the one in use has expired", [&](Exposure& e) { e.certificate = stale(certificate("a")); }, "expired", ""},
      {"one for workers that has expired", [&](Exposure& e) { e.workers_certificate = stale(certificate("c")); }, "",
       "expired"},
      {"a host that is none", [](Exposure& e) { e.allowed_hosts = {"https://a.example/"}; }, "allowed_hosts",
       "allowed_hosts"},
      {"a host without a name", [](Exposure& e) { e.allowed_hosts = {""}; }, "allowed_hosts", "allowed_hosts"},
      {"any host", [](Exposure& e) { e.allowed_hosts = {"*", "antiphon"}; }, "", ""},
  };
  const auto before = whole();
  for (const auto& [what, change, at_start, at_reload] : cases) {
    auto wanted = whole();
    change(wanted);
    expect(verdict(check_start(wanted, kNow)), at_start, what);
    expect(verdict(check_reload(wanted, before, kNow)), at_reload, what);
  }
}

TEST(Exposure, KeysAreAskedForWhereverOtherMachinesCanReach) {
  for (const auto* const address :
       {"0.0.0.0", "::", "192.168.1.5", "fd00::1", "example.org", "", "127.0.0.1.example"}) {
    EXPECT_FALSE(check_start({.http = address}, kNow)) << address;
    EXPECT_TRUE(check_start({.http = address, .keys = 0}, kNow)) << address;
    EXPECT_TRUE(check_start({.http = address, .anonymous = Anonymous::kAllowed}, kNow)) << address;
  }
  for (const auto* const address : {"127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "localhost"}) {
    EXPECT_TRUE(check_start({.http = address}, kNow)) << address;
  }
}

TEST(Exposure, OnceItHasKeysAServerNeverDoesWithout) {
  const Exposure open;
  const Exposure keyed{.keys = 1};
  const Exposure revoked{.keys = 0};
  EXPECT_TRUE(check_reload(open, open, kNow));
  EXPECT_TRUE(check_reload(keyed, open, kNow)) << "the first key";
  EXPECT_TRUE(check_reload(revoked, keyed, kNow));
  EXPECT_TRUE(check_reload(keyed, revoked, kNow)) << "it has one again";
  EXPECT_FALSE(check_reload(open, keyed, kNow)) << "also on this machine alone";
  EXPECT_FALSE(check_reload(open, revoked, kNow));
}

TEST(Exposure, WhatShouldBeKnownIsRemarkedOn) {
  EXPECT_TRUE(remarks_on(whole(), kNow).empty());
  auto odd = whole();
  odd.keys = odd.tokens = 0;
  odd.certificate->ends = odd.workers_certificate->ends = kNow;
  EXPECT_EQ(remarks_on(odd, kNow).size(), 4U);
}

}  // namespace
}  // namespace antiphon::identity
