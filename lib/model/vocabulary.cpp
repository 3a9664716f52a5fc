// check_vocabulary: every token that a file names must be one that the model has a row for.
#include "base/text.hpp"
#include "model/collect.hpp"
#include "model/consistency.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace mpk::model {
namespace {

using Ids = std::set<std::uint64_t>;

/// A number or a list of numbers; -1 and null say that there is no such token.
Ids ids_of(const Json* value) {
  Ids out;
  if (!value) return out;
  if (value->is_number_unsigned()) out.insert(value->get<std::uint64_t>());
  if (!value->is_array()) return out;
  for (const Json& item : *value) {
    if (item.is_number_unsigned() && out.size() < kListItems) out.insert(item.get<std::uint64_t>());
  }
  return out;
}

std::string text_of(const Ids& ids) {
  std::vector<std::string> out;
  for (const std::uint64_t id : ids) {
    if (out.size() == 8) break;
    out.push_back(std::to_string(id));
  }
  return join(out, ", ");
}

bool meet(const Ids& a, const Ids& b) {
  return std::any_of(a.begin(), a.end(), [&](std::uint64_t id) { return b.contains(id); });
}

constexpr auto kIds = std::to_array<const char*>({"bos_token_id", "eos_token_id", "pad_token_id"});

class Check {
 public:
  Check(const Documents& documents, const Weights& weights, ModelInfo& info)
      : documents_(documents), weights_(weights), info_(info) {
    if (const Fact* size = find_fact(info, "vocab_size")) {
      if (const auto number = parse_u64(size->value)) vocabulary_ = *number;
      vocabulary_source_ = size->source;
    }
  }

  void run() {
    if (documents_.tokenizer) tokenizer(*documents_.tokenizer);
    for (const char* key : kIds) ids(key);
    if (weights_.format == Format::gguf) gguf();
  }

 private:
  std::string vocabulary_text() const {
    return "vocab_size is " + std::to_string(*vocabulary_) + " in " +
           printable(vocabulary_source_, 200);
  }

  void tokenizer(const TokenizerFile& file) {
    const std::string& path = documents_.tokenizer_path;
    const auto fact = [&](const char* name, std::string value, const char* pointer) {
      add_fact(info_, {name, std::move(value), Tier::verified, path, pointer});
    };
    fact("tokenizer_model", file.type, "/model/type");
    fact("tokenizer_vocab_size", std::to_string(file.tokens), "/model/vocab");
    const auto special = std::count_if(file.added.begin(), file.added.end(),
                                       [](const auto& token) { return token.special; });
    fact("special_tokens", std::to_string(special), "/added_tokens");
    // A row for nobody is common (sizes are rounded up); a token without a row is not.
    if (!vocabulary_) return;
    if (file.largest_id && *file.largest_id >= *vocabulary_) {
      add_finding(info_, Severity::medium, "vocabulary-contradicts", path,
                  "its vocabulary goes up to token " + std::to_string(*file.largest_id) + ", " +
                      vocabulary_text(),
                  "take the tokenizer that the model was trained with", "/model/vocab");
    } else if (file.largest_added_id && *file.largest_added_id >= *vocabulary_) {
      add_finding(info_, Severity::low, "vocabulary-contradicts", path,
                  "added token " + std::to_string(*file.largest_added_id) +
                      " is out of the vocabulary, " + vocabulary_text(),
                  "remove the added token, or resize the embedding", "/added_tokens");
    }
  }

  void out_of_vocabulary(const std::string& key, const Ids& ids, const std::string& path,
                         const std::string& pointer) {
    if (!vocabulary_ || ids.empty() || *ids.rbegin() < *vocabulary_) return;
    add_finding(info_, Severity::medium, "token-out-of-vocabulary", path,
                key + " is " + std::to_string(*ids.rbegin()) + ", " + vocabulary_text(),
                "name a token of the vocabulary", pointer);
  }

  void ids(const std::string& key) {
    Ids config, generation;
    // A model without a head writes no tokens; configs of SigLIP name some beyond its vocabulary.
    const bool headless = info_.architecture.ends_with("Model") &&
                          info_.architecture.find("LMHead") == info_.architecture.npos;
    if (documents_.config && !headless) {
      const Member member = config_member(documents_.config->json, key);
      config = ids_of(member.json);
      out_of_vocabulary(key, config, documents_.config->path, member.pointer);
    }
    if (documents_.generation) {
      const auto member = documents_.generation->json.find(key);
      if (member != documents_.generation->json.end()) generation = ids_of(&*member);
      out_of_vocabulary(key, generation, documents_.generation->path, "/" + key);
    }
    // A chat model stops at more tokens than its base did: they must only have one in common.
    if (!config.empty() && !generation.empty() && !meet(config, generation)) {
      add_finding(info_, Severity::low, "token-ids-contradict", documents_.generation->path,
                  key + " is " + text_of(generation) + ", in " +
                      printable(documents_.config->path, 200) + " it is " + text_of(config),
                  "make both name the token that the model was trained with", "/" + key);
    }
    config.merge(generation);
    if (key != "eos_token_id") return;
    end_token(config);
    if (documents_.config && documents_.generation) end_tokens_ = std::move(config);
  }

  /// The text of the end token, and the id under which the tokenizer has it.
  void end_token(const Ids& known) {
    const Fact* token = find_fact(info_, "eos_token");
    const TokenizerFile* file = documents_.tokenizer.get();
    if (!token || !file || known.empty()) return;
    const auto* added = file->find(token->value);
    if (!added || known.contains(added->id)) return;
    add_finding(info_, Severity::low, "token-ids-contradict", token->source,
                "eos_token " + printable(token->value, 80) + " is token " +
                    std::to_string(added->id) + ", eos_token_id is " + text_of(known),
                "make both name the token at which the model stops", token->pointer);
  }

  void gguf() {
    const std::string& path = weights_.counted.front();
    const GgufHeader& header = weights_.gguf.at(path);
    const auto tokens = header.array_sizes.find("tokenizer.ggml.tokens");
    if (tokens == header.array_sizes.end()) return;
    add_fact(info_, {"tokenizer_vocab_size", std::to_string(tokens->second), Tier::verified, path});
    // llama.cpp loads no other embedding.
    for (const Tensor* tensor : counted_tensors(weights_)) {
      if (tensor->name != "token_embd.weight" || tensor->shape.size() != 2) continue;
      if (tensor->shape[0] == tokens->second) continue;
      add_finding(info_, Severity::medium, "vocabulary-contradicts", path,
                  "tokenizer.ggml.tokens has " + std::to_string(tokens->second) +
                      " tokens, token_embd.weight has " + std::to_string(tensor->shape[0]) +
                      " rows",
                  "convert the model again");
    }
    for (const char* key : kIds) {
      const std::string name =
          "tokenizer.ggml." +
          (std::string_view(key) == "pad_token_id" ? "padding_token_id" : std::string(key));
      const auto id = header.integers.find(name);
      if (id == header.integers.end()) continue;
      if (id->second >= tokens->second) {
        add_finding(info_, Severity::medium, "token-out-of-vocabulary", path,
                    name + " is " + std::to_string(id->second) + ", there are " +
                        std::to_string(tokens->second) + " tokens",
                    "name a token of the vocabulary");
      } else if (std::string_view(key) == "eos_token_id" && !end_tokens_.empty() &&
                 !end_tokens_.contains(id->second)) {
        add_finding(info_, Severity::low, "token-ids-contradict", path,
                    name + " is " + std::to_string(id->second) + ", eos_token_id is " +
                        text_of(end_tokens_) + " in the JSON files",
                    "make both name the token at which the model stops");
      }
    }
  }

  const Documents& documents_;
  const Weights& weights_;
  ModelInfo& info_;
  std::optional<std::uint64_t> vocabulary_;
  std::string vocabulary_source_;
  Ids end_tokens_;  // of config.json and generation_config.json, when both are there
};

}  // namespace

void check_vocabulary(const Documents& documents, const Weights& weights, ModelInfo& info) {
  Check(documents, weights, info).run();
}

}  // namespace mpk::model
