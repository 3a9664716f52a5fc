// safetensors: u64 header length, a JSON object of tensors, and the buffer they must cover exactly.
#include "model/safetensors.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "model/little_endian.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace mpk::model {
namespace {

constexpr std::size_t kDepth = 4;  // {"name": {"shape": [1]}}

struct Dtype {
  std::string_view name;
  unsigned bits;
};
/// safetensors/src/tensor.rs, enum Dtype.
constexpr auto kDtypes = std::to_array<Dtype>(
    {{"BOOL", 8},        {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8},
     {"I8", 8},          {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8},
     {"F8_E5M2FNUZ", 8}, {"I16", 16},    {"U16", 16},    {"F16", 16},    {"BF16", 16},
     {"I32", 32},        {"U32", 32},    {"F32", 32},    {"C64", 64},    {"F64", 64},
     {"I64", 64},        {"U64", 64}});

Error malformed(std::string message) { return Error(ErrorKind::malformed, std::move(message)); }

Result<std::vector<std::uint64_t>> numbers(const Json& tensor, const char* key) {
  const auto member = tensor.find(key);
  if (member == tensor.end() || !member->is_array()) {
    return malformed("\"" + std::string(key) + "\" is no array");
  }
  std::vector<std::uint64_t> out;
  out.reserve(member->size());
  for (const Json& number : *member) {
    if (!number.is_number_unsigned()) {
      return malformed("\"" + std::string(key) + "\" holds something else than whole numbers");
    }
    out.push_back(number.get<std::uint64_t>());
  }
  return out;
}

/// Bytes of `elements` of `dtype`. malformed: overflow, or a broken byte at the end (F4, F6).
Result<std::uint64_t> bytes_of(std::string_view dtype, std::uint64_t elements) {
  const auto known = std::find_if(kDtypes.begin(), kDtypes.end(),
                                  [&](const Dtype& type) { return type.name == dtype; });
  if (known == kDtypes.end()) return malformed("unknown dtype \"" + printable(dtype, 40) + "\"");
  std::uint64_t bits = 0;
  if (__builtin_mul_overflow(elements, std::uint64_t{known->bits}, &bits)) {
    return malformed("shape has more bytes than any file");
  }
  if (bits % 8 != 0) return malformed("elements do not end at a byte");
  return bits / 8;
}

struct Placed {
  std::uint64_t begin = 0, end = 0;
  std::uint64_t elements = 0;
  Tensor tensor;
};

Result<Placed> read_tensor(const std::string& name, const Json& value) {
  if (!value.is_object()) return malformed("expected an object");
  Placed out;
  out.tensor.name = name;
  const auto dtype = value.find("dtype");
  if (dtype == value.end() || !dtype->is_string()) return malformed("\"dtype\" is no string");
  out.tensor.dtype = dtype->get<std::string>();
  out.tensor.shape = TRY(numbers(value, "shape"));
  const auto offsets = TRY(numbers(value, "data_offsets"));
  if (offsets.size() != 2) return malformed("\"data_offsets\" must have two numbers");
  out.begin = offsets[0];
  out.end = offsets[1];
  out.elements = TRY(element_count(out.tensor.shape));
  const std::uint64_t bytes = TRY(bytes_of(out.tensor.dtype, out.elements));
  if (out.end < out.begin || out.end - out.begin != bytes) {
    return malformed("data_offsets [" + std::to_string(out.begin) + ", " + std::to_string(out.end) +
                     "] do not fit its dtype and shape (" + std::to_string(bytes) + " bytes)");
  }
  out.tensor.bytes = bytes;
  return out;
}

Result<std::map<std::string, std::string>> read_metadata(const Json& value) {
  std::map<std::string, std::string> out;
  if (!value.is_object()) return malformed("__metadata__: expected an object");
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) {
      return malformed("__metadata__: \"" + printable(key, 80) + "\" is no string");
    }
    out.emplace(key, text.get<std::string>());
  }
  return out;
}

/// README "Format": the buffer must not contain holes, and all of it must be indexed.
Result<void> check_layout(std::vector<Placed>& tensors, std::uint64_t buffer) {
  std::sort(tensors.begin(), tensors.end(), [](const Placed& a, const Placed& b) {
    return std::tie(a.begin, a.end, a.tensor.name) < std::tie(b.begin, b.end, b.tensor.name);
  });
  std::uint64_t at = 0;
  for (const Placed& placed : tensors) {
    if (placed.begin != at) {
      return malformed("tensor " + printable(placed.tensor.name, 80) + ": starts at byte " +
                       std::to_string(placed.begin) + ", expected " + std::to_string(at) +
                       (placed.begin < at ? " (overlap)" : " (hole)"));
    }
    at = placed.end;
  }
  if (at == buffer) return {};
  return malformed("tensors end at byte " + std::to_string(at) + ", the file has " +
                   std::to_string(buffer) + " bytes of data");
}

/// The JSON text, after the length was proven to fit.
Result<std::string_view> header_text(const FileHead& head) {
  const std::string_view bytes = head.bytes;
  if (bytes.size() < 8) return malformed("file is too short for a safetensors header");
  const std::uint64_t length = little_endian_64(bytes);
  if (head.size < 8 || length > head.size - 8) {
    return malformed("header of " + std::to_string(length) + " bytes is longer than the file");
  }
  if (length > limits::kSafetensorsHeader) {
    return Error(ErrorKind::too_large, "header has " + std::to_string(length) +
                                           " bytes, the limit is " +
                                           std::to_string(limits::kSafetensorsHeader));
  }
  if (bytes.size() - 8 < length) return malformed("header is cut off");
  const std::string_view text = bytes.substr(8, static_cast<std::size_t>(length));
  if (!text.starts_with('{')) return malformed("header does not start with '{'");
  return text;
}

}  // namespace

Result<SafetensorsHeader> read_safetensors(const FileHead& head) {
  const std::string_view text = TRY(header_text(head));
  const Json root = TRY(json::parse(text, {kDepth, limits::kSafetensorsHeader}));
  SafetensorsHeader out;
  std::vector<Placed> placed;
  placed.reserve(root.size());
  for (const auto& [name, value] : root.items()) {
    if (name == "__metadata__") {
      out.metadata = TRY(read_metadata(value));
      continue;
    }
    auto tensor = TRY(read_tensor(name, value).with("tensor " + printable(name, 80)));
    TRY(count_tensor(out.tensors, tensor.tensor.dtype, tensor.elements));
    placed.push_back(std::move(tensor));
  }
  out.data_bytes = head.size - 8 - text.size();
  TRY(check_layout(placed, out.data_bytes));
  out.list.reserve(placed.size());
  for (Placed& one : placed) out.list.push_back(std::move(one.tensor));
  return out;
}

}  // namespace mpk::model
