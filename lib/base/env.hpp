// Env: the environment and the well-known directories, handed in so that tests can make their own.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mpk {

/// Thread-safe as long as nobody calls setenv.
class Env {
 public:
  virtual ~Env() = default;
  /// Unset and empty are the same.
  virtual std::optional<std::string> get(std::string_view name) const = 0;

  /// $HOME; usage when unset.
  Result<std::filesystem::path> home() const;
  /// $XDG_DATA_HOME/mpk or ~/.local/share/mpk (the local store lives there).
  Result<std::filesystem::path> data_dir() const;
  /// $XDG_CACHE_HOME/mpk or ~/.cache/mpk: what can be lost without harm.
  Result<std::filesystem::path> cache_dir() const;
};

class SystemEnv final : public Env {
 public:
  std::optional<std::string> get(std::string_view name) const override;
};

class MapEnv final : public Env {
 public:
  MapEnv() = default;
  explicit MapEnv(std::map<std::string, std::string> values) : values_(std::move(values)) {}
  std::optional<std::string> get(std::string_view name) const override;
  void set(std::string name, std::string value) { values_[std::move(name)] = std::move(value); }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace mpk
