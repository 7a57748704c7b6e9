// Prints the phonemes of each line of standard input, as the voice in the folder FOLDER reads it: `reading_tool
// FOLDER`. Not run by the tests; tests/figures/hibari_reading.py compares with the package that the voice is from.
#include <fmt/core.h>

#include <iostream>
#include <string>

#include "engine/hibari/characters.h"
#include "engine/hibari/hibari_engine.h"

int main(int argc, char** argv) {
  namespace hibari = antiphon::engine::hibari;
  if (argc != 2) {
    fmt::print(stderr, "usage: reading_tool FOLDER < LINES\n");
    return 2;
  }
  auto manifest = hibari::read_manifest(argv[1]);
  if (!manifest) {
    fmt::print(stderr, "{}\n", manifest.error().message);
    return 1;
  }
  const auto runtime = antiphon::engine::ort::Runtime::open();
  if (!runtime) {
    fmt::print(stderr, "{}\n", runtime.error().message);
    return 1;
  }
  auto voice = hibari::load_voice(*runtime, argv[1], std::move(*manifest));
  if (!voice) {
    fmt::print(stderr, "{}\n", voice.error().message);
    return 1;
  }
  for (std::string line; std::getline(std::cin, line);) {
    const auto reading = (*voice)->read(line);
    fmt::print("{}\n", reading ? hibari::to_utf8(reading->phonemes) : "!" + reading.error().message);
  }
  return 0;
}
