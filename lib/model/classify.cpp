// classify: which of ModelPack's five kinds a file is.
#include "base/text.hpp"
#include "model/inspect.hpp"
#include "model/names.hpp"

#include <algorithm>
#include <array>

namespace mpk::model {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t kLarge = 128'000'000;  // modctl, WeightFileSizeThreshold

constexpr auto kWeights = std::to_array<std::string_view>(
    {"safetensors", "gguf",   "ggml",       "ggmf",    "ggjt",    "onnx",       "onnx_data",
     "ort",         "bin",    "pt",         "pth",     "pt2",     "pte",        "ptl",
     "mar",         "ckpt",   "checkpoint", "pkl",     "pickle",  "joblib",     "h5",
     "hdf5",        "keras",  "pb",         "tflite",  "msgpack", "npy",        "npz",
     "engine",      "trt",    "plan",       "mlmodel", "model",   "caffemodel", "weights",
     "params",      "distcp", "llamafile",  "nemo",    "ftz"});
constexpr auto kDatasets = std::to_array<std::string_view>(
    {"parquet", "arrow", "csv", "tsv", "jsonl", "ndjson", "tfrecord", "tfrecords"});
constexpr auto kConfigs = std::to_array<std::string_view>(
    {"json", "json5", "jsonc", "yaml", "yml", "toml", "ini", "cfg", "conf", "config", "properties",
     "xml", "jinja", "jinja2", "tiktoken", "vocab", "bpe", "modelfile"});
constexpr auto kDocs = std::to_array<std::string_view>(
    {"md", "markdown", "rst", "txt", "pdf", "html", "htm", "tex", "bib", "png", "jpg", "jpeg",
     "gif", "svg", "webp", "docx", "odt", "rtf", "log"});

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& table, std::string_view word) {
  return std::find(table.begin(), table.end(), word) != table.end();
}

/// Vocabularies and their kin, by whole names: their extensions mean something else elsewhere.
bool is_tokenizer_name(std::string_view path) {
  const std::string name = lower_ascii(base_name(path));
  return name.find("tokenizer.model") != name.npos || name == "merges.txt" || name == "vocab.txt" ||
         name == "added_tokens.txt" || name == "spiece.model" || name == "tiktoken.model" ||
         name == "modelfile" || (name.starts_with("sentencepiece") && name.ends_with(".model"));
}

bool is_data_directory(std::string_view path) {
  const auto slash = path.find('/');
  if (slash == path.npos) return false;
  const std::string top = lower_ascii(path.substr(0, slash));
  return top == "data" || top == "dataset" || top == "datasets";
}

bool is_program(std::string_view bytes) {
  return bytes.starts_with("#!") ||
         bytes.starts_with(
             "\x7f"
             "ELF"sv) ||
         bytes.starts_with("MZ") || bytes.starts_with("\xcf\xfa\xed\xfe"sv) ||
         bytes.starts_with("\xca\xfe\xba\xbe"sv);
}

bool is_weight_format(Format format) {
  return format == Format::safetensors || format == Format::gguf || format == Format::onnx ||
         format == Format::pytorch || format == Format::pickle || format == Format::keras ||
         format == Format::saved_model || format == Format::tflite;
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::config:
      return "config";
    case Kind::weight:
      return "weight";
    case Kind::code:
      return "code";
    case Kind::dataset:
      return "dataset";
    case Kind::doc:
      return "doc";
  }
  return "doc";
}

Kind classify(const FileHead& head) {
  if (is_weight_format(detect_format(head))) return Kind::weight;
  if (is_license_name(head.path)) return Kind::doc;
  if (is_tokenizer_name(head.path)) return Kind::config;
  if (is_code_name(head.path)) return Kind::code;
  const std::string ending = extension(head.path);
  if (contains(kDatasets, ending)) return Kind::dataset;
  if (is_data_directory(head.path) && ending != "md") return Kind::dataset;
  if (contains(kConfigs, ending)) return Kind::config;
  if (contains(kWeights, ending)) return Kind::weight;
  if (contains(kDocs, ending)) return Kind::doc;
  if (head.size > kLarge) return Kind::weight;
  return is_program(head.bytes) ? Kind::code : Kind::doc;
}

}  // namespace mpk::model
