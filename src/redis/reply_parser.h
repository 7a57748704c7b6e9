#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "redis/error.h"

struct redisReader;  // NOLINT(readability-identifier-naming): of hiredis

namespace antiphon::redis {

/// One reply of RESP2.
struct Reply {
  enum class Kind : std::uint8_t { kNil, kInteger, kString, kStatus, kError, kArray };
  Kind kind = Kind::kNil;
  std::int64_t integer = 0;
  std::string text;             ///< Text of kString, kStatus and kError.
  std::vector<Reply> elements;  ///< Elements of kArray.
};

/// The most that one reply may hold; a server that sends more counts as broken. hiredis itself allows seven levels of
/// arrays.
struct ReplyLimits {
  std::size_t bytes = std::size_t{16} << 20U;  ///< Size of one reply, as it is sent.
  std::size_t nodes = 65'536;                  ///< Elements of all arrays of a reply together.
};

/// Cuts a server's bytes into replies, by hiredis's parser, with memory for no more than ReplyLimits allow. After an
/// error it takes nothing more.
class ReplyParser {
 public:
  explicit ReplyParser(ReplyLimits limits = {});
  ReplyParser(const ReplyParser&) = delete;
  ReplyParser& operator=(const ReplyParser&) = delete;
  ~ReplyParser();

  /// Takes bytes as they arrive. Error: kProtocol.
  [[nodiscard]] Result<void> feed(std::string_view bytes);
  /// Returns the next whole reply, or nullopt until more bytes arrive. Error: kProtocol.
  [[nodiscard]] Result<std::optional<Reply>> next();

  struct Budget;

 private:
  struct FreeReader {
    void operator()(redisReader* reader) const;
  };

  ReplyLimits limits_;
  std::unique_ptr<Budget> budget_;
  std::unique_ptr<redisReader, FreeReader> reader_;
  std::size_t unread_ = 0;  ///< Bytes that were fed since the last reply.
  bool broken_ = false;
};

}  // namespace antiphon::redis
