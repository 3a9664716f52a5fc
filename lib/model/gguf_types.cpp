// ggml's types: block sizes from ggml-common.h, names from ggml.h and llama.h.
#include "model/gguf_types.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace mpk::model {
namespace {

struct Row {
  std::uint32_t id;
  std::string_view name;
  std::uint32_t block, bytes;
};
constexpr auto kTypes = std::to_array<Row>({
    {0, "F32", 1, 4},           {1, "F16", 1, 2},           {2, "Q4_0", 32, 18},
    {3, "Q4_1", 32, 20},        {6, "Q5_0", 32, 22},        {7, "Q5_1", 32, 24},
    {8, "Q8_0", 32, 34},        {9, "Q8_1", 32, 40},        {10, "Q2_K", 256, 84},
    {11, "Q3_K", 256, 110},     {12, "Q4_K", 256, 144},     {13, "Q5_K", 256, 176},
    {14, "Q6_K", 256, 210},     {15, "Q8_K", 256, 292},     {16, "IQ2_XXS", 256, 66},
    {17, "IQ2_XS", 256, 74},    {18, "IQ3_XXS", 256, 98},   {19, "IQ1_S", 256, 50},
    {20, "IQ4_NL", 32, 18},     {21, "IQ3_S", 256, 110},    {22, "IQ2_S", 256, 82},
    {23, "IQ4_XS", 256, 136},   {24, "I8", 1, 1},           {25, "I16", 1, 2},
    {26, "I32", 1, 4},          {27, "I64", 1, 8},          {28, "F64", 1, 8},
    {29, "IQ1_M", 256, 56},     {30, "BF16", 1, 2},         {31, "Q4_0_4_4", 32, 18},
    {32, "Q4_0_4_8", 32, 18},   {33, "Q4_0_8_8", 32, 18},   {34, "TQ1_0", 256, 54},
    {35, "TQ2_0", 256, 66},     {36, "IQ4_NL_4_4", 32, 18}, {37, "IQ4_NL_4_8", 32, 18},
    {38, "IQ4_NL_8_8", 32, 18}, {39, "MXFP4", 32, 17},      {40, "NVFP4", 64, 36},
    {41, "Q1_0", 128, 18},      {42, "Q2_0", 0, 0},
});

constexpr auto kPlain =
    std::to_array<std::string_view>({"F32", "F16", "F64", "BF16", "I8", "I16", "I32", "I64"});

struct FileType {
  std::uint64_t id;
  std::string_view name;
  std::string_view types;  // what most of the file may be, by llama_tensor_get_type()
};
constexpr auto kFileTypes = std::to_array<FileType>({
    {0, "F32", "F32"},           {1, "F16", "F16"},
    {2, "Q4_0", "Q4_0"},         {3, "Q4_1", "Q4_1"},
    {7, "Q8_0", "Q8_0"},         {8, "Q5_0", "Q5_0"},
    {9, "Q5_1", "Q5_1"},         {10, "Q2_K", "Q2_K Q3_K"},
    {11, "Q3_K_S", "Q3_K"},      {12, "Q3_K_M", "Q3_K Q4_K"},
    {13, "Q3_K_L", "Q3_K Q5_K"}, {14, "Q4_K_S", "Q4_K"},
    {15, "Q4_K_M", "Q4_K"},      {16, "Q5_K_S", "Q5_K"},
    {17, "Q5_K_M", "Q5_K"},      {18, "Q6_K", "Q6_K"},
    {19, "IQ2_XXS", "IQ2_XXS"},  {20, "IQ2_XS", "IQ2_XS"},
    {21, "Q2_K_S", "Q2_K"},      {22, "IQ3_XS", "IQ3_XXS IQ3_S"},
    {23, "IQ3_XXS", "IQ3_XXS"},  {24, "IQ1_S", "IQ1_S"},
    {25, "IQ4_NL", "IQ4_NL"},    {26, "IQ3_S", "IQ3_S"},
    {27, "IQ3_M", "IQ3_S"},      {28, "IQ2_S", "IQ2_XS IQ2_S"},
    {29, "IQ2_M", "IQ2_S"},      {30, "IQ4_XS", "IQ4_XS"},
    {31, "IQ1_M", "IQ1_M"},      {32, "BF16", "BF16"},
    {36, "TQ1_0", "TQ1_0"},      {37, "TQ2_0", "TQ2_0"},
    {38, "MXFP4_MOE", "MXFP4"},  {39, "NVFP4", "NVFP4"},
    {40, "Q1_0", "Q1_0"},
});

const FileType* find_file_type(std::uint64_t id) {
  const auto row = std::find_if(kFileTypes.begin(), kFileTypes.end(),
                                [&](const FileType& type) { return type.id == id; });
  return row == kFileTypes.end() ? nullptr : &*row;
}

}  // namespace

GgmlType ggml_type(std::uint32_t id) {
  for (const Row& row : kTypes) {
    if (row.id == id) return {std::string(row.name), row.block, row.bytes};
  }
  return {"type_" + std::to_string(id), 0, 0};
}

bool is_quantised(std::string_view name) {
  return std::find(kPlain.begin(), kPlain.end(), name) == kPlain.end();
}

std::string_view file_type_name(std::uint64_t file_type) {
  const FileType* row = find_file_type(file_type);
  return row ? row->name : std::string_view();
}

bool file_type_allows(std::uint64_t file_type, std::string_view type) {
  const FileType* row = find_file_type(file_type);
  if (!row) return true;  // newer than this table: nothing to hold against it
  const auto types = split(row->types, ' ');
  return std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace mpk::model
