#include "cli/key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "config/config.h"
#include "process/fd.h"

namespace antiphon::cli {
namespace {

constexpr std::uintmax_t kMostBytes = std::uintmax_t{16} << 20U;

void write_all(int fd, std::string_view text, const std::filesystem::path& file) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written <= 0) throw config::Error(fmt::format("{}: cannot be written", file.string()));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0) throw config::Error(fmt::format("{}: cannot be written", file.string()));
}

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

void write_keys(const std::filesystem::path& file, const identity::KeyRing& keys) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  auto fresh = file;
  fresh += ".new";
  const process::Fd fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!fd) throw config::Error(fmt::format("{}: cannot be written", fresh.string()));
  write_all(fd.get(), keys.to_json(), fresh);
  std::filesystem::rename(fresh, file, error);
  if (error) throw config::Error(fmt::format("{}: {}", file.string(), error.message()));
}

}  // namespace antiphon::cli
