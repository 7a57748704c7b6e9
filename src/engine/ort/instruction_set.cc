#include "engine/ort/instruction_set.h"

#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace antiphon::engine::ort {

#if defined(__x86_64__)

std::string instruction_set() {
  std::string name = "x86_64";
  const auto add = [&](bool has, const char* extension) {
    if (has) name += extension;
  };
  add(__builtin_cpu_supports("avx") != 0, "+avx");
  add(__builtin_cpu_supports("avx2") != 0, "+avx2");
  add(__builtin_cpu_supports("fma") != 0, "+fma");
  add(__builtin_cpu_supports("avx512f") != 0, "+avx512f");
  add(__builtin_cpu_supports("avx512bw") != 0, "+avx512bw");
  add(__builtin_cpu_supports("avx512dq") != 0, "+avx512dq");
  add(__builtin_cpu_supports("avx512vl") != 0, "+avx512vl");
  add(__builtin_cpu_supports("avx512vnni") != 0, "+avx512vnni");
  add(__builtin_cpu_supports("avx512bf16") != 0, "+avx512bf16");
  add(__builtin_cpu_supports("avxvnni") != 0, "+avxvnni");
  add(__builtin_cpu_supports("amx-tile") != 0, "+amx");
  return name;
}

#elif defined(__aarch64__)

std::string instruction_set() {
  return "aarch64+" + std::to_string(::getauxval(AT_HWCAP)) + "+" + std::to_string(::getauxval(AT_HWCAP2));
}

#else
#error "Name the extensions that decide results on this architecture."
#endif

}  // namespace antiphon::engine::ort
