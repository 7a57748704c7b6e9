// Prints the phonemes of each line of standard input, as the voice in the folder FOLDER reads it in the style STYLE:
// `front_tool FOLDER STYLE`. Not run by the tests; tests/figures/kokoro_reading.py compares with misaki.
#include <fmt/core.h>

#include <iostream>
#include <string>

#include "engine/hibari/characters.h"
#include "engine/kokoro/front/front_end.h"

int main(int argc, char** argv) {
  namespace kokoro = antiphon::engine::kokoro;
  if (argc != 3) {
    fmt::print(stderr, "usage: front_tool FOLDER STYLE < LINES\n");
    return 2;
  }
  const auto phonemizer = antiphon::phonemizer::Phonemizer::open();
  if (!phonemizer) {
    fmt::print(stderr, "{}\n", phonemizer.error().message);
    return 1;
  }
  auto front = kokoro::front::FrontEnd::load(argv[1], *phonemizer);
  if (!front) {
    fmt::print(stderr, "{}\n", front.error().message);
    return 1;
  }
  const auto mix = antiphon::voice::StyleMix::parse(argv[2], front->styles());
  if (!mix) {
    fmt::print(stderr, "{}\n", mix.error());
    return 1;
  }
  for (std::string line; std::getline(std::cin, line);) {
    const auto input = front->read(line, mix->number());
    fmt::print("{}\n", input ? antiphon::engine::hibari::to_utf8(input->phonemes) : "!" + input.error().message);
  }
  return 0;
}
