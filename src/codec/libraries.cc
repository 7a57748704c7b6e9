#include "codec/libraries.h"

extern "C" {
#include <libavutil/avutil.h>
#include <libavutil/cpu.h>
#include <libswresample/swresample.h>
}

#include <dlfcn.h>
#include <gnu/libc-version.h>

#include <string_view>

#include "codec/libav.h"

namespace antiphon::codec {
namespace {

/// What a function without arguments of a library that FFmpeg has loaded says of its version; "" where FFmpeg was
/// linked with that library statically, or without it.
std::string version_by(const char* function) {
  using Version = const char* (*)();
  const auto version = reinterpret_cast<Version>(::dlsym(RTLD_DEFAULT, function));
  if (version == nullptr) return {};
  const char* const text = version();
  return text == nullptr ? std::string() : std::string(text);
}

std::string describe() {
  std::string all = "ffmpeg " + std::string(av_version_info());
  for (const auto version : {avutil_version(), avcodec_version(), avformat_version(), swresample_version()}) {
    all += ' ' + std::to_string(version);
  }
  for (const auto* const function : {"soxr_version", "get_lame_version", "opus_get_version_string"}) {
    all += ", " + version_by(function);
  }
  return all + ", glibc " + gnu_get_libc_version() + ", cpu " + std::to_string(av_get_cpu_flags());
}

}  // namespace

const std::string& libraries_identity() {
  static const std::string identity = describe();
  return identity;
}

}  // namespace antiphon::codec
