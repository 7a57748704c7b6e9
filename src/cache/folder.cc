#include "cache/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <span>
#include <system_error>

#include "cache/entry.h"
#include "file/writer.h"
#include "process/fd.h"

namespace antiphon::cache {
namespace {

constexpr std::string_view kSuffix = ".pcm";
constexpr std::string_view kDraftSuffix = ".new";
constexpr std::size_t kBlock = 4096;
constexpr mode_t kOwnerOnly = 0600;
/// Another server that ends has given the folder up by then.
constexpr std::chrono::milliseconds kPatience{200};

std::size_t blocks_of(std::size_t bytes) { return (bytes + kBlock - 1) / kBlock * kBlock; }

std::optional<unsigned> digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

/// As file::random_draft_name() has it for an entry.
bool is_draft(std::string_view name) {
  return name.starts_with('.') && name.ends_with(kDraftSuffix) && name.contains(std::string(kSuffix) + ".");
}

/// Returns nullopt where it ends early.
std::optional<std::vector<std::byte>> read_all(int descriptor, std::size_t bytes) {
  std::vector<std::byte> all(bytes);
  for (std::size_t at = 0; at < bytes;) {
    const auto got = ::read(descriptor, all.data() + at, bytes - at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    at += static_cast<std::size_t>(got);
  }
  return all;
}

}  // namespace

std::string file_name(const Key& key) { return base::hexadecimal(key) + std::string(kSuffix); }

std::optional<Key> parse_file_name(std::string_view name) {
  Key key{};
  if (name.size() != 2 * key.size() + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const auto high = digit_of(name[2 * i]);
    const auto low = digit_of(name[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    key.at(i) = static_cast<std::uint8_t>(*high << 4U | *low);
  }
  return key;
}

std::size_t bytes_on_disk(std::size_t samples) { return blocks_of(kHeadBytes + samples * sizeof(std::int16_t)); }

base::Result<Folder, std::string> Folder::open(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::create_directories(path, error)) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  }
  if (error) return std::unexpected(fmt::format("{} cannot be made: {}", path.string(), error.message()));
  auto lock = file::Lock::take(path / "cache", kPatience);
  if (lock) return Folder(path, *std::move(lock));
  if (lock.error().code == file::Errc::kLocked)
    return std::unexpected(fmt::format("{} is the cache of another server", path.string()));
  return std::unexpected(std::move(lock.error().message));
}

std::vector<Folder::Found> Folder::list() const {
  std::vector<Found> found;
  std::error_code error;
  for (std::filesystem::directory_iterator at(path_, error), end; !error && at != end; at.increment(error)) {
    const auto name = at->path().filename().string();
    if (is_draft(name)) ::unlink(at->path().c_str());
    const auto key = parse_file_name(name);
    struct stat facts{};
    if (!key || ::lstat(at->path().c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) continue;
    constexpr std::int64_t kSecond = 1'000'000'000;
    found.push_back({.key = *key,
                     .bytes = blocks_of(static_cast<std::size_t>(facts.st_size)),
                     .used_ns = facts.st_mtim.tv_sec * kSecond + facts.st_mtim.tv_nsec});
  }
  std::ranges::sort(found, {}, &Found::used_ns);
  return found;
}

base::Result<Audio, Folder::ReadError> Folder::read(const Key& key) const {
  const auto path = path_ / file_name(key);
  const process::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return std::unexpected(ReadError::kMissing);
  struct stat facts{};
  const bool is_file = ::fstat(file.get(), &facts) == 0 && S_ISREG(facts.st_mode);
  const auto bytes = is_file && facts.st_size >= 0 ? static_cast<std::size_t>(facts.st_size) : 0;
  if (bytes > 0 && bytes <= kMostEntryBytes) {
    const auto all = read_all(file.get(), bytes);
    if (!all) return std::unexpected(ReadError::kMissing);
    if (auto audio = decode(*all, key)) {
      (void)::futimens(file.get(), nullptr);
      return *std::move(audio);
    }
  }
  remove(key);
  return std::unexpected(ReadError::kDamaged);
}

file::Result<void> Folder::write(const Key& key, const Audio& audio) const {
  auto writer =
      file::Writer::open(path_ / file_name(key), {.mode = kOwnerOnly, .durability = file::Durability::kMemory});
  if (!writer) return std::unexpected(std::move(writer.error()));
  auto written = writer->write(head_of(key, audio));
  if (written) written = writer->write(bytes_of(audio));
  if (written) written = writer->commit();
  return written;
}

void Folder::remove(const Key& key) const { ::unlink((path_ / file_name(key)).c_str()); }

}  // namespace antiphon::cache
