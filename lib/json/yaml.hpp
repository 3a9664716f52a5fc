// YAML 1.2 (libyaml) read into Json under strict rules; positions stay available for errors.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace mpk::json {

struct YamlPosition {
  std::size_t line = 0, column = 0;  // 1-based
};

struct YamlDocument {
  std::shared_ptr<const Json> value;
  /// By field path as json::Field prints it ("$.signers[0].issuer").
  std::map<std::string, YamlPosition> positions;
  /// "policy.yaml:14:3", the nearest known ancestor of `path`.
  std::string where(std::string_view name, std::string_view path) const;
  /// An error of json::Field, which starts with the path, for people: usage, with where() before
  /// it.
  Error located(std::string_view name, const Error& error) const;
};

/// Core schema scalars (null, true/false, int, float; quoted = string). malformed, with
/// "name:line:column": syntax, duplicate keys, anchors and aliases, tags, merge keys, several
/// documents, non-string keys, tabs as indent; too_large: limits::kYamlDocument, depth.
/// An empty document is null.
Result<YamlDocument> parse_yaml(std::string_view text, std::string_view name);

}  // namespace mpk::json
