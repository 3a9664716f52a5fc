// Models of a few tensors and documents, for the tests of what is compared between them.
#pragma once

#include "model/collect.hpp"
#include "model/inspect.hpp"
#include "model/sample_files.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::model::sample {

struct Shape {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::string dtype = "U8";
};

/// A safetensors file of these tensors, all zeros.
inline FileHead weights(const std::vector<Shape>& tensors, std::string path = "model.safetensors",
                        const std::string& format = "") {
  Json header = Json::object();
  if (!format.empty()) header["__metadata__"] = {{"format", format}};
  std::uint64_t at = 0;
  for (const Shape& each : tensors) {
    std::uint64_t bytes = each.dtype == "I32" || each.dtype == "F32"    ? 4
                          : each.dtype == "BF16" || each.dtype == "F16" ? 2
                                                                        : 1;
    for (const std::uint64_t size : each.shape) bytes *= size;
    header[each.name] = {{"dtype", each.dtype},
                         {"shape", each.shape},
                         {"data_offsets", std::vector<std::uint64_t>{at, at + bytes}}};
    at += bytes;
  }
  return whole(std::move(path), sample::safetensors(mpk::json::compact(header), at));
}

inline FileHead file(std::string path, std::string text) {
  return whole(std::move(path), std::move(text));
}
inline FileHead config(const std::string& members) {
  return file("config.json", "{" + members + "}");
}
inline FileHead card(const std::string& front) {
  return file("README.md", "---\n" + front + "\n---\n");
}

/// "path#pointer: message" of the findings with this code.
inline std::string said(const std::vector<FileHead>& heads, std::string_view code) {
  std::string out;
  for (const Finding& finding : findings(inspect(heads), code)) {
    out += finding.path + (finding.pointer.empty() ? "" : "#" + finding.pointer) + ": " +
           finding.message + "\n";
  }
  return out;
}

inline std::string value(const ModelInfo& info, std::string_view name) {
  const Fact* fact = find_fact(info, name);
  return fact ? fact->value + " " + std::string(to_string(fact->tier)) : "none";
}

inline std::vector<Shape> embedding() { return {{"model.embed_tokens.weight", {10, 4}}}; }

}  // namespace mpk::model::sample
