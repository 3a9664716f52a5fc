// keras: two JSON documents, wherever they stand.
#include "model/keras.hpp"

#include "base/text.hpp"
#include "json/parse.hpp"
#include "model/collect.hpp"
#include "model/hdf5.hpp"
#include "model/names.hpp"
#include "model/zip_head.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::model {
namespace {

constexpr std::size_t kInputs = 64;

const Json* member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto at = object.find(key);
  return at == object.end() ? nullptr : &*at;
}

/// [null, 224] as Keras writes shapes.
std::string shape_of(const Json& config) {
  const Json* shape = member(config, "batch_shape");
  if (!shape) shape = member(config, "batch_input_shape");  // Keras 2
  return shape && shape->is_array() ? cut(json::compact(*shape), kShortText) : std::string();
}

/// Layers in layers count only for Lambda: code hides at any depth.
void find_lambdas(const Json& value, KerasHeader& out) {
  if (value.is_object() && string_member(value, "class_name") == "Lambda") {
    const Json* config = member(value, "config");
    if (out.lambdas.size() < kListItems)
      out.lambdas.push_back(config ? string_member(*config, "name") : std::string());
    return;
  }
  if (!value.is_structured()) return;
  for (const Json& child : value) find_lambdas(child, out);
}

void read_config(const Json& document, KerasHeader& out) {
  out.class_name = string_member(document, "class_name");
  find_lambdas(document, out);
  const Json* config = member(document, "config");
  // Keras 1 kept a Sequential's layers as the config itself.
  const Json* layers = config && config->is_array() ? config : nullptr;
  if (config && !layers) layers = member(*config, "layers");
  if (!layers || !layers->is_array()) return;
  for (const Json& layer : *layers) {
    const bool input = layer.is_object() && string_member(layer, "class_name") == "InputLayer";
    // Sequential.layers leaves it out.
    if (!input || out.class_name != "Sequential") ++out.layers;
    const Json* described = input ? member(layer, "config") : nullptr;
    if (!described || out.inputs.size() == kInputs) continue;
    const std::string shape = shape_of(*described);
    if (!shape.empty()) out.inputs.push_back(string_member(*described, "dtype") + shape);
  }
}

/// Up to the brace that closes the first one; empty when it is not there.
std::string_view balanced(std::string_view text) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return text.substr(0, i + 1);
    }
  }
  return {};
}

}  // namespace

bool is_keras_archive(const FileHead& head) {
  const std::string first = first_zip_entry(head.bytes).name;
  if (first != "metadata.json" && first != "config.json") return false;
  return extension(head.path) == "keras" ||
         head.bytes.find("\"keras_version\"") != std::string::npos;
}

Result<std::uint64_t> keras_head_size(std::string_view bytes, std::uint64_t size) {
  const auto entries = TRY(zip_entries({"", size, std::string(bytes), false}));
  const ZipEntry& last = entries.back();
  const bool document = last.name.ends_with(".json") && last.sized;
  if (!document) return last.data;
  // The next member's header: names are short, there is no alignment.
  return std::min(size, last.data + last.packed + 128);
}

Result<KerasHeader> read_keras(const FileHead& head) {
  const auto entries = TRY(zip_entries(head));
  KerasHeader out;
  bool found = false;
  for (const ZipEntry& entry : entries) {
    const bool config = entry.name == "config.json";
    if (!config && entry.name != "metadata.json") continue;
    const auto bytes = TRY(zip_bytes(head, entry));
    if (!entry.sized || bytes.size() != entry.size) {
      return Error(ErrorKind::unsupported,
                   entry.name + " of " + human_size(entry.size) + " is not at the archive's start");
    }
    const Json document = TRY(json::parse(bytes).with(entry.name));
    if (config) {
      read_config(document, out);
      found = true;
    } else if (document.is_object()) {
      out.version = string_member(document, "keras_version");
    }
  }
  if (!found) return Error(ErrorKind::malformed, "archive has no config.json");
  return out;
}

KerasHeader read_keras_hdf5(const FileHead& head) {
  KerasHeader out;
  const std::string_view bytes = head.bytes;
  const auto attribute = bytes.find("model_config");
  if (attribute == std::string_view::npos) return out;
  for (const std::string_view start : {"{\"class_name\": \"", "{\"module\": \"keras"}) {
    const auto at = bytes.find(start);
    if (at == std::string_view::npos) continue;
    const auto document = json::parse(balanced(bytes.substr(at)));
    if (!document || !document->is_object()) continue;
    read_config(*document, out);
    if (!out.class_name.empty()) break;
  }
  return out;
}

Result<std::optional<KerasWeights>> read_keras_weights(const FileHead& head) {
  using Found = std::optional<KerasWeights>;
  if (!head.whole) return Found();
  std::string_view file = head.bytes;
  if (is_keras_archive(head)) {
    file = {};
    for (const ZipEntry& entry : TRY(zip_entries(head))) {
      if (entry.name == "model.weights.h5" && entry.method == 0) file = TRY(zip_bytes(head, entry));
    }
    if (file.empty()) return Found();
  } else if (file.find("keras_version") == file.npos) {
    return Found();  // arrays of somebody else
  }
  auto datasets = read_hdf5(file);
  if (!datasets) {
    if (datasets.error().kind() == ErrorKind::unsupported) return Found();
    return std::move(datasets).error();
  }
  KerasWeights out;
  for (Tensor& tensor : *datasets) {
    const std::string_view name = tensor.name;
    const bool state = name.starts_with("optimizer/") || name.starts_with("optimizer_weights/");
    out.training_state = out.training_state || state;
    // A generator's seed is a variable of the model, and no weight of it (Model.weights).
    if (state || name.find("seed_generator") != name.npos) continue;
    TRY(count_tensor(out.tensors, tensor.dtype, TRY(element_count(tensor.shape))));
    out.list.push_back(std::move(tensor));
  }
  return Found(std::move(out));
}

}  // namespace mpk::model
