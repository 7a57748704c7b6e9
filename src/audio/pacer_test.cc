#include "audio/pacer.h"

#include <gtest/gtest.h>

namespace antiphon::audio {
namespace {

using namespace std::chrono_literals;

base::TimePoint at(base::Duration d) { return base::TimePoint{} + 1h + d; }

TEST(Pacer, SendsTheLeadAtOnceAndThenOnePiecePerPiecesTime) {
  Pacer pacer(2s);
  for (int piece = 0; piece < 5; ++piece) {
    EXPECT_EQ(pacer.next(at(0s)), at(0s)) << piece;
    pacer.sent(500ms, at(0s));
  }
  // 2.5 s are sent: the next piece may go when 2 s of them are left.
  EXPECT_EQ(pacer.next(at(0s)), at(500ms));
  pacer.sent(500ms, at(500ms));
  EXPECT_EQ(pacer.next(at(500ms)), at(1s));
}

TEST(Pacer, BeginsAnewWhereTheListenerHasRunDry) {
  Pacer pacer(2s);
  pacer.sent(1s, at(0s));
  EXPECT_EQ(pacer.next(at(5s)), at(5s));
  pacer.sent(3s, at(5s));
  EXPECT_EQ(pacer.next(at(5s)), at(6s)) << "3 s from 5 s on, less the lead";
}

TEST(Pacer, NeverLetsMoreThanLeadAndOnePieceWait) {
  Pacer pacer(2s);
  auto now = at(0s);
  auto heard_until = now;
  for (int piece = 0; piece < 100; ++piece) {
    now = pacer.next(now);
    EXPECT_LE(heard_until - now, 2s) << "before piece " << piece;
    pacer.sent(209ms, now);
    heard_until = std::max(heard_until, now) + 209ms;
  }
}

}  // namespace
}  // namespace antiphon::audio
