// inspect: the readers in the order of their authority, then the comparisons between them.
#include "model/inspect.hpp"

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "model/collect.hpp"
#include "model/consistency.hpp"
#include "model/contradictions.hpp"
#include "model/dataset_card.hpp"
#include "model/documents.hpp"
#include "model/gguf_info.hpp"
#include "model/huggingface.hpp"
#include "model/precision.hpp"
#include "model/shapes.hpp"
#include "model/tasks.hpp"

#include <algorithm>
#include <tuple>

namespace mpk::model {
namespace {

void read_onnx_metadata(const OnnxHeader& header, const std::string& path, ModelInfo& info) {
  add_fact(info, {"opset", cut(join(header.opsets, ", "), kShortText), Tier::verified, path});
  std::string producer = header.producer_name;
  if (!header.producer_version.empty()) producer += " " + header.producer_version;
  add_fact(info, {"producer", cut(producer, kShortText), Tier::declared, path});
  set_if_empty(info.description, cut(header.doc_string, kLongText));
}

void read_pytorch_metadata(const PytorchHeader& header, const std::string& path, ModelInfo& info) {
  using Layout = PytorchHeader::Layout;
  std::string_view layout = "torch.save";
  if (header.layout == Layout::legacy) layout = "torch.save before 1.6";
  if (header.layout == Layout::torchscript) layout = "TorchScript";
  add_fact(info, {"serialization", std::string(layout), Tier::verified, path});
  add_fact(info, {"state_dict_key", header.state.key, Tier::verified, path});
}

void read_documents(const Heads& heads, ModelInfo& info) {
  const auto read = [&](std::string_view name, void (*reader)(const FileHead&, ModelInfo&)) {
    if (const FileHead* head = find_file(heads, name)) reader(*head, info);
  };
  // transformers prefers this file over the tokenizer's member.
  if (const FileHead* jinja = find_file(heads, "chat_template.jinja"); jinja && jinja->whole) {
    info.chat_template_sha256 = crypto::sha256(jinja->bytes).hex();
  }
  read("README.md", read_model_card);
  read("adapter_config.json", read_adapter_config);
  read("config.json", read_config_json);
  read("tokenizer_config.json", read_tokenizer_config);
  read("generation_config.json", read_generation_config);
  read("preprocessor_config.json", read_preprocessor_config);
  read("processor_config.json", read_preprocessor_config);
  read("model_index.json", read_model_index);
  // After the model's card: a dataset that it names is the one that lies beside it.
  read_dataset_cards(heads, info);
}

// Of a remote file only the beginning may have been fetched, which its digest does not prove.
void lower_unproven(const std::vector<FileHead>& heads, ModelInfo& info) {
  for (const FileHead& head : heads) {
    if (!head.proven) info.unproven.insert(head.path);
  }
  for (Fact& fact : info.hyperparameters) {
    const bool read = fact.tier == Tier::verified;
    // Shapes confirm what a config says; they stand in the weights.
    if (read && !info.unproven.empty()) fact.tier = Tier::declared;
  }
}

void sort_all(ModelInfo& info) {
  std::sort(info.hyperparameters.begin(), info.hyperparameters.end(),
            [](const Fact& a, const Fact& b) { return a.name < b.name; });
  sort_findings(info);
}

}  // namespace

ModelInfo inspect(const std::vector<FileHead>& heads) {
  Heads by_path;
  for (const FileHead& head : heads) by_path.emplace(head.path, &head);
  ModelInfo info;
  read_documents(by_path, info);
  Weights weights = read_weights(by_path, info);
  check_shards(by_path, weights, info);
  if (weights.format == Format::gguf) {
    const std::string& first = weights.counted.front();
    read_gguf_metadata(weights.gguf.at(first), first, info);
  }
  if (weights.format == Format::onnx) {
    const std::string& first = weights.counted.front();
    read_onnx_metadata(weights.onnx.at(first), first, info);
  }
  if (weights.format == Format::pytorch && !weights.counted.empty()) {
    const std::string& first = weights.counted.front();
    read_pytorch_metadata(weights.pytorch.at(first), first, info);
  }
  info.precision = precision_of(info.tensors);
  check_file_types(weights, info);
  const Documents documents = parse_documents(by_path, info);
  check_shapes(weights, info);
  check_experts(weights, info);
  check_adapter(documents, weights, info);
  check_vocabulary(documents, weights, info);
  check_chat_templates(by_path, documents, weights, info);
  check_classes(by_path, documents, weights, info);
  check_base_models(by_path, documents, weights, info);
  check_packed_weights(documents, weights, info);
  check_shard_headers(weights, info);
  check_parts(by_path, documents, info);
  check_precision(weights, info);
  check_size_claims(weights, info);
  check_licenses(by_path, info);
  check_deprecated_licenses(info);
  check_external_data(by_path, weights, info);
  add_task_types(info);
  lower_unproven(heads, info);
  sort_all(info);
  return info;
}

}  // namespace mpk::model
