// agree: file components against layers, and the manifest digest that a document names.
#include "aibom/agree.hpp"

#include "aibom/draft.hpp"
#include "aibom/lookup.hpp"
#include "aibom/purl.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <set>

namespace mpk::aibom {
namespace {

constexpr std::size_t kShown = 200;

using Files = std::map<std::string_view, std::vector<const Json*>>;

/// File components by name. Those of ancestors, tools and the like are about other bytes.
Files described_files(const Json& bom) {
  Files out;
  auto collect = [&](const Json& component) {
    if (text(component, "type") == "file") out[text(component, "name")].push_back(&component);
  };
  each_component(member(member(member(bom, "metadata"), "component"), "components"), collect);
  each_component(member(bom, "components"), collect);
  return out;
}

/// All values of one algorithm, lower case.
std::set<std::string> hashes_of(const Json& component, const std::string& algorithm) {
  std::set<std::string> out;
  for (const auto& hash : items(member(component, "hashes"))) {
    if (text(hash, "alg") == algorithm) out.insert(lower_ascii(text(hash, "content")));
  }
  return out;
}

std::string shown(const std::set<std::string>& values) {
  std::string out;
  for (const auto& value : values) {
    if (!out.empty()) out += ", ";
    out += printable(value, kShown);
    if (out.size() > 2 * kShown) break;
  }
  return out;
}

class Comparison {
 public:
  void layer(const modelpack::LayerFile& layer, const Files& files) {
    auto found = files.find(layer.path);
    const auto& digest = layer.descriptor.digest;
    if (found == files.end()) return note(layer.path, "no component", digest.text(), {});
    if (found->second.size() > 1)
      return note(layer.path, "several components", "1", std::to_string(found->second.size()));
    auto algorithm = hash_name(digest.algorithm());
    auto hashes = hashes_of(*found->second.front(), algorithm);
    if (hashes.empty()) return note(layer.path, "no " + algorithm, digest.hex(), {});
    // A second value of the same algorithm would let the document claim two things at once.
    if (hashes != std::set<std::string>{digest.hex()})
      return note(layer.path, algorithm + " differs", digest.hex(), shown(hashes));
    ++agreement_.matching;
  }

  void extra(std::string_view name, const std::vector<const Json*>& components) {
    for (const auto* component : components) {
      if (items(member(*component, "hashes")).empty()) continue;
      return note(std::string(name), "not in the artifact", {}, {});
    }
  }

  void manifest(const Json& bom, const Digest& digest) {
    const auto& model = subject(bom);
    auto algorithm = hash_name(digest.algorithm());
    auto hashes = hashes_of(model, algorithm);
    if (!hashes.empty() && hashes != std::set<std::string>{digest.hex()})
      note("manifest", algorithm + " differs", digest.hex(), shown(hashes));
    auto named = digest_of_purl(text(model, "purl"));
    if (named && *named != digest)
      note("manifest", "the digest in the purl differs", digest.text(), named->text());
  }

  Agreement take(std::size_t files) {
    agreement_.files = files;
    return std::move(agreement_);
  }

 private:
  void note(std::string path, std::string message, std::string expected, std::string found) {
    agreement_.disagreements.push_back({printable(path, limits::kPathBytes), std::move(message),
                                        std::move(expected), std::move(found)});
  }

  Agreement agreement_;
};

}  // namespace

Agreement compare_with_layers(const Json& bom, const std::vector<modelpack::LayerFile>& layers,
                              const Digest& manifest) {
  Comparison comparison;
  auto files = described_files(bom);
  std::set<std::string_view> paths;
  comparison.manifest(bom, manifest);
  for (const auto& layer : layers) {
    paths.insert(layer.path);
    comparison.layer(layer, files);
  }
  std::size_t described = 0;
  for (const auto& [name, components] : files) {
    described += components.size();
    if (!paths.contains(name)) comparison.extra(name, components);
  }
  return comparison.take(described);
}

}  // namespace mpk::aibom
