// YAML of any number of documents, as programs write it.
#pragma once

#include "base/limits.hpp"
#include "base/result.hpp"
#include "json/yaml.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace mpk::json {

struct YamlStreamOptions {
  std::size_t max_bytes = limits::kJsonDocument;
  std::size_t max_values = limits::kJsonValues;
};

/// The documents of a stream that a program has written, such as kubectl, under the rules of
/// parse_yaml() with two differences. A plain number that JSON cannot say is text: writers in Go
/// leave out the quotes of 12e4567. Positions are those of the first two levels.
Result<std::vector<YamlDocument>> parse_yaml_stream(std::string_view text, std::string_view name,
                                                    const YamlStreamOptions& options = {});

}  // namespace mpk::json
