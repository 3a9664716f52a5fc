// ggml's tensor types and llama.cpp's names for mixtures of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mpk::model {

struct GgmlType {
  std::string name;         // "Q4_K"; "type_77" when unknown
  std::uint32_t block = 0;  // elements of a block; 0: unknown
  std::uint32_t block_bytes = 0;
};

/// ggml.h, enum ggml_type.
GgmlType ggml_type(std::uint32_t id);
/// Whether a type of this name is a quantisation (no F32, I8, …).
bool is_quantised(std::string_view ggml_type_name);

/// llama.h, enum llama_ftype (general.file_type): "Q4_K_M"; empty when unknown.
std::string_view file_type_name(std::uint64_t file_type);
/// Whether files that llama-quantize writes as `file_type` can consist mostly of `type`.
bool file_type_allows(std::uint64_t file_type, std::string_view type);

}  // namespace mpk::model
