#include "gateway/test_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cctype>
#include <vector>

namespace antiphon::gateway {
namespace {

using boost::asio::ip::tcp;

void send(tcp::socket& socket, std::uint16_t port, std::string_view method, std::string_view target,
          std::string_view body, std::string_view more_headers) {
  socket.connect({boost::asio::ip::address_v4::loopback(), port});
  std::string request = fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n{}", method, target,
                                    port, more_headers);
  if (!body.empty()) request += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  request += "\r\n";
  request += body;
  boost::asio::write(socket, boost::asio::buffer(request));
}

/// The body of chunked framing; complete is whether the last chunk was there.
void unchunk(std::string_view framed, Reply& reply) {
  while (true) {
    const auto line = framed.find("\r\n");
    if (line == std::string_view::npos) return;
    const auto size = std::stoul(std::string(framed.substr(0, line)), nullptr, 16);
    framed.remove_prefix(line + 2);
    if (size == 0) {
      reply.complete = framed == "\r\n";
      return;
    }
    reply.body += framed.substr(0, size);
    if (framed.size() < size + 2) return;
    framed.remove_prefix(size + 2);
  }
}

Reply parse(std::string_view answer, std::string_view method) {
  Reply reply;
  const auto end = answer.find("\r\n\r\n");
  if (end == std::string_view::npos) return reply;
  auto head = answer.substr(0, end + 2);
  reply.status = std::stoi(std::string(head.substr(9, 3)));
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.empty()) {
    const auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    const auto colon = line.find(": ");
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    reply.headers[name] = line.substr(colon + 2);
  }
  const auto body = answer.substr(end + 4);
  if (reply.headers.contains("transfer-encoding")) {
    unchunk(body, reply);
  } else {
    reply.body = body;
    const auto& length = reply.headers["content-length"];
    reply.complete = method == "HEAD" || body.size() == (length.empty() ? 0 : std::stoul(length));
  }
  return reply;
}

}  // namespace

Reply ask(std::uint16_t port, std::string_view method, std::string_view target, std::string_view body,
          std::string_view more_headers) {
  boost::asio::io_context context;
  tcp::socket socket(context);
  send(socket, port, method, target, body, more_headers);
  std::string answer;
  boost::system::error_code ended;
  boost::asio::read(socket, boost::asio::dynamic_buffer(answer), ended);
  return parse(answer, method);
}

void ask_and_leave(std::uint16_t port, std::string_view target, std::string_view body, std::size_t bytes,
                   std::string_view more_headers) {
  boost::asio::io_context context;
  tcp::socket socket(context);
  send(socket, port, "POST", target, body, more_headers);
  std::vector<char> some(bytes);
  boost::system::error_code ended;
  boost::asio::read(socket, boost::asio::buffer(some), ended);
}

}  // namespace antiphon::gateway
