#include "text/markup/window.h"

#include "text/characters/characters.h"

namespace antiphon::text::markup {

char Window::at(std::size_t offset) const {
  ++looks_;
  const auto place = begin_ + offset;
  if (place < text_.size()) return text_[place];
  starved_ = starved_ || !ended_;
  return 0;
}

Window::Character Window::decode(std::size_t offset) const {
  ++looks_;
  auto place = begin_ + offset;
  if (place >= text_.size()) {
    starved_ = starved_ || !ended_;
    return {};
  }
  const auto from = place;
  const char32_t c = characters::decode_next(text_, place);
  return {.c = c, .bytes = place - from};
}

bool Window::starts_with(std::string_view ascii_lower, std::size_t offset) const {
  for (std::size_t i = 0; i < ascii_lower.size(); ++i) {
    const char c = at(offset + i);
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (lower != ascii_lower[i]) return false;
  }
  return true;
}

void Window::consume(std::size_t bytes) {
  begin_ += bytes;
  starved_ = false;
}

void Window::shrink() {
  text_.erase(0, begin_);
  begin_ = 0;
}

}  // namespace antiphon::text::markup
