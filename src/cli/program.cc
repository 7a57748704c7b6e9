#include "cli/program.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <stdexcept>
#include <utility>

namespace antiphon::cli {
namespace {

boost::asio::awaitable<void> wait_for(process::Child& child, process::ExitStatus& status) {
  status = co_await child.wait();
}

}  // namespace

process::ExitStatus run_program(const std::filesystem::path& program, std::vector<std::string> arguments) {
  boost::asio::io_context loop;
  auto child = process::Child::spawn(loop.get_executor(), {.executable = program, .arguments = std::move(arguments)});
  if (!child) throw std::runtime_error(child.error().message);
  process::ExitStatus status;
  boost::asio::co_spawn(loop, wait_for(*child, status), boost::asio::detached);
  loop.run();
  return status;
}

}  // namespace antiphon::cli
