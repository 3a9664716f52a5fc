// Who signed, and where that is logged.
#include "render/signed_by.hpp"

#include "base/text.hpp"

namespace mpk::cli {

std::string signed_by(const std::string& identity, const std::string& issuer) {
  if (issuer.empty()) return "with " + printable(identity);
  return "as " + printable(identity) + " (issuer " + printable(issuer) + ")";
}

std::string logged_at(const std::string& log_url, const std::string& log_index) {
  return log_url.empty() ? "" : " · " + printable(log_url) + " #" + log_index;
}

}  // namespace mpk::cli
