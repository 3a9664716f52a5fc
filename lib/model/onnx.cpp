// ONNX: ModelProto read field by field; nothing is unpacked but names, shapes and sizes.
#include "model/onnx.hpp"

#include "base/text.hpp"
#include "model/protobuf.hpp"
#include "model/tensor.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

namespace mpk::model {
namespace {

using protozero::pbf_reader;

constexpr unsigned kGraphDepth = 32;     // If and Loop bodies nest; real ones under 5
constexpr std::size_t kDimensions = 64;  // real ones under 8

struct DataType {
  std::string_view name;
  unsigned bits;  // 0: no raw_data (STRING)
};
/// onnx.proto3, TensorProto.DataType, from 0 (UNDEFINED).
constexpr auto kTypes = std::to_array<DataType>({{"", 0},
                                                 {"FLOAT", 32},
                                                 {"UINT8", 8},
                                                 {"INT8", 8},
                                                 {"UINT16", 16},
                                                 {"INT16", 16},
                                                 {"INT32", 32},
                                                 {"INT64", 64},
                                                 {"STRING", 0},
                                                 {"BOOL", 8},
                                                 {"FLOAT16", 16},
                                                 {"DOUBLE", 64},
                                                 {"UINT32", 32},
                                                 {"UINT64", 64},
                                                 {"COMPLEX64", 64},
                                                 {"COMPLEX128", 128},
                                                 {"BFLOAT16", 16},
                                                 {"FLOAT8E4M3FN", 8},
                                                 {"FLOAT8E4M3FNUZ", 8},
                                                 {"FLOAT8E5M2", 8},
                                                 {"FLOAT8E5M2FNUZ", 8},
                                                 {"UINT4", 4},
                                                 {"INT4", 4},
                                                 {"FLOAT4E2M1", 4},
                                                 {"FLOAT8E8M0", 8},
                                                 {"UINT2", 2},
                                                 {"INT2", 2}});

Error malformed(std::string message) { return Error(ErrorKind::malformed, std::move(message)); }

Result<std::string> text(pbf_reader& reader) {
  std::string out = reader.get_string();
  if (!is_valid_utf8(out)) return malformed("a string is not UTF-8");
  return out;
}

/// TensorProto, as far as it says how much it holds.
struct TensorRecord {
  std::string name, location;
  std::int64_t data_type = 0;
  std::vector<std::uint64_t> shape;
  std::uint64_t raw_bytes = 0;  // of raw_data
  std::uint64_t values = 0;     // of float_data, int32_data, …
  std::uint64_t offset = 0;     // of external data
  std::optional<std::uint64_t> length;
  bool raw = false, external = false;
};

Result<void> add_dimension(TensorRecord& tensor, std::int64_t size) {
  if (size < 0) return malformed("negative dimension");
  if (tensor.shape.size() == kDimensions) return malformed("more than 64 dimensions");
  tensor.shape.push_back(static_cast<std::uint64_t>(size));
  return {};
}

Result<void> read_dimensions(pbf_reader& reader, TensorRecord& tensor) {
  if (reader.wire_type() == protozero::pbf_wire_type::varint) {
    return add_dimension(tensor, reader.get_int64());
  }
  for (const std::int64_t size : reader.get_packed_int64()) TRY(add_dimension(tensor, size));
  return {};
}

Result<void> read_external(pbf_reader entry, TensorRecord& tensor) {
  std::string key, value;
  while (entry.next()) {
    if (entry.tag() == 1) {
      key = TRY(text(entry));
    } else if (entry.tag() == 2) {
      value = TRY(text(entry));
    } else {
      entry.skip();
    }
  }
  if (key == "offset") tensor.offset = parse_u64(value).value_or(0);
  if (const auto length = parse_u64(value); length && key == "length") tensor.length = *length;
  if (key == "location") tensor.location = std::move(value);
  return {};
}

/// How many values a packed or a single field holds.
std::uint64_t count_values(pbf_reader& reader, std::size_t fixed_width) {
  if (reader.wire_type() != protozero::pbf_wire_type::length_delimited) {
    reader.skip();
    return 1;
  }
  const protozero::data_view view = reader.get_view();
  if (fixed_width != 0) return view.size() / fixed_width;
  // The last byte of a varint has its high bit clear.
  return static_cast<std::uint64_t>(
      std::count_if(view.data(), view.data() + view.size(),
                    [](char byte) { return (static_cast<unsigned char>(byte) & 0x80U) == 0; }));
}

Result<TensorRecord> read_tensor(pbf_reader reader) {
  TensorRecord out;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        TRY(read_dimensions(reader, out));
        break;
      case 2:
        out.data_type = reader.get_int32();
        break;
      case 4:
        out.values += count_values(reader, 4);
        break;
      case 5:
      case 7:
      case 11:
        out.values += count_values(reader, 0);
        break;
      case 6:  // string_data
        reader.skip();
        ++out.values;
        break;
      case 8:
        out.name = TRY(text(reader));
        break;
      case 9:
        out.raw_bytes = reader.get_view().size();
        out.raw = true;
        break;
      case 10:
        out.values += count_values(reader, 8);
        break;
      case 13:
        TRY(read_external(reader.get_message(), out));
        break;
      case 14:
        out.external = reader.get_enum() == 1;
        break;
      default:
        reader.skip();
    }
  }
  return out;
}

/// Values of the typed fields for `elements` of a type: complex ones take two, 4 and 2 bits share.
std::uint64_t expected_values(const DataType& type, std::uint64_t elements) {
  if (type.name.starts_with("COMPLEX"))
    return elements > UINT64_MAX / 2 ? UINT64_MAX : elements * 2;
  if (type.bits == 4 || type.bits == 2) {
    const std::uint64_t shared = 8 / type.bits;
    return elements / shared + (elements % shared != 0 ? 1 : 0);
  }
  return elements;
}

/// A shape proves nothing unless the bytes are there: claims of data that is missing are refused.
Result<void> check_payload(const TensorRecord& tensor, const DataType& type,
                           std::uint64_t elements) {
  if (tensor.external) {
    if (tensor.location.empty()) return malformed("external data without a location");
    return {};
  }
  if (!tensor.raw) {
    const std::uint64_t expected = expected_values(type, elements);
    // Writers before 1.16 put one 4-bit value into each number.
    if (tensor.values == expected || (type.bits < 8 && tensor.values == elements)) return {};
    return malformed("shape asks for " + std::to_string(expected) + " values, there are " +
                     std::to_string(tensor.values));
  }
  std::uint64_t bits = 0;
  if (type.bits == 0) return malformed("strings in raw_data");
  if (!__builtin_mul_overflow(elements, std::uint64_t{type.bits}, &bits) &&
      tensor.raw_bytes == bits / 8 + (bits % 8 != 0 ? 1 : 0)) {
    return {};
  }
  return malformed("shape and type do not fit its " + std::to_string(tensor.raw_bytes) + " bytes");
}

class Reader {
 public:
  Result<OnnxHeader> model(std::string_view bytes);

 private:
  Result<void> opset(pbf_reader entry);
  Result<void> graph(pbf_reader reader, unsigned depth, bool main);
  Result<void> node(pbf_reader reader, unsigned depth);
  Result<void> function(pbf_reader reader);
  Result<void> attribute(pbf_reader reader, unsigned depth);
  Result<void> sparse(pbf_reader reader, bool count);
  Result<void> tensor(pbf_reader reader, bool count);
  void external(const TensorRecord& record, std::optional<std::uint64_t> bytes);
  Result<void> port(pbf_reader reader, std::vector<std::string>& names);

  OnnxHeader out_;
  std::set<std::string> files_;
};

/// onnx.proto3, external_data: without a length the data goes to the end of the file.
void Reader::external(const TensorRecord& record, std::optional<std::uint64_t> bytes) {
  files_.insert(record.location);
  const std::uint64_t length = record.length.value_or(bytes.value_or(0));
  std::uint64_t end = 0;
  if (__builtin_add_overflow(record.offset, length, &end)) end = UINT64_MAX;
  std::uint64_t& most = out_.external_ends[record.location];
  most = std::max(most, end);
}

Result<void> Reader::tensor(pbf_reader reader, bool count) {
  const TensorRecord record = TRY(read_tensor(reader));
  const std::string subject = "tensor " + printable(record.name, 80);
  if (record.data_type <= 0 || record.data_type >= static_cast<std::int64_t>(kTypes.size())) {
    return malformed(subject + ": unknown data type " + std::to_string(record.data_type));
  }
  const DataType& type = kTypes[static_cast<std::size_t>(record.data_type)];
  const std::uint64_t elements = TRY(element_count(record.shape).with(subject));
  TRY(check_payload(record, type, elements).with(subject));
  std::optional<std::uint64_t> bytes;
  std::uint64_t bits = 0;
  if (type.bits != 0 && !__builtin_mul_overflow(elements, std::uint64_t{type.bits}, &bits))
    bytes = bits / 8 + (bits % 8 != 0 ? 1 : 0);
  if (record.external) external(record, bytes);
  if (!count) return {};
  TRY(count_tensor(out_.tensors, type.name, elements));
  out_.list.push_back({record.name, std::string(type.name), record.shape, bytes});
  return {};
}

Result<void> Reader::sparse(pbf_reader reader, bool count) {
  while (reader.next()) {
    const bool values = reader.tag() == 1;
    if (!values && reader.tag() != 2) {
      reader.skip();
      continue;
    }
    TRY(tensor(reader.get_message(), count && values));  // indices are no parameters
  }
  return {};
}

Result<void> Reader::attribute(pbf_reader reader, unsigned depth) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 5:   // t
      case 10:  // tensors
        TRY(tensor(reader.get_message(), false));
        break;
      case 6:   // g
      case 11:  // graphs
        TRY(graph(reader.get_message(), depth + 1, false));
        break;
      case 22:  // sparse_tensor
      case 23:  // sparse_tensors
        TRY(sparse(reader.get_message(), false));
        break;
      default:
        reader.skip();
    }
  }
  return {};
}

Result<void> Reader::node(pbf_reader reader, unsigned depth) {
  while (reader.next()) {
    if (reader.tag() == 5) {
      TRY(attribute(reader.get_message(), depth));
    } else {
      reader.skip();
    }
  }
  return {};
}

/// FunctionProto: field 7 is its nodes.
Result<void> Reader::function(pbf_reader reader) {
  while (reader.next()) {
    if (reader.tag() == 7) {
      TRY(node(reader.get_message(), 1));
    } else {
      reader.skip();
    }
  }
  return {};
}

Result<void> Reader::port(pbf_reader reader, std::vector<std::string>& names) {
  while (reader.next()) {
    if (reader.tag() == 1) {
      names.push_back(TRY(text(reader)));
    } else {
      reader.skip();
    }
  }
  return {};
}

Result<void> Reader::graph(pbf_reader reader, unsigned depth, bool main) {
  if (depth > kGraphDepth) {
    return Error(ErrorKind::too_large,
                 "graphs are nested deeper than " + std::to_string(kGraphDepth) + " levels");
  }
  while (reader.next()) {
    const auto tag = reader.tag();
    if (tag == 1) {
      TRY(node(reader.get_message(), depth));
    } else if (tag == 5) {
      TRY(tensor(reader.get_message(), true));
    } else if (tag == 15) {
      TRY(sparse(reader.get_message(), true));
    } else if (main && (tag == 11 || tag == 12)) {
      TRY(port(reader.get_message(), tag == 11 ? out_.inputs : out_.outputs));
    } else {
      reader.skip();
    }
  }
  return {};
}

Result<void> Reader::opset(pbf_reader entry) {
  std::string domain;
  std::int64_t version = 0;
  while (entry.next()) {
    if (entry.tag() == 1) {
      domain = TRY(text(entry));
    } else if (entry.tag() == 2) {
      version = entry.get_int64();
    } else {
      entry.skip();
    }
  }
  // onnx.proto3: the empty domain is the one of the ONNX operators.
  out_.opsets.push_back((domain.empty() ? "ai.onnx" : domain) + " " + std::to_string(version));
  return {};
}

Result<OnnxHeader> Reader::model(std::string_view bytes) {
  pbf_reader reader(bytes.data(), bytes.size());
  bool graph_seen = false;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        out_.ir_version = reader.get_int64();
        break;
      case 2:
        out_.producer_name = TRY(text(reader));
        break;
      case 3:
        out_.producer_version = TRY(text(reader));
        break;
      case 4:
        out_.domain = TRY(text(reader));
        break;
      case 6:
        out_.doc_string = TRY(text(reader));
        break;
      case 7:
        // protobuf merges a repeated message; a second graph in a file is a trick.
        if (graph_seen) return malformed("ONNX model has two graphs");
        graph_seen = true;
        TRY(graph(reader.get_message(), 1, true));
        break;
      case 8:
        TRY(opset(reader.get_message()));
        break;
      case 25:  // functions: nodes without initializers
        TRY(function(reader.get_message()));
        break;
      default:
        reader.skip();
    }
  }
  if (!graph_seen || out_.ir_version < 1) return malformed("not an ONNX model");
  out_.external_files.assign(files_.begin(), files_.end());
  return std::move(out_);
}

}  // namespace

Result<OnnxHeader> read_onnx(const FileHead& head) {
  return read_protobuf(head, "ONNX model", "not an ONNX model: broken protobuf",
                       [&] { return Reader().model(head.bytes); });
}

}  // namespace mpk::model
