#include "engine/hibari/transform.h"

#include <kiss_fftr.h>

#include <cstdlib>

#include "base/check.h"

namespace antiphon::engine::hibari {
namespace {

struct Free {
  void operator()(kiss_fftr_state* plan) const { std::free(plan); }  // NOLINT(*-no-malloc): kissfft asks for it.
};
using Plan = std::unique_ptr<kiss_fftr_state, Free>;

Plan plan_for(int inverse) {
  Plan plan(kiss_fftr_alloc(static_cast<int>(kWindow), inverse, nullptr, nullptr));
  ANTIPHON_CHECK(plan != nullptr, "kissfft has a plan for every length");
  return plan;
}

}  // namespace

struct Transform::Plans {
  Plan forward = plan_for(0);
  Plan inverse = plan_for(1);
};

static_assert(sizeof(kiss_fft_cpx) == sizeof(std::complex<float>));

Transform::Transform() : plans_(std::make_unique<Plans>()) {}
Transform::Transform(Transform&&) noexcept = default;
Transform& Transform::operator=(Transform&&) noexcept = default;
Transform::~Transform() = default;

// A complex number is laid out as its real and its imaginary part by both.
void Transform::forward(std::span<const float, kWindow> samples, Spectrum spectrum) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  kiss_fftr(plans_->forward.get(), samples.data(), reinterpret_cast<kiss_fft_cpx*>(spectrum.data()));
}

void Transform::inverse(std::span<const std::complex<float>, kBins> spectrum, std::span<float, kWindow> samples) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  kiss_fftri(plans_->inverse.get(), reinterpret_cast<const kiss_fft_cpx*>(spectrum.data()), samples.data());
}

}  // namespace antiphon::engine::hibari
