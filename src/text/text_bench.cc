// What reading a text costs: ninja text_bench, then build/src/text/text_bench. Prints the CPU time of a sentence by
// stage, time and memory by length, and the time of a mebibyte of each unit that looks like the begin of something.
// With folders as arguments, such as those that a fuzzer fills, it prints which of their files cost most for a byte.
#include <malloc.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <string>

#include "text/markup/cleaner.h"
#include "text/reading/reading.h"
#include "text/test_text.h"
#include "text/utterance.h"

namespace {

std::size_t live_bytes = 0;
std::size_t most_bytes = 0;

}  // namespace

// NOLINTBEGIN(misc-new-delete-overloads,cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory): counts what C++
// code takes; ICU's own tables are not among it.
void* operator new(std::size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  live_bytes += malloc_usable_size(memory);
  most_bytes = std::max(most_bytes, live_bytes);
  return memory;
}
void operator delete(void* memory) noexcept {
  live_bytes -= malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept { operator delete(memory); }
// NOLINTEND(misc-new-delete-overloads,cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)

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

/// A whole text, from its bytes to what is said for its last segment. Returns how many segments it has.
std::size_t speak(const std::string& text) {
  const Options options{.language = reading::Language::kEnglish};
  Utterance utterance(prepare(text, options).value_or(""), options);
  std::size_t segments = 0;
  for (; !utterance.finished(); utterance.accepted()) ++segments;
  return segments;
}

void print_lengths() {
  std::string all;
  for (const auto* sentence : kSentences) (all += sentence) += "\n\n";
  for (const std::size_t characters : {10UL, 100UL, 1000UL, 10'000UL, 100'000UL}) {
    const auto text = repeated(all, characters).substr(0, characters);
    // Cut within a character at worst, which is no UTF-8.
    if (!prepare(text, {})) continue;
    const auto rounds = std::max<std::size_t>(1, 400'000 / characters);
    speak(text);
    const auto before = live_bytes;
    most_bytes = live_bytes;
    const auto begin = cpu_ms();
    std::size_t segments = 0;
    for (std::size_t round = 0; round < rounds; ++round) segments = speak(text);
    const auto took = (cpu_ms() - begin) / static_cast<double>(rounds);
    std::printf("%zu bytes: %.3f ms, %zu segments, %.4f ms each, at most %zu KiB\n", characters, took, segments,
                took / static_cast<double>(segments), (most_bytes - before) / 1024);
  }
}

void print_worst() {
  constexpr std::size_t kBytes = std::size_t{1} << 20;
  for (const auto& unit : costly_units()) {
    const auto text = repeated(unit, kBytes);
    const auto begin = cpu_ms();
    Utterance utterance({.language = reading::Language::kEnglish});
    if (!utterance.append(text)) return;
    utterance.finish();
    std::size_t segments = 0;
    std::size_t spoken = 0;
    for (; !utterance.finished(); utterance.accepted(), ++segments) spoken += utterance.reading()->spoken().size();
    markup::Cleaner cleaner({});
    markup::Clean clean;
    const auto took = cpu_ms() - begin;
    cleaner.append(text, clean);
    GrowingText growing(Options{});
    std::vector<Segment> out;
    static_cast<void>(growing.append(text, out));
    std::printf(
        "a mebibyte of '%s': %.0f ms, %zu segments, %zu bytes spoken, %zu looks and %zu bytes considered each\n",
        unit.c_str(), took, segments, spoken, cleaner.looks() / kBytes, growing.considered() / kBytes);
  }
}

/// CPU time of `text`, the least of three rounds that last a millisecond each.
double cost_ms(const std::string& text) {
  double least = 1e9;
  for (int round = 0; round < 3; ++round) {
    const auto begin = cpu_ms();
    int times = 0;
    for (; times == 0 || cpu_ms() - begin < 1; ++times) speak(text);
    least = std::min(least, (cpu_ms() - begin) / times);
  }
  return least;
}

void print_costliest(const std::string& folder) {
  constexpr std::size_t kLeastBytes = 64;
  double most = 0;
  std::string costliest;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.size() < kLeastBytes) continue;
    ++files;
    const auto each = cost_ms(text) / static_cast<double>(text.size());
    if (each < most) continue;
    most = each;
    costliest = entry.path().filename().string() + " of " + std::to_string(text.size()) + " bytes";
  }
  std::printf("%s: of %zu files the costliest takes %.2f us a byte: %s\n", folder.c_str(), files, most * 1000,
              costliest.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) print_costliest(argv[i]);
  if (argc > 1) return 0;
  print_sentences();
  print_lengths();
  print_worst();
  return 0;
}
