// Files by digest; weights apart from the rest.
#include "aibom/compare_parts.hpp"
#include "aibom/described_files.hpp"
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "base/text.hpp"
#include "modelpack/media_types.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace mpk::aibom {
namespace {

constexpr std::array<std::string_view, 9> kWeightEndings = {
    ".safetensors", ".gguf", ".onnx", ".bin", ".pt", ".pth", ".h5", ".keras", ".npz"};

struct Side {
  Said weights, others;
};

bool is_weight(const Json& file) {
  if (!property(file, own(kTensors)).empty()) return true;
  const auto type = modelpack::parse_media_type(text(file, "mime-type"));
  if (type) return type->kind == model::Kind::weight;
  // Another tool's document: the name is all there is.
  const auto name = lower_ascii(text(file, "name"));
  return std::ranges::any_of(kWeightEndings, [&](auto ending) { return name.ends_with(ending); });
}

std::string digest(const Json& file) {
  std::string first;
  for (const auto& hash : items(member(file, "hashes"))) {
    auto shown = text(hash, "alg") + ":" + text(hash, "content");
    if (text(hash, "alg") == "SHA-256") return shown;
    if (first.empty()) first = std::move(shown);
  }
  return first;
}

void collect(const Files& files, Side& out) {
  for (const auto& [name, components] : files) {
    for (const auto* file : components)
      (is_weight(*file) ? out.weights : out.others).emplace(name, digest(*file));
  }
}

Side side(const Json& bom) {
  Side out;
  const auto described = described_files(bom);
  collect(described.files, out);
  for (const auto& archive : described.archives) collect(archive.files, out);
  return out;
}

std::string types(const Json& model) {
  std::string out;
  const auto prefix = own(kTensors) + ":";
  for (const auto& each : items(member(model, "properties"))) {
    const auto& name = text(each, "name");
    if (!name.starts_with(prefix)) continue;
    out += (out.empty() ? "" : ", ") + name.substr(prefix.size()) + " " + text(each, "value");
  }
  return out;
}

}  // namespace

void compare_files(const Json& before, const Json& after, Changes& out) {
  const auto old = side(before), now = side(after);
  out.list("weights.added", "weights.removed", "weights.changed", old.weights, now.weights);
  out.list("files.added", "files.removed", "files.changed", old.others, now.others);
  const auto& was = subject(before);
  const auto& is = subject(after);
  out.fact("weights.tensors", "", property(was, own(kTensors)), property(is, own(kTensors)));
  out.fact("weights.types", "", types(was), types(is));
}

}  // namespace mpk::aibom
