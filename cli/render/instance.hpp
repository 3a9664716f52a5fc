// What is kept of an instance's TUF roles, for screens and scripts.
#pragma once

#include "base/time.hpp"
#include "json/value.hpp"
#include "tuf/kept.hpp"

#include <string>
#include <vector>

namespace mpk::cli {

/// "root 15 expired 2026-11-20, targets 12 until 2027-02-01"
std::string roles_text(const std::vector<tuf::KeptRole>& roles, Timestamp now);
/// [{"name", "version", "expires", "expired"}]
Json roles_json(const std::vector<tuf::KeptRole>& roles, Timestamp now);

}  // namespace mpk::cli
