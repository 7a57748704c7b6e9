#pragma once

#include <string>

#include "base/result.h"
#include "protocol/error.h"

namespace antiphon::http {

template <class T>
using Result = base::Result<T, std::string>;

/// Why the server answers a request itself, without its handler; the message is a sentence for the client.
using EdgeError = protocol::Error;
using protocol::Errc;

}  // namespace antiphon::http
