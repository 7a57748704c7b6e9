#include "text/boundaries.h"

#include <unicode/brkiter.h>
#include <unicode/utext.h>

#include <array>
#include <memory>

#include "base/check.h"

namespace antiphon::text {
namespace {

std::unique_ptr<icu::BreakIterator> make_iterator(Boundary kind) {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::BreakIterator> iterator;
  switch (kind) {
    case Boundary::kGrapheme:
      iterator.reset(icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
      break;
    case Boundary::kLine:
      iterator.reset(icu::BreakIterator::createLineInstance(icu::Locale::getRoot(), status));
      break;
    case Boundary::kSentence:
      iterator.reset(icu::BreakIterator::createSentenceInstance(icu::Locale::getRoot(), status));
      break;
  }
  ANTIPHON_CHECK(U_SUCCESS(status) != 0, "ICU has no break rules");
  return iterator;
}

/// To make one takes longer than to find the boundaries of a sentence.
icu::BreakIterator& iterator_of(Boundary kind) {
  thread_local std::array<std::unique_ptr<icu::BreakIterator>, 3> iterators;
  auto& iterator = iterators.at(static_cast<std::size_t>(kind));
  if (!iterator) iterator = make_iterator(kind);
  return *iterator;
}

}  // namespace

std::vector<std::size_t> boundaries(Boundary kind, std::string_view utf8) {
  std::vector<std::size_t> out;
  if (utf8.empty()) return out;
  auto& iterator = iterator_of(kind);
  UErrorCode status = U_ZERO_ERROR;
  UText text = UTEXT_INITIALIZER;
  utext_openUTF8(&text, utf8.data(), static_cast<std::int64_t>(utf8.size()), &status);
  iterator.setText(&text, status);
  ANTIPHON_CHECK(U_SUCCESS(status) != 0, "ICU cannot read UTF-8");
  for (auto at = iterator.next(); at != icu::BreakIterator::DONE; at = iterator.next()) {
    out.push_back(static_cast<std::size_t>(at));
  }
  utext_close(&text);
  return out;
}

}  // namespace antiphon::text
