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
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::aibom {
namespace {

constexpr std::array<std::string_view, 9> kWeightEndings = {
    ".safetensors", ".gguf", ".onnx", ".bin", ".pt", ".pth", ".h5", ".keras", ".npz"};

constexpr std::string_view kUsual = "SHA-256";

/// By algorithm.
using Hashes = std::map<std::string, std::string>;
/// By path.
using Hashed = std::map<std::string, Hashes>;

struct Side {
  Hashed weights, others;
};

bool is_weight(const Json& file) {
  if (!property(file, own(kTensors)).empty()) return true;
  const auto type = modelpack::parse_media_type(text(file, "mime-type"));
  if (type) return type->kind == model::Kind::weight;
  // Another tool's document: the name is all there is.
  const auto name = lower_ascii(text(file, "name"));
  return std::ranges::any_of(kWeightEndings, [&](auto ending) { return name.ends_with(ending); });
}

Hashes hashes(const Json& file) {
  Hashes out;
  for (const auto& hash : items(member(file, "hashes")))
    out.emplace(text(hash, "alg"), text(hash, "content"));
  return out;
}

void collect(const Files& files, Side& out) {
  for (const auto& [name, components] : files) {
    for (const auto* file : components)
      (is_weight(*file) ? out.weights : out.others).emplace(name, hashes(*file));
  }
}

Side side(const Json& bom) {
  Side out;
  const auto described = described_files(bom);
  collect(described.files, out);
  for (const auto& archive : described.archives) collect(archive.files, out);
  return out;
}

std::string shown(const Hashes& hashes, const std::string& algorithm) {
  const auto found = hashes.find(algorithm);
  const auto& one = found == hashes.end() ? hashes.begin() : found;
  return one == hashes.end() ? std::string() : one->first + ":" + one->second;
}

/// The algorithm by which two files differ, of those that both have; else the one to show.
std::string telling_algorithm(const Hashes& before, const Hashes& after) {
  std::vector<std::string> order = {std::string(kUsual)};
  for (const auto& [algorithm, value] : before) order.push_back(algorithm);
  std::string shared(kUsual);
  for (const auto& algorithm : order) {
    const auto one = before.find(algorithm), other = after.find(algorithm);
    if (one == before.end() || other == after.end()) continue;
    if (one->second != other->second) return algorithm;
    shared = algorithm;
  }
  return shared;
}

/// A digest of each file: of two with one name those by which they differ, if they do.
std::pair<Said, Said> told(const Hashed& before, const Hashed& after) {
  std::pair<Said, Said> out;
  for (const auto& [name, hashes] : before) {
    const auto other = after.find(name);
    const auto algorithm =
        other == after.end() ? std::string(kUsual) : telling_algorithm(hashes, other->second);
    out.first.emplace(name, shown(hashes, algorithm));
    if (other != after.end()) out.second.emplace(name, shown(other->second, algorithm));
  }
  for (const auto& [name, hashes] : after)
    out.second.emplace(name, shown(hashes, std::string(kUsual)));
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
  const auto weights = told(old.weights, now.weights), others = told(old.others, now.others);
  out.list("weights.added", "weights.removed", "weights.changed", weights.first, weights.second);
  out.list("files.added", "files.removed", "files.changed", others.first, others.second);
  const auto& was = subject(before);
  const auto& is = subject(after);
  out.fact("weights.tensors", "", property(was, own(kTensors)), property(is, own(kTensors)));
  out.fact("weights.types", "", types(was), types(is));
}

}  // namespace mpk::aibom
