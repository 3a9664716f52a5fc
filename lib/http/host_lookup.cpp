// Host look-up by getaddrinfo.
#include "http/host_lookup.hpp"

#include <netdb.h>

namespace mpk::http {

bool host_may_exist(const std::string& host) {
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), nullptr, nullptr, &found);
  if (found != nullptr) freeaddrinfo(found);
  return code != EAI_NONAME;
}

}  // namespace mpk::http
