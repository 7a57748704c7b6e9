# Writes OUTPUT with the commit of the checkout SOURCE, "unknown" where there is none, if it says something else now.
#   cmake -DSOURCE=folder -DOUTPUT=file.cc -P BuildInfo.cmake
execute_process(COMMAND git -C "${SOURCE}" rev-parse --short=12 HEAD OUTPUT_VARIABLE commit ERROR_QUIET
                OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
if(failed OR NOT commit MATCHES "^[0-9a-f]+$")
  set(commit "unknown")
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT [[
#include "cli/build_info.h"

namespace antiphon::cli {

std::string_view build_commit() { return "@commit@"; }

}  // namespace antiphon::cli
]] @ONLY)
