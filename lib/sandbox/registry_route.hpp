// Where a registry request goes, read from its path.
#pragma once

#include <string>
#include <string_view>

namespace mpk::sandbox {

struct Route {
  enum class Kind { base, token, blob, uploads, upload, manifest, tags, referrers, unknown };
  Kind kind = Kind::unknown;
  std::string repository;  // of all but base, token and unknown
  std::string target;      // digest, tag or upload id
};

Route parse_route(std::string_view path);

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/…)*` of distribution-spec, at most 255 characters.
bool is_repository(std::string_view name);

}  // namespace mpk::sandbox
