// Looking at artifacts: inspect and tree.
#pragma once

#include "flow/context.hpp"
#include "flow/heads.hpp"
#include "flow/verify.hpp"
#include "modelpack/artifact.hpp"
#include "oci/reference.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mpk::flow {

struct Inspection {
  std::string reference;
  oci::Descriptor descriptor;
  oci::Manifest manifest;
  Json config;  // the ModelPack config, or null when it is none
  std::vector<modelpack::LayerFile> files;
  std::uint64_t total_size = 0;
  std::optional<Headers> headers;
};
/// How far to look: into the manifest and config only, into the headers of the weights, or into
/// documents, too. Weights themselves are never fetched (modelpack/remote_heads.hpp).
enum class InspectDepth { manifest, headers, documents };
Result<Inspection> inspect(const Context& context, const oci::Reference& reference,
                           InspectDepth depth = InspectDepth::manifest);

struct TreeNode {
  oci::Descriptor descriptor;
  std::string label;           // "signature", "aibom", "provenance", or the artifact type
  std::string predicate_type;  // of a bundle
  enum class State { verified, unverified, unsigned_content, unreadable } state;
  std::string identity;  // proven, or claimed by an unverified bundle (then marked so)
  std::string problem;   // why it is not verified
  std::vector<TreeNode> children;
};
struct Tree {
  std::string reference;
  oci::Descriptor root;
  std::uint64_t total_size = 0;
  std::size_t layers = 0;
  std::vector<TreeNode> referrers;
};
/// "verified" means: chain, time, log and signature hold under `root`, whoever signed; the identity
/// is shown for the reader to judge.
Result<Tree> tree(const Context& context, const oci::Reference& reference,
                  const sigstore::TrustedRoot& root);

}  // namespace mpk::flow
