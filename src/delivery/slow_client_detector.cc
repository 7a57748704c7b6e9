#include "delivery/slow_client_detector.h"

namespace antiphon::delivery {

void SlowClientDetector::begin() {
  began_ = clock_.now();
  held_before_ = sink_.held_back();
  start_timer();
}

void SlowClientDetector::end(base::Duration audio) {
  timer_.reset();
  lag_.took(audio, since(), clock_.now());
}

void SlowClientDetector::start_timer() {
  const auto now = clock_.now();
  timer_ = clock_.start_timer(executor_, now + (limit_ - lag_.at(since(), now)), [this] { check(); });
}

void SlowClientDetector::check() {
  if (lag_.at(since(), clock_.now()) < limit_) return start_timer();
  dropped_ = true;
  sink_.cut();
}

}  // namespace antiphon::delivery
