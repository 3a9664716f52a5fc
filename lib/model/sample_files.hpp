// Files for this module's tests: real ones from testdata, and ones made by hand.
#pragma once

#include "base/file.hpp"
#include "base/limits.hpp"
#include "model/head.hpp"
#include "model/info.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::model::sample {

inline std::string number(std::uint64_t value, int width) {
  std::string out;
  for (int i = 0; i < width; ++i) out += static_cast<char>((value >> (8 * i)) & 0xff);
  return out;
}
inline std::string u32(std::uint64_t value) { return number(value, 4); }
inline std::string u64(std::uint64_t value) { return number(value, 8); }

inline FileHead whole(std::string path, std::string bytes) {
  const std::uint64_t size = bytes.size();
  return {std::move(path), size, std::move(bytes), true};
}

inline std::string testdata(const std::string& name) {
  auto bytes = read_file(std::string(MPK_SOURCE_DIR "/testdata/models/") + name, 16U << 20);
  REQUIRE(bytes.has_value());
  return std::move(*bytes);
}

/// What the tap keeps of `bytes` that arrive in pieces of this size.
inline FileHead tap(std::string path, std::string_view bytes, std::size_t piece = SIZE_MAX) {
  HeadTap tapped(std::move(path), bytes.size());
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    tapped.feed(as_bytes(bytes.substr(at, piece)));
    if (piece > bytes.size()) break;
  }
  return tapped.finish();
}

/// A safetensors file with this JSON header and so many bytes of data.
inline std::string safetensors(std::string_view json, std::size_t data) {
  return u64(json.size()) + std::string(json) + std::string(data, '\0');
}

inline std::string gguf_string(std::string_view text) {
  return u64(text.size()) + std::string(text);
}
inline std::string gguf_text(std::string_view key, std::string_view value) {
  return gguf_string(key) + u32(8) + gguf_string(value);
}
inline std::string gguf_u32(std::string_view key, std::uint64_t value) {
  return gguf_string(key) + u32(4) + u32(value);
}
/// Dimensions in GGUF's order, the fastest first.
inline std::string gguf_tensor(std::string_view name, const std::vector<std::uint64_t>& dimensions,
                               std::uint32_t type, std::uint64_t offset) {
  std::string out = gguf_string(name) + u32(dimensions.size());
  for (const std::uint64_t size : dimensions) out += u64(size);
  return out + u32(type) + u64(offset);
}
/// Version 3, the parts as they are, then zeros up to the alignment and `data` more.
inline std::string gguf(const std::vector<std::string>& tensors,
                        const std::vector<std::string>& pairs, std::size_t data) {
  std::string out = "GGUF" + u32(3) + u64(tensors.size()) + u64(pairs.size());
  for (const std::string& pair : pairs) out += pair;
  for (const std::string& tensor : tensors) out += tensor;
  if (!tensors.empty()) out.resize((out.size() + 31) / 32 * 32 + data);
  return out;
}

/// The findings of this code.
inline std::vector<Finding> findings(const ModelInfo& info, std::string_view code) {
  std::vector<Finding> out;
  for (const Finding& finding : info.findings) {
    if (finding.code == code) out.push_back(finding);
  }
  return out;
}

}  // namespace mpk::model::sample
