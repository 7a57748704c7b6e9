#include "cli/key_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>

#include "config/config.h"
#include "file/lock.h"
#include "file/writer.h"

namespace antiphon::cli {
namespace {

constexpr std::uintmax_t kMostBytes = std::uintmax_t{16} << 20U;

}  // namespace

identity::KeyRing read_keys(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error) && !error) return {};
  if (std::filesystem::file_size(file, error) > kMostBytes || error) {
    throw config::Error(fmt::format("{}: not a file of keys", file.string()));
  }
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) throw config::Error(fmt::format("{}: cannot be read", file.string()));
  auto keys = identity::KeyRing::parse(text);
  if (!keys) throw config::Error(fmt::format("{}: {}", file.string(), keys.error()));
  return std::move(*keys);
}

void change_keys(const std::filesystem::path& file, const std::function<void(identity::KeyRing&)>& change) {
  std::error_code error;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), error);
  const auto lock = file::Lock::take(file);
  if (!lock) throw config::Error(lock.error().message);
  auto keys = read_keys(file);
  change(keys);
  constexpr mode_t kOwnerAlone = S_IRUSR | S_IWUSR;
  const auto written = file::replace(file, keys.to_json(), {.mode = kOwnerAlone});
  if (!written) throw config::Error(written.error().message);
}

}  // namespace antiphon::cli
