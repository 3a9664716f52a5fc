// agree: file components against layers, and the manifest digest that a document names.
#include "aibom/agree.hpp"

#include "aibom/described_files.hpp"
#include "aibom/draft.hpp"
#include "aibom/lookup.hpp"
#include "aibom/purl.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::aibom {
namespace {

constexpr std::size_t kShown = 200;

/// By algorithm all values, lower case.
using Hashes = std::map<std::string, std::set<std::string>>;
Hashes hashes_of(const Json& component) {
  Hashes out;
  for (const auto& hash : items(member(component, "hashes")))
    out[text(hash, "alg")].insert(lower_ascii(text(hash, "content")));
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
  /// Whether the component of this name has the layer's, or file's, digests.
  void file(const modelpack::LayerFile& file, const Files& files) {
    auto found = files.find(file.path);
    const auto& digest = file.descriptor.digest;
    if (found == files.end()) return note(file.path, "no component", digest.text(), {});
    if (found->second.size() > 1)
      return note(file.path, "several components", "1", std::to_string(found->second.size()));
    const auto hashes = hashes_of(*found->second.front());
    const auto algorithm = hash_name(digest.algorithm());
    if (!hashes.contains(algorithm)) return note(file.path, "no " + algorithm, digest.hex(), {});
    if (digests(hashes, file.path, digest, file.sha512)) ++agreement_.matching;
  }

  /// An archive, found by its digest, and its files; `contents` is null when it was not read.
  void archive(const modelpack::LayerFile& layer, const DescribedArchive& described,
               const std::vector<modelpack::LayerFile>* contents) {
    digests(hashes_of(*described.component), layer.path, layer.descriptor.digest, layer.sha512);
    const auto& files = described.files;
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

  void manifest(const Json& bom, const Digest& digest, std::string_view bytes) {
    const auto& model = subject(bom);
    const auto hashes = hashes_of(model);
    std::optional<Digest> sha512;
    if (!bytes.empty() && hashes.contains(hash_name(DigestAlgorithm::sha512)))
      sha512 = crypto::hash(DigestAlgorithm::sha512, as_bytes(bytes));
    digests(hashes, "manifest", digest, sha512);
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
  /// Every digest that the component has: one that differs is told, one that is not known counted.
  bool digests(const Hashes& hashes, const std::string& path, const Digest& digest,
               const std::optional<Digest>& sha512) {
    std::map<std::string, const Digest*> known;
    if (sha512) known[hash_name(sha512->algorithm())] = &*sha512;
    known[hash_name(digest.algorithm())] = &digest;
    for (const auto& [algorithm, values] : hashes) {
      const auto at = known.find(algorithm);
      if (at == known.end()) {
        ++agreement_.uncompared[algorithm];
        continue;
      }
      // A second value of the same algorithm would let the document claim two things at once.
      const auto& expected = at->second->hex();
      if (values == std::set<std::string>{expected}) continue;
      note(path, algorithm + " differs", expected, shown(values));
      return false;
    }
    return true;
  }

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
      const auto hashes = hashes_of(*each.component);
      for (const auto algorithm : {DigestAlgorithm::sha256, DigestAlgorithm::sha512}) {
        const auto found = hashes.find(hash_name(algorithm));
        if (found != hashes.end() && found->second.size() == 1)
          by_digest_.emplace(key(algorithm, *found->second.begin()), &each);
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
                              const Digest& manifest, const ArchiveFiles& archives,
                              std::string_view manifest_bytes) {
  Comparison comparison;
  const auto described = described_files(bom);
  Archives archives_left(described.archives);
  std::set<std::string_view> paths;
  comparison.manifest(bom, manifest, manifest_bytes);
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
    comparison.archive(layer, *archive, contents == archives.end() ? nullptr : &contents->second);
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

bool names_sha512(const Json& bom) {
  const auto name = hash_name(DigestAlgorithm::sha512);
  const auto has = [&](const Json* component) { return hashes_of(*component).contains(name); };
  const auto any = [&](const Files& files) {
    return std::ranges::any_of(
        files, [&](const auto& named) { return std::ranges::any_of(named.second, has); });
  };
  const auto described = described_files(bom);
  return any(described.files) ||
         std::ranges::any_of(described.archives, [&](const DescribedArchive& archive) {
           return has(archive.component) || any(archive.files);
         });
}

}  // namespace mpk::aibom
