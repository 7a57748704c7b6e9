// What reading a text costs: ninja text_bench, then build/src/text/text_bench. Prints the CPU time of a sentence by
// stage, and of a mebibyte of each unit that looks like the begin of something.
#include <array>
#include <cstdio>
#include <ctime>
#include <string>

#include "text/markup/cleaner.h"
#include "text/reading/reading.h"
#include "text/utterance.h"

namespace {

using namespace antiphon::text;

double cpu_ms() { return static_cast<double>(std::clock()) * 1000.0 / CLOCKS_PER_SEC; }

constexpr std::array kSentences = {
    "## Setup\n**Important:** run `make`, then see [the guide](https://example.com/a?b=1).",
    "On January 5, 2025, at 8:30 p.m., she paid $49.95 for 2.5 kg of apples and 1/2 lb of nuts.",
    "Call (555) 123-4567 or 1-800-555-0199 before 5 p.m. on 2025-01-05, ZIP 90210.",
    "World War II ended in 1945, 5\u20136 years after it began (in 1939), with 50% of the city gone.",
    "The quick brown fox jumps over the lazy dog while the band plays on and on in the old town hall.",
    "Temperatures fell to -5 \u00B0C \u2014 23 \u00B0F \u2014 and the wind blew at 60 km/h\u2026 Nobody went out."};

void print_sentences() {
  constexpr int kRounds = 2000;
  double clean = 0;
  double cut = 0;
  double read = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (const auto* sentence : kSentences) {
      const auto begin = cpu_ms();
      const auto prepared = prepare(sentence, {}).value_or("");
      const auto prepared_at = cpu_ms();
      const auto segments = segment(prepared, {});
      const auto cut_at = cpu_ms();
      for (const auto& part : segments) static_cast<void>(reading::read(part.text, reading::Language::kEnglish));
      clean += prepared_at - begin;
      cut += cut_at - prepared_at;
      read += cpu_ms() - cut_at;
    }
  }
  const double count = static_cast<double>(kRounds) * kSentences.size();
  std::printf("a sentence: clean and normalise %.1f us, cut %.1f us, read %.1f us\n", clean / count * 1000,
              cut / count * 1000, read / count * 1000);
}

void print_worst() {
  constexpr std::size_t kBytes = std::size_t{1} << 20;
  for (const std::string unit :
       {"[", "[a](", "<a b=\"", "*", "&amp", "https://", "| ", "1.", "1-", "a@b.", "$1 ", "(", "1/2 ", "U.S. "}) {
    std::string text;
    while (text.size() < kBytes) text += unit;
    const auto begin = cpu_ms();
    Utterance utterance({.language = reading::Language::kEnglish});
    if (!utterance.append(text)) return;
    utterance.finish();
    std::size_t segments = 0;
    std::size_t spoken = 0;
    for (; !utterance.finished(); utterance.accepted(), ++segments) spoken += utterance.reading()->spoken().size();
    std::printf("a mebibyte of '%s': %.0f ms, %zu segments, %zu bytes spoken\n", unit.c_str(), cpu_ms() - begin,
                segments, spoken);
  }
}

}  // namespace

int main() {
  print_sentences();
  print_worst();
  return 0;
}
