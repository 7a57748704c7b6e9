#include "voice/seen_costs.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "file/writer.h"
#include "voice/manifest.h"
#include "voice/strict_json.h"

namespace antiphon::voice {
namespace {

constexpr std::size_t kMostBytes = 4096;
constexpr double kMostFixed = 10;
constexpr double kLeastRatio = 1e-9;
constexpr double kMostRatio = 100;
constexpr double kMillisecondsPerSecond = 1000;

std::optional<SeenCosts> parse(const std::string& text) {
  try {
    const auto json = nlohmann::json::parse(text);
    StrictObject object(json, "");
    const SeenCosts costs{.fixed_seconds = object.number("fixed_seconds", 0, kMostFixed),
                          .render_ratio = object.number("render_ratio", kLeastRatio, kMostRatio),
                          .plan_ratio = object.number("plan_ratio", kLeastRatio, kMostRatio)};
    object.finish();
    return costs;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::optional<SeenCosts> prepared(const std::filesystem::path& folder) {
  const auto manifest = read_manifest(folder);
  if (!manifest || !manifest->costs) return std::nullopt;
  const SeenCosts costs{.render_ratio = manifest->costs->render_ms_per_audio_second / kMillisecondsPerSecond,
                        .plan_ratio = manifest->costs->plan_ms_per_audio_second / kMillisecondsPerSecond};
  const auto in_range = [](double ratio) { return ratio >= kLeastRatio && ratio <= kMostRatio; };
  return in_range(costs.render_ratio) && in_range(costs.plan_ratio) ? std::optional(costs) : std::nullopt;
}

}  // namespace

std::optional<SeenCosts> read_costs_in_service(const std::filesystem::path& folder) {
  std::ifstream in(folder / kSeenCostsFile, std::ios::binary);
  if (!in) return std::nullopt;
  std::array<char, kMostBytes> buffer{};
  in.read(buffer.data(), buffer.size());
  return parse({buffer.data(), static_cast<std::size_t>(in.gcount())});
}

std::optional<SeenCosts> read_seen_costs(const std::filesystem::path& folder) {
  const auto seen = read_costs_in_service(folder);
  return seen ? seen : prepared(folder);
}

Result<void> write_seen_costs(const std::filesystem::path& folder, const SeenCosts& costs) {
  const auto text = fmt::format("{{\"fixed_seconds\":{},\"render_ratio\":{},\"plan_ratio\":{}}}\n", costs.fixed_seconds,
                                costs.render_ratio, costs.plan_ratio);
  if (!parse(text)) return std::unexpected(Error{Errc::kManifestInvalid, "costs out of range: " + text});
  // A thread that encodes audio writes this: it does not wait for the disk.
  auto written = file::replace(folder / kSeenCostsFile, text, {.durability = file::Durability::kMemory});
  if (!written) return std::unexpected(Error{Errc::kFileFailure, std::move(written.error().message)});
  return {};
}

}  // namespace antiphon::voice
