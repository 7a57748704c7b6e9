#include "process/error.h"

#include <cerrno>
#include <system_error>

namespace antiphon::process {

Error system_error(const std::string& what, int number) {
  Errc code = Errc::kSystem;
  if (number == ENOENT || number == EACCES || number == ENOEXEC || number == ENOTDIR) code = Errc::kNotExecutable;
  if (number == EAGAIN || number == ENOMEM || number == EMFILE || number == ENFILE) code = Errc::kResources;
  return {code, what + ": " + std::generic_category().message(number)};
}

}  // namespace antiphon::process
