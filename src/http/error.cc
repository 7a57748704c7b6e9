#include "http/error.h"

namespace antiphon::http {

unsigned status_of(EdgeErrc code) {
  switch (code) {
    case EdgeErrc::kBadRequest:
      return 400;
    case EdgeErrc::kOriginRefused:
      return 403;
    case EdgeErrc::kRequestTimeout:
      return 408;
    case EdgeErrc::kBodyTooLarge:
      return 413;
    case EdgeErrc::kTargetTooLong:
      return 414;
    case EdgeErrc::kUnsupportedMediaType:
    case EdgeErrc::kUnsupportedCoding:
      return 415;
    case EdgeErrc::kHostRefused:
      return 421;
    case EdgeErrc::kHeadersTooLarge:
      return 431;
    case EdgeErrc::kInternal:
      return 500;
    case EdgeErrc::kNotImplemented:
      return 501;
    case EdgeErrc::kTooManyConnections:
      return 503;
    case EdgeErrc::kVersionNotSupported:
      return 505;
  }
  return 500;
}

}  // namespace antiphon::http
