// other_weights: which of them speaks for the model, and the facts of Keras and TensorFlow.
#include "model/other_weights.hpp"

#include "base/text.hpp"
#include "model/collect.hpp"
#include "model/inspect.hpp"
#include "model/keras.hpp"
#include "model/names.hpp"
#include "model/saved_model.hpp"
#include "model/tensor_bundle.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace mpk::model {
namespace {

struct Row {
  Format format;
  std::string_view name;  // ModelPack's config.format; the specification leaves the words open
};
/// The one that is described comes first: a conversion stands behind what it was made from.
constexpr auto kOrder = std::to_array<Row>({
    {Format::keras, "keras"},
    {Format::hdf5, "hdf5"},
    {Format::saved_model, "tensorflow"},
    {Format::tflite, "tflite"},
    {Format::openvino, "openvino"},
    {Format::coreml, "coreml"},
    {Format::npz, "npz"},
});

void note_lambdas(const KerasHeader& header, const std::string& path, ModelInfo& info) {
  if (header.lambdas.empty()) return;
  const std::size_t more = header.lambdas.size() - 1;
  add_finding(info, Severity::medium, "remote-code", path,
              "Lambda layer " + printable(header.lambdas.front(), 80) +
                  (more == 0 ? "" : " and " + std::to_string(more) + " more") +
                  " holds code that loading the model runs",
              "write it as a layer class, or load with safe_mode");
}

void unreadable(const std::string& path, const Error& error, ModelInfo& info) {
  const bool broken = error.kind() == ErrorKind::malformed;
  add_finding(info, broken ? Severity::high : Severity::low, "header-unreadable", path,
              error.text(), broken ? "get the file from its source again" : "");
}

void add_keras(const KerasHeader& header, const std::string& path, Tier tier, ModelInfo& info) {
  set_if_empty(info.architecture, header.class_name);
  set_if_empty(info.library, "keras");
  add_fact(info, {"keras_version", header.version, tier, path});
  if (header.layers > 0) add_fact(info, {"layers", std::to_string(header.layers), tier, path});
  add_fact(info, {"inputs", cut(join(header.inputs, ", "), kShortText), tier, path});
}

void add_saved_model(const SavedModelHeader& header, const std::string& path, ModelInfo& info) {
  const auto fact = [&](const char* name, const std::vector<std::string>& values) {
    add_fact(info, {name, cut(join(values, ", "), kShortText), Tier::verified, path});
  };
  set_if_empty(info.library, "tensorflow");
  fact("tags", header.tags);
  fact("signatures", header.signatures);
  fact("inputs", header.inputs);
  fact("outputs", header.outputs);
  add_fact(info, {"tensorflow_version", cut(header.tensorflow_version, kShortText), Tier::verified,
                  path});
}

void count(const TensorFacts& tensors, bool training_state, const std::string& path,
           ModelInfo& info) {
  if (training_state) {
    add_finding(info, Severity::info, "training-state", path,
                "state of an optimizer is not counted",
                "leave it out of what is shipped for inference");
  }
  if (tensors.tensors == 0) return;
  info.by_file[path] = tensors;
  info.tensors.add(tensors);
}

void count_keras(const FileHead& head, ModelInfo& info) {
  const auto weights = read_keras_weights(head);
  if (!weights) return unreadable(head.path, weights.error(), info);
  if (*weights) count((*weights)->tensors, (*weights)->training_state, head.path, info);
}

/// What the data files have must be what the index says, tensor by tensor.
void check_data_files(const Heads& heads, const TensorBundle& bundle, const std::string& path,
                      ModelInfo& info) {
  const std::string stem = path.substr(0, path.rfind('.'));
  for (std::size_t i = 0; i < bundle.sizes.size(); ++i) {
    const auto name = fmt::format("{}.data-{:05}-of-{:05}", stem, i, bundle.sizes.size());
    const auto data = heads.find(name);
    if (data == heads.end()) {
      return add_finding(info, Severity::high, "shard-missing", path,
                         printable(name, 200) + " is not there", "get the complete model");
    }
    if (data->second->size >= bundle.sizes[i]) continue;
    return unreadable(name,
                      Error(ErrorKind::malformed, "has " + std::to_string(data->second->size) +
                                                      " bytes, the index says " +
                                                      std::to_string(bundle.sizes[i])),
                      info);
  }
}

void add_variables(const Heads& heads, const std::string& model, ModelInfo& info) {
  const std::string path = std::string(directory(model)) + "variables/variables.index";
  const auto head = heads.find(path);
  if (head == heads.end()) return;
  const auto bundle = read_tensor_bundle(*head->second);
  if (!bundle) return unreadable(path, bundle.error(), info);
  check_data_files(heads, *bundle, path, info);
  count(bundle->tensors, bundle->training_state, path, info);
}

}  // namespace

bool is_other_weights(const FileHead& head) {
  const Format format = detect_format(head);
  if (std::ranges::find(kOrder, format, &Row::format) == kOrder.end()) return false;
  // OpenVINO's graph is a configuration; its weights in the .bin beside say nothing.
  return format == Format::openvino || classify(head) == Kind::weight;
}

void note_other_weights(const FileHead& head, Weights& weights, ModelInfo& info) {
  const Format format = detect_format(head);
  weights.others.emplace(format, head.path);
  if (format == Format::keras) {
    const auto header = read_keras(head);
    if (!header) return unreadable(head.path, header.error(), info);
    note_lambdas(*header, head.path, info);
  } else if (format == Format::hdf5) {
    note_lambdas(read_keras_hdf5(head), head.path, info);
  } else if (format == Format::saved_model) {
    const auto header = read_saved_model(head);
    if (!header) unreadable(head.path, header.error(), info);
  }
}

void describe_other_weights(const Heads& heads, const Weights& weights, ModelInfo& info) {
  if (!info.format.empty()) return;
  const auto row = std::ranges::find_if(
      kOrder, [&](const Row& each) { return weights.others.contains(each.format); });
  if (row == kOrder.end()) return;
  info.format = row->name;
  const std::string& path = weights.others.find(row->format)->second;
  const FileHead& head = *heads.at(path);
  if (row->format == Format::keras) {
    const auto header = read_keras(head);
    if (!header) return;
    add_keras(*header, path, Tier::verified, info);
    count_keras(head, info);
  } else if (row->format == Format::hdf5) {
    count_keras(head, info);
    const KerasHeader header = read_keras_hdf5(head);
    if (header.class_name.empty()) return;
    info.format = "keras";
    // Found by its text, not by the file's structure.
    add_keras(header, path, Tier::inferred, info);
  } else if (row->format == Format::saved_model) {
    if (const auto header = read_saved_model(head)) add_saved_model(*header, path, info);
    add_variables(heads, path, info);
  }
}

}  // namespace mpk::model
