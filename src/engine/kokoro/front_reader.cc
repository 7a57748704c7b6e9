#include "engine/kokoro/front_reader.h"

#include <memory>
#include <string>
#include <utility>

#include "engine/kokoro/front/front_end.h"

namespace antiphon::engine::kokoro {
namespace {

class FrontReader final : public Reader {
 public:
  explicit FrontReader(front::FrontEnd front) : front_(std::move(front)) {}

  [[nodiscard]] const std::vector<std::string>& speakers() const override { return front_.styles(); }
  [[nodiscard]] Result<Spoken> read(std::string_view text, std::uint32_t speaker) override {
    auto input = front_.read(text, speaker);
    if (!input) return std::unexpected(std::move(input.error()));
    close_gaps(input->words, input->phonemes);
    return Spoken{.tokens = std::move(input->tokens),
                  .style = input->style,
                  .words = std::move(input->words),
                  .starts = std::move(input->starts)};
  }

 private:
  front::FrontEnd front_;
};

}  // namespace

Readers front_readers(phonemizer::Options options) {
  return {.make = [options](const std::filesystem::path& folder,
                            const Manifest& /*manifest*/) -> Result<std::unique_ptr<Reader>> {
            const auto phonemizer = phonemizer::Phonemizer::open(options);
            if (!phonemizer) return std::unexpected(Error{Errc::kEngineFailure, phonemizer.error().message});
            auto made = front::FrontEnd::load(folder, *phonemizer);
            if (!made) return std::unexpected(std::move(made.error()));
            return std::make_unique<FrontReader>(std::move(*made));
          },
          .version =
              [options] {
                const auto phonemizer = phonemizer::Phonemizer::open(options);
                return phonemizer ? phonemizer->version() : std::string("no-espeak-ng");
              }};
}

}  // namespace antiphon::engine::kokoro
