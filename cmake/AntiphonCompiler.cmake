# One compiler is supported: g++ 12 destroys temporaries in co_await expressions twice.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  message(FATAL_ERROR "Antiphon needs clang 19 or newer: g++ 12 miscompiles coroutines. "
                      "Use a preset (cmake --preset release) or -DCMAKE_CXX_COMPILER=clang++-19.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(ANTIPHON_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize= (for example address,undefined)")

add_library(antiphon_flags INTERFACE)
target_compile_options(antiphon_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-designated-field-initializers -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough -Wswitch-enum -Werror
  -fno-omit-frame-pointer)
target_link_options(antiphon_flags INTERFACE -fuse-ld=lld)
if(ANTIPHON_SANITIZE)
  # Everything is instrumented, static libraries included, so the flags are global.
  add_compile_options(-fsanitize=${ANTIPHON_SANITIZE} -fno-sanitize-recover=all)
  if(ANTIPHON_SANITIZE MATCHES "undefined")
    add_compile_options("-fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/tools/ubsan.ignore")
    add_compile_definitions(_GLIBCXX_ASSERTIONS)  # instead, in the standard library's headers
  endif()
  add_link_options(-fsanitize=${ANTIPHON_SANITIZE} -fuse-ld=lld)
endif()
if(ANTIPHON_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
