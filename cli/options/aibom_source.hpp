// An aiBOM named by a word: a file, standard input, or what is attached to an artifact.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"
#include "options/options.hpp"
#include "session.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace mpk::cli {

struct LoadedAibom {
  std::optional<Json> document;  // none: refused, and said so
  int exit_code = 0;             // then: 20 none is attached, 21 not JSON or not CycloneDX
  std::string signed_by;         // empty: nobody, or it was not to be seen
};

/// Of an artifact the one whose signature verifies, with a word about who signed; else any that can
/// be read, with a warning. Nothing else is validated. usage: no such file; errors of the registry.
Result<LoadedAibom> load_aibom(Session& session, const RegistryOptions& registry,
                               const TrustOptions& trust, const std::string& source);

}  // namespace mpk::cli
