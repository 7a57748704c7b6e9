// Speaks hostile texts for as long as it is told, each with a limit of time, and counts those that espeak-ng did not
// survive: espeak_torture [--seconds N] [--from NUMBER] [--show NUMBER]. Exits with 1 where there was one.
#include <chrono>
#include <cstdint>
#include <iostream>
#include <limits>
#include <string>
#include <string_view>

#include "phonemizer/hostile_text.h"
#include "phonemizer/phonemizer.h"
#include "phonemizer/torture.h"
#include "phonemizer/trial.h"

namespace {

using namespace antiphon::phonemizer;

void print(std::string_view what, const std::vector<std::uint64_t>& numbers) {
  std::cout << what << ": " << numbers.size();
  for (const auto number : numbers) std::cout << ' ' << number;
  std::cout << '\n';
}

int run(std::chrono::seconds seconds, std::uint64_t from) {
  constexpr std::uint64_t kRound = 20'000;
  const auto until = std::chrono::steady_clock::now() + seconds;
  std::uint64_t tried = 0;
  bool survived = true;
  for (auto next = from; std::chrono::steady_clock::now() < until; next += kRound) {
    const auto report = try_in_children({.from = next, .count = kRound, .until = until}, survives);
    tried += report.tried;
    std::cout << "tried: " << tried << " from " << from << '\n';
    print("crashed", report.crashed);
    print("hung", report.hung);
    print("wrong", report.wrong);
    std::cout << std::flush;
    survived = survived && report.crashed.empty() && report.hung.empty() && report.wrong.empty();
  }
  return survived ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::chrono::seconds seconds(60);
  std::uint64_t from = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i];
    const auto value = std::stoull(argv[i + 1]);
    if (flag == "--seconds") seconds = std::chrono::seconds(value);
    if (flag == "--from") from = value;
    if (flag == "--show") {
      const auto hostile = hostile_text(value);
      std::cout << hostile.voice << '\n' << hostile.text << '\n';
      return 0;
    }
  }
  return run(seconds, from);
}
