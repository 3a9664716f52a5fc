// Listening sockets and the addresses of those who call; private to servers.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace mpk::http {

struct ListeningSocket {
  Fd fd;  // not blocking
  std::uint16_t port;
};

/// usage: `address` is no IP address; io.
Result<ListeningSocket> listen_on(const std::string& address, std::uint16_t port);

/// "10.0.0.7", "fd00::7"; of an IPv4 client of an IPv6 socket, too.
std::string text_of(const sockaddr_storage& address);

}  // namespace mpk::http
