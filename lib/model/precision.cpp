// precision: one table for the spellings of safetensors, ggml, ONNX and PyTorch.
#include "model/precision.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

namespace mpk::model {
namespace {

/// (precision, parameters) by falling parameters.
std::vector<std::pair<std::string_view, std::uint64_t>> by_count(const TensorFacts& facts) {
  std::map<std::string_view, TensorFacts> sums;
  for (const auto& [dtype, count] : facts.dtypes) {
    const std::string_view precision = modelpack_precision(dtype);
    if (precision.empty()) continue;
    TensorFacts one;
    one.parameters = count.parameters;
    sums[precision].add(one);
  }
  std::vector<std::pair<std::string_view, std::uint64_t>> out;
  for (const auto& [precision, sum] : sums) out.emplace_back(precision, sum.parameters);
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return out;
}

}  // namespace

std::string_view modelpack_precision(std::string_view dtype) {
  static constexpr auto kTable = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"F32", "float32"},
      {"F64", "float64"},
      {"F16", "float16"},
      {"BF16", "bfloat16"},
      {"F8_E4M3", "float8_e4m3"},
      {"F8_E5M2", "float8_e5m2"},
      {"C64", "complex64"},
      {"I8", "int8"},
      {"I16", "int16"},
      {"I32", "int32"},
      {"I64", "int64"},
      {"U8", "uint8"},
      {"U16", "uint16"},
      {"U32", "uint32"},
      {"U64", "uint64"},
      {"BOOL", "bool"},
      {"FLOAT", "float32"},
      {"DOUBLE", "float64"},
      {"FLOAT16", "float16"},
      {"BFLOAT16", "bfloat16"},
      {"FLOAT8E4M3FN", "float8_e4m3"},
      {"FLOAT8E5M2", "float8_e5m2"},
      {"COMPLEX64", "complex64"},
      {"COMPLEX128", "complex128"},
      {"float32", "float32"},
      {"float64", "float64"},
      {"float16", "float16"},
      {"bfloat16", "bfloat16"},
      {"float8_e4m3fn", "float8_e4m3"},
      {"float8_e5m2", "float8_e5m2"},
      {"complex64", "complex64"},
      {"complex128", "complex128"},
      {"int8", "int8"},
      {"int16", "int16"},
      {"int32", "int32"},
      {"int64", "int64"},
      {"uint8", "uint8"},
      {"uint16", "uint16"},
      {"uint32", "uint32"},
      {"uint64", "uint64"},
      {"bool", "bool"},
      {"qint8", "int8"},
      {"quint8", "uint8"},
      {"qint32", "int32"},
      {"INT8", "int8"},
      {"INT16", "int16"},
      {"INT32", "int32"},
      {"INT64", "int64"},
      {"UINT8", "uint8"},
      {"UINT16", "uint16"},
      {"UINT32", "uint32"},
      {"UINT64", "uint64"},
  });
  for (const auto& [name, precision] : kTable) {
    if (name == dtype) return precision;
  }
  return {};
}

std::string precision_of(const TensorFacts& facts) {
  std::string out;
  for (const auto& [precision, count] : by_count(facts)) {
    if (!out.empty()) out += ',';
    out += precision;
  }
  return out;
}

std::string_view main_float_precision(const TensorFacts& facts) {
  for (const auto& [precision, count] : by_count(facts)) {
    if (precision.starts_with("float") || precision.starts_with("bfloat")) return precision;
  }
  return {};
}

}  // namespace mpk::model
