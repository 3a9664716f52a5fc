// ModelInfo: what the files of a model say about it, with how far each fact is proven.
#pragma once

#include "model/declared.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

/// How a fact is known: read from the bytes, said by a person or a card, or concluded.
enum class Tier { verified, declared, inferred };
std::string_view to_string(Tier tier);

enum class Severity { info, low, medium, high };
std::string_view to_string(Severity severity);

/// Something that a reader of the aiBOM should know: a contradiction, something that could not be
/// read.
struct Finding {
  Severity severity;
  std::string code;     // stable, "parameters-contradict", "header-unreadable", …
  std::string path;     // the file, or empty
  std::string message;  // one line, names both values of a contradiction
  std::string fix;      // what to do, may be empty
  std::string pointer;  // JSON pointer into the file ("/hidden_size"), where it is JSON
};

struct Fact {
  std::string name;  // "context_length", "hidden_size", … (CycloneDX ai-ml taxonomy names)
  std::string value;
  Tier tier;
  std::string source;   // "config.json", "model.gguf", "README.md"
  std::string pointer;  // where in `source`, when that is JSON
};

struct TensorFacts {
  struct Count {
    std::uint64_t tensors = 0, parameters = 0;
  };
  std::uint64_t tensors = 0, parameters = 0;
  std::map<std::string, Count> dtypes;  // as the format spells them: "BF16", "Q4_K"
  void add(const TensorFacts& more);
};

struct License {
  std::string spdx_id;  // empty when it has none
  std::string name;     // as declared
  std::string url;
  Tier tier = Tier::declared;  // inferred: recognised from a licence text
  std::string source;
};
struct BaseModel {
  std::string name;      // "meta-llama/Llama-3.1-8B"
  std::string relation;  // "finetune", "adapter", "quantized", "merge" or empty
  std::string revision;
  std::string source;
  std::string reference = {};             // "ghcr.io/acme/base@sha256:…"
  std::string digest = {};                // of its manifest
  std::vector<License> licenses = {};     // its own
  std::string bom = {}, bom_digest = {};  // where its aiBOM is: an address or a BOM-Link
};
struct Dataset {
  std::string name;
  std::string source;
  std::string revision = {}, digest = {}, reference = {}, url = {};
  std::string description = {}, classification = {};
  std::vector<std::string> roles = {};  // "training", "fine-tuning", "validation", "testing"
  std::vector<std::string> sensitive = {};
  std::vector<License> licenses = {};
  Governance governance = {};
  std::vector<Fact> facts = {};  // what its card says: "size_categories", "annotations_creators", …
};
struct Evaluation {
  std::string task, dataset, config, split, metric, value;
  std::string source;
  std::string lower = {}, upper = {};  // of the confidence interval
  std::vector<std::pair<std::string, std::string>> details = {};
};

struct ModelInfo {
  std::string name;  // from the card or GGUF metadata; empty when nobody says
  std::string description;
  std::string family;        // "llama" (model_type, general.architecture)
  std::string architecture;  // "LlamaForCausalLM"
  std::string format;        // ModelPack: "safetensors", "gguf", "onnx", "pt"; empty: unknown
  std::string precision;     // ModelPack enum, joined by ',' by falling parameter count
  std::string quantization;  // "Q4_K_M", "awq", …
  std::string task;          // pipeline_tag
  std::string library;
  std::string tokenizer_class;
  std::string chat_template_sha256;  // hex
  std::vector<std::string> languages, tags, input_types, output_types;
  std::vector<License> licenses;
  std::vector<BaseModel> base_models;
  std::vector<Dataset> datasets;
  std::vector<Evaluation> evaluations;
  std::vector<Fact> hyperparameters;             // sorted by name
  std::string intended_use, limitations, risks;  // paragraphs of the card
  std::optional<double> co2_grams;
  std::optional<std::uint64_t> context_length;
  // "7B" as a card, a name or general.size_label says it: to compare with what was counted.
  std::vector<Fact> size_claims;
  // Of all weight files; the same weights in a second format or precision are not counted twice.
  TensorFacts tensors;
  std::map<std::string, TensorFacts> by_file;  // by path
  std::optional<TrainingRun> training;         // from --training
  std::vector<EvaluationReport> reports;       // from --evaluation
  std::vector<Finding> findings;               // sorted by (severity falling, code, path)
  // Files of which only the beginning was fetched: what it says is no better than declared.
  std::set<std::string, std::less<>> unproven;
};

}  // namespace mpk::model
