#pragma once

#include <random>
#include <vector>

#include "wire/message.h"

/// Messages for the tests: one of each kind as a real run sends it, and random ones that fulfil validate().
namespace antiphon::wire {

/// One or more of each kind, in the order of Message; the seeds of the fuzz corpus.
[[nodiscard]] std::vector<Message> real_messages();

/// A valid message of the kind `index` (position in Message), every field drawn at random.
[[nodiscard]] Message random_message(std::size_t index, std::mt19937_64& random);

}  // namespace antiphon::wire
