// What the readers of Hugging Face's JSON files share.
#pragma once

#include "json/value.hpp"
#include "model/head.hpp"
#include "model/info.hpp"

#include <optional>
#include <string>

namespace mpk::model {

/// The object in a file; nullopt: it could not be read, and that became a finding.
std::optional<Json> parse_json_file(const FileHead& file, ModelInfo& info);
/// The language model's part, which multimodal models keep in an object of its own, and its JSON
/// pointer.
struct InnerConfig {
  const Json* json = nullptr;
  std::string pointer;
};
InnerConfig text_config(const Json& config);
/// The string in "chat_template": itself, or of a list of {name, template} the one called
/// "default", else the first; nullptr: there is none.
const Json* chat_template(const Json& tokenizer_config);
/// A finding for "auto_map": transformers imports the modules that it names.
void add_remote_code(const Json& config, const std::string& path, ModelInfo& info);

}  // namespace mpk::model
