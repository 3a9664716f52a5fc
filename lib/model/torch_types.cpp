// torch_types: one table for both spellings.
#include "model/torch_types.hpp"

#include <array>

namespace mpk::model {
namespace {

struct Row {
  std::string_view storage;  // empty: has none of its own
  TorchType type;
};
constexpr auto kRows = std::to_array<Row>({
    {"FloatStorage", {"float32", 32}},
    {"BFloat16Storage", {"bfloat16", 16}},
    {"HalfStorage", {"float16", 16}},
    {"DoubleStorage", {"float64", 64}},
    {"LongStorage", {"int64", 64}},
    {"IntStorage", {"int32", 32}},
    {"ShortStorage", {"int16", 16}},
    {"CharStorage", {"int8", 8}},
    {"ByteStorage", {"uint8", 8}},
    {"BoolStorage", {"bool", 8}},
    {"ComplexFloatStorage", {"complex64", 64}},
    {"ComplexDoubleStorage", {"complex128", 128}},
    {"QInt8Storage", {"qint8", 8}},
    {"QUInt8Storage", {"quint8", 8}},
    {"QInt32Storage", {"qint32", 32}},
    // Several elements share a byte.
    {"QUInt4x2Storage", {"quint4x2", 4}},
    {"QUInt2x4Storage", {"quint2x4", 2}},
    {"", {"uint16", 16}},
    {"", {"uint32", 32}},
    {"", {"uint64", 64}},
    {"", {"complex32", 32}},
    {"", {"float8_e4m3fn", 8}},
    {"", {"float8_e5m2", 8}},
    {"", {"float8_e4m3fnuz", 8}},
    {"", {"float8_e5m2fnuz", 8}},
    {"", {"float8_e8m0fnu", 8}},
    {"", {"float4_e2m1fn_x2", 8}},
});

}  // namespace

TorchType torch_type(std::string_view global) {
  if (!global.starts_with("torch.")) return {};
  const auto name = global.substr(6);
  for (const Row& row : kRows) {
    if (row.type.name == name) return row.type;
  }
  return {};
}

TorchType torch_storage(std::string_view global) {
  if (!global.starts_with("torch.")) return {};
  const auto name = global.substr(global.rfind('.') + 1);
  if (name == "UntypedStorage" || name == "_UntypedStorage") return {"", 8};
  for (const Row& row : kRows) {
    if (!row.storage.empty() && row.storage == name) return row.type;
  }
  return {};
}

}  // namespace mpk::model
