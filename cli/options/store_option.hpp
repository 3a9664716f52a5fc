// Where a command that looks after a local store works.
#pragma once

#include "base/result.hpp"
#include "session.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace mpk::cli {

struct LocalLayout {
  std::filesystem::path directory;
  std::string name;  // for messages: "oci:./models", "local store"
};

/// oci:DIR, or without a word the local store. usage: a registry, a tag or a digest; not_found: no
/// local store yet.
Result<LocalLayout> local_layout(const std::optional<std::string>& where, Session& session);

}  // namespace mpk::cli
