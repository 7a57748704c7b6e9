#include "redis/command.h"

#include <hiredis/hiredis.h>

#include <memory>
#include <new>

#include "base/check.h"

namespace antiphon::redis {

std::string encode(const Command& command) {
  ANTIPHON_CHECK(!command.empty(), "a command has a name");
  std::vector<const char*> words;
  std::vector<std::size_t> sizes;
  for (const auto& word : command) {
    words.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* encoded = nullptr;
  const int size = redisFormatCommandArgv(&encoded, static_cast<int>(words.size()), words.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();
  const std::unique_ptr<char, decltype(&redisFreeCommand)> owned(encoded, &redisFreeCommand);
  return {encoded, static_cast<std::size_t>(size)};
}

}  // namespace antiphon::redis
