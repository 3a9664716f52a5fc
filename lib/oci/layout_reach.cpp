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

Result<std::vector<Descriptor>> parts_of(const Descriptor& descriptor, const std::string& bytes) {
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
    const auto bytes = blobs.text(at, limits::kManifest);
    // A part that was never copied here, as of other platforms, names nothing.
    if (!bytes && bytes.error().kind() == ErrorKind::not_found) continue;
    auto parts = bytes ? parts_of(at, *bytes) : Result<std::vector<Descriptor>>(bytes.error());
    if (!parts || std::ranges::find(*parts, digest, &Descriptor::digest) != parts->end()) {
      return at.digest;
    }
    std::ranges::move(*parts, std::back_inserter(open));
  }
  return std::nullopt;
}

}  // namespace mpk::oci::layout
