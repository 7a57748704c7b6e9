# Run as a script: writes OUTPUT, a C++ source that defines FUNCTION (qualified, returning std::string_view, declared in
# HEADER) with the bytes of INPUT.
file(READ "${INPUT}" hex HEX)
string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
file(WRITE "${OUTPUT}" "#include \"${HEADER}\"

namespace {
constexpr char kBytes[] = {${bytes}};
}  // namespace

std::string_view ${FUNCTION}() { return {kBytes, sizeof kBytes}; }
")
