#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "base/units.h"

namespace antiphon::bench {

/// Reads the answer to one request from bytes that come in pieces of any size. What it keeps is bounded. Pure.
class AnswerReader {
 public:
  AnswerReader() = default;
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;
  virtual ~AnswerReader() = default;

  /// Returns how many samples are complete by `bytes`. Not to be called when the answer is complete, or after an error.
  /// Error: what is wrong with the answer, as a few words.
  [[nodiscard]] virtual base::Result<base::SampleCount, std::string> feed(std::string_view bytes) = 0;
  /// The connection has ended; some answers are complete by that.
  virtual void end() = 0;

  /// Whether nothing more has to be read: all audio has come, or there will be none.
  [[nodiscard]] virtual bool is_complete() const = 0;
  /// Of HTTP; 200 for an answer of another protocol that began; 0 where nothing has come yet.
  [[nodiscard]] virtual int status() const = 0;
  /// What a refusal said: retry-after-ms, or Retry-After.
  [[nodiscard]] virtual std::optional<base::Duration> come_back() const = 0;
  /// Of the samples that were counted.
  [[nodiscard]] virtual base::SampleRate rate() const = 0;
};

}  // namespace antiphon::bench
