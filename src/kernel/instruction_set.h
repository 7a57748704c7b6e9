#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace antiphon::kernel {

/// The kinds of machine code that the kernels exist in. kAvx2 and kAvx512 compute the same floats, bit for bit;
/// kPortable does so only where the compiler's baseline has fused multiplication and addition (as on ARM).
enum class InstructionSet : std::uint8_t {
  kPortable,  ///< Whatever the compiler makes of plain vectors; correct everywhere, slow.
  kAvx2,      ///< AVX2 and FMA.
  kAvx512,    ///< AVX-512 F, VL, DQ and BW.
};

inline constexpr std::array kInstructionSets{InstructionSet::kPortable, InstructionSet::kAvx2, InstructionSet::kAvx512};

/// Whether this build has the kernels and this CPU can run them.
[[nodiscard]] bool runs_here(InstructionSet set);

/// The fastest that runs here.
[[nodiscard]] InstructionSet best_instruction_set();

/// For logs and fingerprints, for example "avx2".
[[nodiscard]] std::string_view name_of(InstructionSet set);

}  // namespace antiphon::kernel
