// saved_model: SavedModel → MetaGraphDef → MetaInfoDef and SignatureDef; graphs are skipped.
#include "model/saved_model.hpp"

#include "base/text.hpp"
#include "model/protobuf.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

namespace mpk::model {
namespace {

using protozero::pbf_reader;

constexpr std::size_t kItems = 256;      // signatures, inputs of one; real ones under 20
constexpr std::size_t kDimensions = 64;  // TensorShape's own limit is 254

/// types.proto, enum DataType, from 0.
constexpr auto kTypes = std::to_array<std::string_view>(
    {"invalid",  "float32",   "float64", "int32",       "uint8",        "int16",   "int8",
     "string",   "complex64", "int64",   "bool",        "qint8",        "quint8",  "qint32",
     "bfloat16", "qint16",    "quint16", "uint16",      "complex128",   "float16", "resource",
     "variant",  "uint32",    "uint64",  "float8_e5m2", "float8_e4m3fn"});

Error malformed(std::string message) { return Error(ErrorKind::malformed, std::move(message)); }

Result<std::string> text(pbf_reader& reader) {
  std::string out = reader.get_string();
  if (!is_valid_utf8(out)) return malformed("a string is not UTF-8");
  return out;
}

/// TensorShapeProto
Result<std::string> shape(pbf_reader reader) {
  std::vector<std::string> sizes;
  while (reader.next()) {
    if (reader.tag() == 3 && reader.get_bool()) return std::string();  // unknown_rank
    if (reader.tag() != 2) {
      if (reader.tag() != 3) reader.skip();
      continue;
    }
    std::int64_t size = 0;
    pbf_reader dimension = reader.get_message();
    while (dimension.next()) {
      if (dimension.tag() == 1) {
        size = dimension.get_int64();
      } else {
        dimension.skip();
      }
    }
    if (sizes.size() == kDimensions) return malformed("more than 64 dimensions");
    // As Keras writes it; -1 on the wire.
    sizes.push_back(size < 0 ? "null" : std::to_string(size));
  }
  return "[" + join(sizes, ",") + "]";
}

/// TensorInfo: "float32[null,8]"
Result<std::string> tensor(pbf_reader reader) {
  std::string out, sizes;
  while (reader.next()) {
    if (reader.tag() == 2) {
      const auto type = static_cast<std::uint64_t>(reader.get_enum());
      out = type < kTypes.size() ? std::string(kTypes[type]) : "type_" + std::to_string(type);
    } else if (reader.tag() == 3) {
      sizes = TRY(shape(reader.get_message()));
    } else {
      reader.skip();
    }
  }
  return out + sizes;
}

struct Signature {
  std::vector<std::string> inputs, outputs;
};

/// An entry of map<string, TensorInfo>.
Result<std::string> port(pbf_reader reader) {
  std::string name, described;
  while (reader.next()) {
    if (reader.tag() == 1) {
      name = TRY(text(reader));
    } else if (reader.tag() == 2) {
      described = TRY(tensor(reader.get_message()));
    } else {
      reader.skip();
    }
  }
  return name + " " + described;
}

Result<Signature> signature(pbf_reader reader) {
  Signature out;
  while (reader.next()) {
    if (reader.tag() != 1 && reader.tag() != 2) {
      reader.skip();
      continue;
    }
    auto& list = reader.tag() == 1 ? out.inputs : out.outputs;
    if (list.size() == kItems) return malformed("signature has more than 256 inputs or outputs");
    list.push_back(TRY(port(reader.get_message())));
  }
  std::ranges::sort(out.inputs);
  std::ranges::sort(out.outputs);
  return out;
}

using Signatures = std::map<std::string, Signature>;

/// An entry of map<string, SignatureDef>.
Result<void> add_signature(pbf_reader reader, Signatures& signatures) {
  std::string name;
  Signature value;
  while (reader.next()) {
    if (reader.tag() == 1) {
      name = TRY(text(reader));
    } else if (reader.tag() == 2) {
      value = TRY(signature(reader.get_message()));
    } else {
      reader.skip();
    }
  }
  if (signatures.size() == kItems) return malformed("more than 256 signatures");
  signatures.insert_or_assign(std::move(name), std::move(value));
  return {};
}

/// MetaGraphDef.MetaInfoDef
Result<void> meta_info(pbf_reader reader, SavedModelHeader& out) {
  while (reader.next()) {
    if (reader.tag() == 4) {
      if (out.tags.size() == kItems) return malformed("more than 256 tags");
      out.tags.push_back(TRY(text(reader)));
    } else if (reader.tag() == 5) {
      out.tensorflow_version = TRY(text(reader));
    } else {
      reader.skip();
    }
  }
  return {};
}

Result<void> meta_graph(pbf_reader reader, SavedModelHeader& out) {
  Signatures signatures;
  while (reader.next()) {
    if (reader.tag() == 1) {
      TRY(meta_info(reader.get_message(), out));
    } else if (reader.tag() == 5) {
      TRY(add_signature(reader.get_message(), signatures));
    } else {
      reader.skip();
    }
  }
  // What initialises the model is no function of it (saved_model/constants.py,
  // INIT_OP_SIGNATURE_KEY).
  signatures.erase("__saved_model_init_op");
  for (const auto& [name, value] : signatures) out.signatures.push_back(name);
  auto main = signatures.find("serving_default");
  if (main == signatures.end() && signatures.size() == 1) main = signatures.begin();
  if (main == signatures.end()) return {};
  out.inputs = std::move(main->second.inputs);
  out.outputs = std::move(main->second.outputs);
  return {};
}

Result<SavedModelHeader> saved_model(std::string_view bytes) {
  pbf_reader reader(bytes.data(), bytes.size());
  SavedModelHeader out;
  bool seen = false;
  std::int64_t version = 0;
  while (reader.next()) {
    if (reader.tag() == 1) {
      version = reader.get_int64();
    } else if (reader.tag() == 2 && !seen) {
      seen = true;
      TRY(meta_graph(reader.get_message(), out));
    } else {
      reader.skip();
    }
  }
  if (!seen || version != 1) return malformed("not a SavedModel");
  return out;
}

}  // namespace

Result<SavedModelHeader> read_saved_model(const FileHead& head) {
  return read_protobuf(head, "SavedModel", "not a SavedModel: broken protobuf",
                       [&] { return saved_model(head.bytes); });
}

}  // namespace mpk::model
