// socket(2), bind(2), listen(2).
#include "http/server_listen.hpp"

#include "base/text.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace mpk::http {
namespace {

constexpr int kBacklog = 1024;  // a burst of connections is not refused

struct Address {
  sockaddr_storage value{};
  socklen_t size = 0;
};

Result<Address> parse_address(const std::string& text, std::uint16_t port) {
  Address made;
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&made.value);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&made.value);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    made.size = sizeof *v4;
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    made.size = sizeof *v6;
  } else {
    return Error(ErrorKind::usage,
                 "listening address: expected an IP address, found '" + printable(text, 64) + "'",
                 "0.0.0.0 and :: listen on every address");
  }
  return made;
}

bool set(int fd, int level, int option, int value) {
  return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

}  // namespace

Result<ListeningSocket> listen_on(const std::string& address, std::uint16_t port) {
  auto where = TRY(parse_address(address, port));
  auto* const raw = reinterpret_cast<sockaddr*>(&where.value);
  const int family = where.value.ss_family;
  Fd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // Without TCP_NODELAY, which connections inherit, a kept-alive request takes 44 ms.
  if (!fd || !set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1) ||
      !set(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1) ||
      (family == AF_INET6 && !set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0)) ||
      ::bind(fd.get(), raw, where.size) != 0 || ::listen(fd.get(), kBacklog) != 0 ||
      ::getsockname(fd.get(), raw, &where.size) != 0) {
    const int fault = errno;
    const std::string host = family == AF_INET6 ? "[" + address + "]" : address;
    return Error(ErrorKind::io, host + ":" + std::to_string(port) + ": can't listen: " +
                                    lower_ascii(std::generic_category().message(fault)));
  }
  const auto bound = family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(raw)->sin6_port
                                        : reinterpret_cast<sockaddr_in*>(raw)->sin_port;
  return ListeningSocket{std::move(fd), ntohs(bound)};
}

std::string text_of(const sockaddr_storage& address) {
  constexpr std::string_view kMapped = "::ffff:";
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* const raw =
      address.ss_family == AF_INET6
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr)
          : &reinterpret_cast<const sockaddr_in*>(&address)->sin_addr;
  if (::inet_ntop(address.ss_family, raw, text.data(), text.size()) == nullptr) return {};
  std::string_view shown = text.data();
  if (shown.starts_with(kMapped) && shown.find('.') != std::string_view::npos) {
    shown.remove_prefix(kMapped.size());
  }
  return std::string(shown);
}

}  // namespace mpk::http
