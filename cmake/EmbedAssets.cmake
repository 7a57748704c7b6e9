# Run as a script: writes OUTPUT, a C++ source that defines antiphon::gateway::assets() with the bytes of FILES (";"),
# which are relative to FOLDER or absolute. index.html is served at "/", docs.html at "/docs", JSON at "/<name>",
# the others at "/assets/<name>".
set(types_html "text/html; charset=utf-8")
set(types_js "text/javascript; charset=utf-8")
set(types_css "text/css; charset=utf-8")
set(types_svg "image/svg+xml; charset=utf-8")
set(types_json "application/json")

set(arrays "")
set(table "")
set(index 0)
foreach(file IN LISTS FILES)
  cmake_path(GET file FILENAME name)
  cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${FOLDER}")
  file(READ "${file}" hex HEX)
  file(SHA256 "${file}" hash)
  string(SUBSTRING "${hash}" 0 32 hash)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND arrays "constexpr char kAsset${index}[] = {${bytes}};\n")
  cmake_path(GET name EXTENSION LAST_ONLY extension)
  string(SUBSTRING "${extension}" 1 -1 extension)
  if(NOT DEFINED types_${extension})
    message(FATAL_ERROR "EmbedAssets.cmake knows no content type for ${name}")
  endif()
  set(path "/assets/${name}")
  if(name STREQUAL "index.html")
    set(path "/")
  elseif(name STREQUAL "docs.html")
    set(path "/docs")
  elseif(extension STREQUAL "json")
    set(path "/${name}")
  endif()
  string(APPEND table "    {\"${path}\", \"${types_${extension}}\", {kAsset${index}, sizeof kAsset${index}}, R\"(\"${hash}\")\"},\n")
  math(EXPR index "${index} + 1")
endforeach()

file(WRITE "${OUTPUT}" "#include \"gateway/assets.h\"\n
namespace antiphon::gateway {
namespace {
${arrays}
constexpr Asset kAssets[] = {
${table}};
}  // namespace

std::span<const Asset> assets() { return kAssets; }
}  // namespace antiphon::gateway\n")
