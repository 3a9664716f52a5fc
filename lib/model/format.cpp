// detect_format: content first, name second.
#include "base/limits.hpp"
#include "base/text.hpp"
#include "model/head.hpp"
#include "model/keras.hpp"
#include "model/little_endian.hpp"
#include "model/names.hpp"
#include "model/pytorch.hpp"
#include "model/zip_head.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace mpk::model {
namespace {

using namespace std::string_view_literals;

bool is_safetensors(const FileHead& head) {
  if (head.bytes.size() < 9) return false;
  const std::uint64_t length = little_endian_64(head.bytes);
  return length >= 2 && length <= limits::kSafetensorsHeader && head.size >= 8 &&
         length <= head.size - 8 && head.bytes[8] == '{';
}

/// ModelProto has no magic; its writers put ir_version (field 1, a small varint) first, then a
/// length-delimited field (producer_name, producer_version, domain, doc_string, graph) or the
/// model_version. Versions 1 and 2 predate ONNX 1.0; a TensorFlow SavedModel starts with 08 01 12.
bool is_onnx(std::string_view bytes) {
  if (bytes.size() < 4 || bytes[0] != '\x08' || bytes[1] < 3 || bytes[1] > 32) return false;
  return "\x12\x1a\x22\x28\x32\x3a\x42"sv.find(bytes[2]) != std::string_view::npos;
}

/// saved_model_schema_version 1, then a MetaGraphDef; without the name it might be anything.
bool is_saved_model(const FileHead& head) {
  return base_name(head.path) == "saved_model.pb" && head.bytes.starts_with("\x08\x01\x12");
}

/// OpenVINO IR: <net name="…" version="11">, after a declaration or none.
bool is_openvino(const FileHead& head) {
  if (extension(head.path) != "xml") return false;
  const std::string_view bytes = std::string_view(head.bytes).substr(0, 4096);
  const auto net = bytes.find("<net ");
  return net != std::string_view::npos && bytes.find("version=", net) != std::string_view::npos;
}

bool is_text(const FileHead& head) {
  std::string_view bytes = head.bytes;
  const bool control = std::any_of(bytes.begin(), bytes.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 &&
           "\t\n\r\f\x1b"sv.find(c) == std::string_view::npos;
  });
  if (bytes.empty() || control) return false;
  // The cut may go through a character.
  for (int cut = 0; cut < 4 && !bytes.empty(); ++cut, bytes.remove_suffix(1)) {
    if (is_valid_utf8(bytes)) return true;
    if (head.whole) return false;
  }
  return false;
}

bool is_json_object(std::string_view bytes) {
  bytes = trim(bytes);
  if (!bytes.starts_with('{')) return false;
  bytes = trim(bytes.substr(1));
  return bytes.starts_with('"') || bytes.starts_with('}');
}

Format by_name(std::string_view path) {
  static constexpr auto kTable = std::to_array<std::pair<std::string_view, Format>>({
      {"safetensors", Format::safetensors},
      {"gguf", Format::gguf},
      {"onnx", Format::onnx},
      {"pt", Format::pytorch},
      {"pth", Format::pytorch},
      {"pkl", Format::pickle},
      {"pickle", Format::pickle},
      {"zip", Format::zip},
      {"mlmodel", Format::coreml},
  });
  const std::string ending = extension(path);
  for (const auto& [name, format] : kTable) {
    if (name == ending) return format;
  }
  return Format::unknown;
}

Format by_first_member(std::string_view name, const FileHead& head) {
  // torch.save begins with the pickle, TorchScript with the weights; "NAME/" before both.
  const auto slash = name.find('/');
  const auto inner = slash == std::string_view::npos ? name : name.substr(slash + 1);
  if (is_keras_archive(head)) return Format::keras;
  if (name.ends_with(".npy")) return Format::npz;
  if (inner == "data.pkl" || (slash != std::string_view::npos && inner == "data/0"))
    return Format::pytorch;
  const Format named = by_name(head.path);
  return named == Format::pytorch ? named : Format::zip;
}

Format by_magic(const FileHead& head) {
  const std::string_view bytes = head.bytes;
  if (bytes.starts_with("GGUF")) return Format::gguf;
  if (bytes.starts_with("PK\x03\x04")) {
    return by_first_member(first_zip_entry(bytes).name, head);
  }
  // Protocol 2 to 5; a text can't start with 0x80. No opcode is 0: that is a safetensors length.
  if (bytes.size() >= 3 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5 && bytes[2] != 0) {
    return bytes.substr(2).starts_with(kTorchMagic) ? Format::pytorch : Format::pickle;
  }
  if (bytes.starts_with("\x89HDF\r\n\x1a\n")) return Format::hdf5;
  // FlatBuffers: the identifier stands behind the offset of the root (tflite/schema.fbs).
  if (bytes.size() >= 8 && bytes.substr(4, 4) == "TFL3") return Format::tflite;
  if (is_safetensors(head)) return Format::safetensors;
  if (is_saved_model(head)) return Format::saved_model;
  // Core ML's Model begins as ModelProto does.
  if (is_onnx(bytes)) return by_name(head.path) == Format::coreml ? Format::coreml : Format::onnx;
  return Format::unknown;
}

}  // namespace

std::string_view to_string(Format format) {
  switch (format) {
    case Format::unknown:
      return "unknown";
    case Format::safetensors:
      return "safetensors";
    case Format::gguf:
      return "gguf";
    case Format::onnx:
      return "onnx";
    case Format::pytorch:
      return "pytorch";
    case Format::pickle:
      return "pickle";
    case Format::keras:
      return "keras";
    case Format::hdf5:
      return "hdf5";
    case Format::saved_model:
      return "saved_model";
    case Format::tflite:
      return "tflite";
    case Format::coreml:
      return "coreml";
    case Format::openvino:
      return "openvino";
    case Format::npz:
      return "npz";
    case Format::json:
      return "json";
    case Format::text:
      return "text";
    case Format::zip:
      return "zip";
  }
  return "unknown";
}

Format detect_format(const FileHead& head) {
  if (const Format format = by_magic(head); format != Format::unknown) return format;
  // A name that promises weights stands even over text: a pointer file in place of a shard must be
  // reported as a broken shard.
  if (const Format format = by_name(head.path); format != Format::unknown) return format;
  if (is_openvino(head)) return Format::openvino;
  const std::string ending = extension(head.path);
  if (!is_text(head))
    return head.bytes.empty() && ending == "json" ? Format::json : Format::unknown;
  if (ending == "json" || (ending != "jsonl" && is_json_object(head.bytes))) return Format::json;
  return Format::text;
}

}  // namespace mpk::model
