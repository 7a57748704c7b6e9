# Where the outside libraries come from. tools/setup put the pinned ones that Debian lacks under .deps/.
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(ICU 72 REQUIRED COMPONENTS uc i18n)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(Protobuf REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavcodec libavformat libavutil libswresample)
pkg_check_modules(KISSFFT REQUIRED IMPORTED_TARGET kissfft-float)
if(ANTIPHON_TESTS OR NOT DEFINED ANTIPHON_TESTS)
  find_package(GTest REQUIRED)
endif()

# Boost's headers, with what of Asio and Beast is no template compiled once.
add_library(antiphon_boost STATIC "${CMAKE_CURRENT_LIST_DIR}/boost.cc")
add_library(antiphon::boost ALIAS antiphon_boost)
target_compile_definitions(antiphon_boost PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(antiphon_boost PUBLIC Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

set(ANTIPHON_DEPS_DIR "${PROJECT_SOURCE_DIR}/.deps" CACHE PATH "Where tools/setup puts what Debian does not package")

# ONNX Runtime and espeak-ng are opened at run time (dlopen), by the worker and `say` only: the gateway never maps
# them, and a GPU build of ONNX Runtime can take the place of this one. Only their headers are needed here.
add_library(antiphon_onnxruntime_headers INTERFACE)
target_include_directories(antiphon_onnxruntime_headers SYSTEM INTERFACE "${ANTIPHON_DEPS_DIR}/onnxruntime/include")

# The message classes of ONNX (Debian's libonnx-dev); used only to prepare voices.
find_library(ONNX_PROTO_LIBRARY onnx_proto REQUIRED)
add_library(antiphon_onnx_proto INTERFACE)
target_link_libraries(antiphon_onnx_proto INTERFACE "${ONNX_PROTO_LIBRARY}" protobuf::libprotobuf)
target_compile_definitions(antiphon_onnx_proto INTERFACE ONNX_NAMESPACE=onnx ONNX_ML=1)

# Only its core: the configuration that Debian ships asks for the web servers and clients of its other parts too.
find_library(PROMETHEUS_CPP_CORE_LIBRARY prometheus-cpp-core REQUIRED)

# The folder of a build is laid out as an installation is: the program seeks lib/antiphon and share/antiphon above its file
# (src/process/installation.h).
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/lib/antiphon" "${PROJECT_BINARY_DIR}/share/antiphon")
function(antiphon_link_into_build TARGET NAME)
  file(CREATE_LINK "${ANTIPHON_DEPS_DIR}/${TARGET}" "${PROJECT_BINARY_DIR}/${NAME}" SYMBOLIC)
endfunction()
antiphon_link_into_build(onnxruntime/lib/libonnxruntime.so.1.32.0 lib/antiphon/libonnxruntime.so.1.32.0)
antiphon_link_into_build(onnxruntime-gpu/lib lib/antiphon/onnxruntime-gpu)
antiphon_link_into_build(espeak/libespeak-ng.so.1.52.0 lib/antiphon/libespeak-ng.so.1.52.0)
antiphon_link_into_build(espeak/espeak-ng-data share/antiphon/espeak-ng-data)
# Of hiredis only the parser of replies and the encoder of commands; it opens no socket here.
find_library(HIREDIS_LIBRARY hiredis REQUIRED)
