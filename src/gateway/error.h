#pragma once

#include "protocol/error.h"

namespace antiphon::gateway {

using protocol::Errc;
using protocol::Error;
using protocol::Result;

}  // namespace antiphon::gateway
