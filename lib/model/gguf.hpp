// GGUF headers (ggml/docs/gguf.md), versions 2 and 3, little-endian.
#pragma once

#include "base/result.hpp"
#include "model/head.hpp"
#include "model/info.hpp"
#include "model/tensor.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

struct GgufHeader {
  std::uint32_t version = 0;
  std::map<std::string, std::string> strings;     // string values, arrays of strings left out
  std::map<std::string, std::uint64_t> integers;  // unsigned and non-negative integers and bools
  std::map<std::string, std::uint64_t> array_sizes;
  std::map<std::string, std::vector<std::string>> string_lists;  // arrays of at most 64 strings
  TensorFacts tensors;
  std::vector<Tensor> list;  // by position in the file
};

/// malformed: cut off, duplicate keys or names, offsets that overlap or leave the file; too_large:
/// limits::kGgufMetadata, kGgufEntries; unsupported: version 1, big-endian.
Result<GgufHeader> read_gguf(const FileHead& head);
/// Bytes from the start of the file to the end of the tensor infos, once `prefix` holds them all;
/// nullopt: more is needed. malformed as above. Cheap to call on a growing prefix.
Result<std::optional<std::size_t>> gguf_header_size(std::string_view prefix);

}  // namespace mpk::model
