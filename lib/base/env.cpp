// Env: the real environment, a made one, and the directories that follow from them.
#include "base/env.hpp"

#include <cstdlib>

namespace mpk {

Result<std::filesystem::path> Env::home() const {
  auto home = get("HOME");
  if (!home) return Error{ErrorKind::usage, "HOME is not set", "set HOME to a writable directory"};
  return std::filesystem::path(std::move(*home));
}

Result<std::filesystem::path> Env::data_dir() const {
  // XDG Base Directory Specification: a relative path is invalid and to be ignored.
  if (const auto data = get("XDG_DATA_HOME"); data && data->starts_with('/')) {
    return std::filesystem::path(*data) / "mpk";
  }
  return TRY(home()) / ".local/share/mpk";
}

std::optional<std::string> SystemEnv::get(std::string_view name) const {
  const char* const value = std::getenv(std::string(name).c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

std::optional<std::string> MapEnv::get(std::string_view name) const {
  const auto found = values_.find(std::string(name));
  if (found == values_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

}  // namespace mpk
