// agree: file components against layers, and the manifest digest that a document names.
#include "aibom/agree.hpp"

#include "aibom/described_files.hpp"
#include "aibom/draft.hpp"
#include "aibom/lookup.hpp"
#include "aibom/purl.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::aibom {
namespace {

constexpr std::size_t kShown = 200;

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
  /// Whether the component of this name has the layer's, or file's, digest.
  void file(const modelpack::LayerFile& file, const Files& files) {
    auto found = files.find(file.path);
    const auto& digest = file.descriptor.digest;
    if (found == files.end()) return note(file.path, "no component", digest.text(), {});
    if (found->second.size() > 1)
      return note(file.path, "several components", "1", std::to_string(found->second.size()));
    auto algorithm = hash_name(digest.algorithm());
    auto hashes = hashes_of(*found->second.front(), algorithm);
    if (hashes.empty()) return note(file.path, "no " + algorithm, digest.hex(), {});
    // A second value of the same algorithm would let the document claim two things at once.
    if (hashes != std::set<std::string>{digest.hex()})
      return note(file.path, algorithm + " differs", digest.hex(), shown(hashes));
    ++agreement_.matching;
  }

  /// The files of one archive; `contents` is null when it was not read.
  void inside(const modelpack::LayerFile& layer, const Files& files,
              const std::vector<modelpack::LayerFile>* contents) {
    if (contents == nullptr) {
      ++agreement_.unread;
      if (files.empty()) note(layer.path, "its files are not described", {}, {});
      return;
    }
    std::set<std::string_view> paths;
    for (const auto& each : *contents) {
      paths.insert(each.path);
      file(each, files);
    }
    extras(files, paths, "not in the archive");
  }

  /// Components that claim bytes which nobody has.
  void extras(const Files& files, const std::set<std::string_view>& paths,
              std::string_view message) {
    for (const auto& [name, components] : files) {
      if (!paths.contains(name)) extra(name, components, message);
    }
  }

  void extra(std::string_view name, const std::vector<const Json*>& components,
             std::string_view message) {
    for (const auto* component : components) {
      if (items(member(*component, "hashes")).empty()) continue;
      return note(std::string(name), std::string(message), {}, {});
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

  void not_described() { ++agreement_.unread; }

  Agreement take(std::size_t files) {
    agreement_.files = files;
    return std::move(agreement_);
  }

 private:
  void note(const std::string& path, std::string message, std::string expected, std::string found) {
    agreement_.disagreements.push_back({printable(path, limits::kPathBytes), std::move(message),
                                        std::move(expected), std::move(found)});
  }

  Agreement agreement_;
};

// Described archives by their digest, each given out once.
class Archives {
 public:
  explicit Archives(const std::vector<DescribedArchive>& described) {
    for (const auto& each : described) {
      for (const auto algorithm : {DigestAlgorithm::sha256, DigestAlgorithm::sha512}) {
        const auto hashes = hashes_of(*each.component, hash_name(algorithm));
        if (hashes.size() == 1) by_digest_.emplace(key(algorithm, *hashes.begin()), &each);
      }
    }
  }

  /// Of several with the layer's digest, the one that is named like it; null: none is left.
  const DescribedArchive* take(const modelpack::LayerFile& layer) {
    const auto& digest = layer.descriptor.digest;
    const auto [begin, end] = by_digest_.equal_range(key(digest.algorithm(), digest.hex()));
    const DescribedArchive* found = nullptr;
    for (auto at = begin; at != end; ++at) {
      if (taken_.contains(at->second)) continue;
      const bool named = text(*at->second->component, "name") == layer.path;
      if (found == nullptr || named) found = at->second;
      if (named) break;
    }
    if (found != nullptr) taken_.insert(found);
    return found;
  }
  bool taken(const DescribedArchive& archive) const { return taken_.contains(&archive); }

 private:
  static std::string key(DigestAlgorithm algorithm, const std::string& hex) {
    return hash_name(algorithm) + ":" + hex;
  }
  std::multimap<std::string, const DescribedArchive*> by_digest_;
  std::set<const DescribedArchive*> taken_;
};

}  // namespace

Agreement compare_with_layers(const Json& bom, const std::vector<modelpack::LayerFile>& layers,
                              const Digest& manifest, const ArchiveFiles& archives) {
  Comparison comparison;
  const auto described = described_files(bom);
  Archives archives_left(described.archives);
  std::set<std::string_view> paths;
  comparison.manifest(bom, manifest);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto& layer = layers[i];
    const bool is_archive = modelpack::is_archive(layer.encoding);
    const auto* archive = is_archive ? archives_left.take(layer) : nullptr;
    if (archive == nullptr) {
      paths.insert(layer.path);
      comparison.file(layer, described.files);
      if (is_archive) comparison.not_described();
      continue;
    }
    const auto contents = archives.find(i);
    comparison.inside(layer, archive->files,
                      contents == archives.end() ? nullptr : &contents->second);
  }
  constexpr std::string_view kNowhere = "not in the artifact";
  comparison.extras(described.files, paths, kNowhere);
  for (const auto& archive : described.archives) {
    if (archives_left.taken(archive)) continue;
    comparison.extra(text(*archive.component, "name"), {archive.component}, kNowhere);
    comparison.extras(archive.files, {}, kNowhere);
  }
  return comparison.take(count(described));
}

}  // namespace mpk::aibom
