// agree: file components against layers, and the manifest digest that a document names.
#include "aibom/agree.hpp"

#include "aibom/described_files.hpp"
#include "aibom/draft.hpp"
#include "aibom/lookup.hpp"
#include "aibom/purl.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

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
  void inside(const Files& files, const std::vector<modelpack::LayerFile>* contents) {
    if (contents == nullptr) {
      agreement_.unread += count(files);
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
              const std::string& message) {
    for (const auto& [name, components] : files) {
      if (!paths.contains(name)) extra(name, components, message);
    }
  }

  void extra(std::string_view name, const std::vector<const Json*>& components,
             const std::string& message) {
    for (const auto* component : components) {
      if (items(member(*component, "hashes")).empty()) continue;
      return note(std::string(name), message, {}, {});
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

bool has_digest(const Json& component, const Digest& digest) {
  return hashes_of(component, hash_name(digest.algorithm())) == std::set<std::string>{digest.hex()};
}

}  // namespace

Agreement compare_with_layers(const Json& bom, const std::vector<modelpack::LayerFile>& layers,
                              const Digest& manifest, const ArchiveFiles& archives) {
  Comparison comparison;
  auto described = described_files(bom);
  const auto files = count(described);
  std::set<std::string_view> paths;
  comparison.manifest(bom, manifest);
  for (const auto& layer : layers) {
    const auto& digest = layer.descriptor.digest;
    const auto archive = std::ranges::find_if(described.archives, [&](const auto& each) {
      return layer.encoding != modelpack::Encoding::raw && has_digest(*each.component, digest);
    });
    if (archive == described.archives.end()) {
      paths.insert(layer.path);
      comparison.file(layer, described.files);
      continue;
    }
    const auto contents = archives.find(digest);
    comparison.inside(archive->files, contents == archives.end() ? nullptr : &contents->second);
    described.archives.erase(archive);
  }
  constexpr const char* kNowhere = "not in the artifact";
  comparison.extras(described.files, paths, kNowhere);
  for (const auto& archive : described.archives) {
    comparison.extra(text(*archive.component, "name"), {archive.component}, kNowhere);
    comparison.extras(archive.files, {}, kNowhere);
  }
  return comparison.take(files);
}

}  // namespace mpk::aibom
