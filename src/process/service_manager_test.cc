#include "process/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>

#include "process/fd.h"

namespace antiphon::process {
namespace {

/// A manager's datagram socket with an abstract name ('@' first, as in NOTIFY_SOCKET).
Fd listen_as(std::string name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name[0] = '\0';
  std::memcpy(address.sun_path, name.data(), name.size());
  Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  EXPECT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
  return fd;
}

std::string received(const Fd& fd) {
  std::array<char, 256> buffer{};
  const auto count = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
  return count < 0 ? std::string("nothing") : std::string(buffer.data(), static_cast<std::size_t>(count));
}

TEST(ServiceManager, EachStateIsOneDatagram) {
  const auto name = "@antiphon-notify-" + std::to_string(::getpid());
  const auto manager = listen_as(name);
  const ServiceManager told(name);
  ASSERT_TRUE(told.tell("READY=1"));
  ASSERT_TRUE(told.tell("WATCHDOG=1"));
  EXPECT_EQ(received(manager), "READY=1");
  EXPECT_EQ(received(manager), "WATCHDOG=1");
  EXPECT_EQ(received(manager), "nothing");
}

TEST(ServiceManager, WithoutASocketThereIsNobodyToTell) { EXPECT_TRUE(ServiceManager("").tell("READY=1")); }

TEST(ServiceManager, ASocketThatCannotBeReachedIsAnError) {
  EXPECT_FALSE(ServiceManager("/nonexistent/notify").tell("READY=1"));
  EXPECT_FALSE(ServiceManager("relative").tell("READY=1"));
  EXPECT_FALSE(ServiceManager("/" + std::string(200, 'x')).tell("READY=1"));
}

TEST(ServiceManager, AFullQueueLosesTheStateAndDoesNotBlock) {
  const auto name = "@antiphon-full-" + std::to_string(::getpid());
  const auto manager = listen_as(name);
  const ServiceManager told(name);
  constexpr int kMore = 100'000;
  int sent = 0;
  while (sent < kMore && told.tell("WATCHDOG=1")) ++sent;
  EXPECT_LT(sent, kMore);
}

}  // namespace
}  // namespace antiphon::process
