#include "cli/player.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace antiphon::cli {
namespace {

/// Where the player finds its end of the pipe.
const std::string kPipe = "/dev/fd/" + std::to_string(process::kInheritedFd);

struct Command {
  std::filesystem::path executable;
  std::vector<std::string> arguments;
};

/// One of the players that play a WAV from a pipe.
Command find_player() {
  const std::array<std::pair<std::string, std::vector<std::string>>, 3> players = {{
      {"aplay", {"-q", kPipe}},
      {"ffplay", {"-loglevel", "error", "-nodisp", "-autoexit", kPipe}},
      {"play", {"-q", "-t", "wav", kPipe}},
  }};
  for (const auto& [name, arguments] : players) {
    for (const std::filesystem::path folder : {"/usr/local/bin", "/usr/bin", "/bin"}) {
      std::error_code error;
      if (std::filesystem::exists(folder / name, error)) return {.executable = folder / name, .arguments = arguments};
    }
  }
  throw std::runtime_error(
      "there is no player: install alsa-utils, ffmpeg or sox, or name a program that plays a WAV with --play=PROGRAM");
}

boost::asio::awaitable<void> wait_for(process::Child& child, process::ExitStatus& status) {
  status = co_await child.wait();
}

}  // namespace

Player::Player(const std::filesystem::path& program) {
  auto command = program.empty() ? find_player() : Command{.executable = program, .arguments = {kPipe}};
  name_ = command.executable.filename().string();
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  const process::Fd from(ends[0]);
  to_ = process::Fd(ends[1]);
  auto child = process::Child::spawn(loop_.get_executor(), {.executable = std::move(command.executable),
                                                            .arguments = std::move(command.arguments),
                                                            .inherited = from.get()});
  if (!child) throw std::runtime_error(name_ + " cannot be started: " + child.error().message);
  child_ = *std::move(child);
}

std::filesystem::path Player::input() const { return "/dev/fd/" + std::to_string(to_.get()); }

void Player::finish() {
  to_.reset();
  process::ExitStatus status;
  boost::asio::co_spawn(loop_, wait_for(*child_, status), boost::asio::detached);
  loop_.run();
  if (!status.success()) throw std::runtime_error(name_ + " failed: " + process::describe(status));
}

}  // namespace antiphon::cli
