#include "config/bounded_file.h"

#include <fmt/format.h>

#include <fstream>

#include "config/config.h"

namespace antiphon::config {

std::string read_bounded(const std::filesystem::path& file, std::size_t most_mib) {
  const auto most = most_mib << 20U;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(fmt::format("{}: cannot be read", file.string()));
  std::string text(most + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) throw Error(fmt::format("{}: cannot be read", file.string()));
  if (text.size() > most) throw Error(fmt::format("{}: larger than {} MiB", file.string(), most_mib));
  return text;
}

}  // namespace antiphon::config
