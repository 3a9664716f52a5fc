// Reach: down from the entries of index.json, through indexes and manifests.
#include "oci/layout_reach.hpp"

#include "base/limits.hpp"
#include "oci/layout_index.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace mpk::oci::layout {

bool may_name_parts(const Descriptor& descriptor) {
  const auto& type = descriptor.media_type;
  return type == kManifestType || type == kIndexType || type == kDockerManifestType ||
         type == kDockerListType;
}

Result<std::vector<Descriptor>> parts_of(const Descriptor& descriptor, const Blobs& blobs) {
  const auto found = blobs.text(descriptor, limits::kManifest);
  if (!found && found.error().kind() == ErrorKind::not_found) return std::vector<Descriptor>();
  if (!found) return found.error();
  const std::string& bytes = *found;
  if (is_index(bytes, descriptor.media_type)) return TRY(oci::parse_index(bytes)).manifests;
  Manifest manifest = TRY(parse_manifest(bytes));
  manifest.layers.push_back(std::move(manifest.config));
  return std::move(manifest.layers);
}

std::optional<Digest> holder_of(const Digest& digest, const Blobs& blobs, const Json& index) {
  const auto listed = entries(index);
  if (!listed) return digest;
  std::vector<Descriptor> open;
  for (const auto& entry : *listed) open.push_back(entry.descriptor);
  std::set<Digest> seen;
  while (!open.empty()) {
    const Descriptor at = std::move(open.back());
    open.pop_back();
    if (!may_name_parts(at) || !seen.insert(at.digest).second) continue;
    auto parts = parts_of(at, blobs);
    if (!parts || std::ranges::find(*parts, digest, &Descriptor::digest) != parts->end()) {
      return at.digest;
    }
    std::ranges::move(*parts, std::back_inserter(open));
  }
  return std::nullopt;
}

}  // namespace mpk::oci::layout
