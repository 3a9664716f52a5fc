// Trusted certificates in one text.
#include "http/tls_files.hpp"

#include "base/file.hpp"

#include <cstdlib>

namespace mpk::http {
namespace {

constexpr std::size_t kBundle = 16U << 20;  // Debian's has 220 KiB

}  // namespace

Result<std::string> with_usual_authorities(const std::string& more, const char* usual_file) {
  const char* chosen = std::getenv("SSL_CERT_FILE");
  const bool is_chosen = chosen != nullptr && *chosen != '\0';
  const char* file = is_chosen ? chosen : usual_file;
  if (file == nullptr) return more;
  auto usual = read_file(file, kBundle);
  if (!usual && usual.error().kind() == ErrorKind::not_found && !is_chosen) return more;
  if (!usual) return std::move(usual).error().with("trusted certificates");
  return *std::move(usual) + "\n" + more;
}

}  // namespace mpk::http
