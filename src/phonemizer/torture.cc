#include "phonemizer/torture.h"

#include <stdexcept>

#include "phonemizer/hostile_text.h"
#include "phonemizer/phonemizer.h"

namespace antiphon::phonemizer {
namespace {

constexpr const char* kPlain = "The unhappiest men's boats, e.g. 12 of them, weren't re-painted.";

const Phonemizer& phonemizer() {
  static const auto opened = Phonemizer::open();
  if (!opened) throw std::runtime_error(opened.error().message);
  return *opened;
}

}  // namespace

bool survives(std::uint64_t number) {
  static const auto before = phonemizer().phonemise(kPlain, "en-us");
  const auto hostile = hostile_text(number);
  const auto once = phonemizer().phonemise(hostile.text, hostile.voice);
  const auto plain = phonemizer().phonemise(kPlain, "en-us");
  return once && plain && before && *plain == *before;
}

}  // namespace antiphon::phonemizer
