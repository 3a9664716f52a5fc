// Documents: the JSON files beside the weights, for what is compared between several of them.
#pragma once

#include "json/value.hpp"
#include "model/head.hpp"
#include "model/info.hpp"
#include "model/tokenizer_file.hpp"
#include "model/weights.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::model {

struct Document {
  std::string path;
  Json json;  // an object
};

struct Documents {
  std::optional<Document> config, generation, tokenizer_config, adapter, model_index, pooling;
  SharedTokenizer tokenizer;  // null: there is none
  std::string tokenizer_path;
};

/// The file of this name that speaks for the whole model: the one at the top, or the only one of
/// the topmost directory that has any (diffusers keeps one config.json for each part).
const FileHead* find_file(const Heads& heads, std::string_view name);

/// What can be parsed; what can't be is the finding of its own reader, but for tokenizer.json,
/// whose finding is added here.
Documents parse_documents(const Heads& heads, ModelInfo& info);

/// A member of the object or of its language model's part, with its JSON pointer.
struct Member {
  const Json* json = nullptr;
  std::string pointer;
};
Member config_member(const Json& config, const std::string& key);
std::optional<std::uint64_t> config_number(const Json& config, const std::string& key);

}  // namespace mpk::model
