// Env: the real environment, a made one, and the directories that follow from them.
#include "base/env.hpp"

#include <cstdlib>

namespace mpk {

Result<std::filesystem::path> Env::home() const {
  auto home = get("HOME");
  if (!home) return Error{ErrorKind::usage, "HOME is not set", "set HOME to a writable directory"};
  return std::filesystem::path(std::move(*home));
}

namespace {

Result<std::filesystem::path> directory_of(const Env& env, std::string_view variable,
                                           std::string_view below_home) {
  // XDG Base Directory Specification: a relative path is invalid and to be ignored.
  if (const auto named = env.get(variable); named && named->starts_with('/')) {
    return std::filesystem::path(*named) / "mpk";
  }
  return TRY(env.home()) / below_home / "mpk";
}

}  // namespace

Result<std::filesystem::path> Env::data_dir() const {
  return directory_of(*this, "XDG_DATA_HOME", ".local/share");
}

Result<std::filesystem::path> Env::cache_dir() const {
  return directory_of(*this, "XDG_CACHE_HOME", ".cache");
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
