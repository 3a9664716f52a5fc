// How a line says who signed, and where that is logged.
#pragma once

#include <string>

namespace mpk::cli {

/// "as ci@example.com (issuer https://…)"; without an issuer "with key.pem".
std::string signed_by(const std::string& identity, const std::string& issuer);
/// " · https://log #7"; empty without a log.
std::string logged_at(const std::string& log_url, const std::string& log_index);

}  // namespace mpk::cli
