// Looking at artifacts: inspect and tree.
#include "flow/look.hpp"

#include "attest/predicate_type.hpp"
#include "base/limits.hpp"
#include "flow/evidence.hpp"
#include "json/parse.hpp"
#include "oci/manifest.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::flow {
namespace {

TreeNode bundle_node(const oci::Descriptor& referrer, const CheckedBundle& bundle) {
  TreeNode node{.descriptor = referrer};
  node.predicate_type = bundle.predicate_type;
  node.label = bundle.predicate_type.empty() ? "bundle"
                                             : attest::predicate_type_label(bundle.predicate_type);
  if (bundle.malformed) {
    node.state = TreeNode::State::unreadable;
  } else if (bundle.report.verified) {
    node.state = TreeNode::State::verified;
    node.identity = bundle.report.verified->identity.subject;
  } else {
    node.state = TreeNode::State::unverified;
  }
  if (const auto* failure = bundle.report.first_failure(); failure != nullptr)
    node.problem = failure->message;
  return node;
}

Result<std::vector<TreeNode>> nodes_of(oci::Store& store, const Digest& subject,
                                       const VerifyRequest& request, Timestamp now,
                                       unsigned depth) {
  std::vector<TreeNode> nodes;
  if (depth == 0) return nodes;
  auto bundles = TRY(collect_evidence(store, subject, request, now));
  for (const auto& referrer : TRY(store.referrers(subject))) {
    auto bundle = std::find_if(bundles.begin(), bundles.end(), [&](const CheckedBundle& each) {
      return each.referrer == referrer.digest.text();
    });
    TreeNode node{.descriptor = referrer};
    if (bundle != bundles.end()) {
      node = bundle_node(referrer, *bundle);
    } else {
      node.label = referrer.artifact_type.empty() ? referrer.media_type : referrer.artifact_type;
      node.state = TreeNode::State::unsigned_content;
    }
    node.children = TRY(nodes_of(store, referrer.digest, request, now, depth - 1));
    nodes.push_back(std::move(node));
  }
  return nodes;
}

}  // namespace

Result<Inspection> inspect(const Context& context, const oci::Reference& reference,
                           InspectDepth depth) {
  auto store = TRY(open_store(context, reference));
  auto descriptor = TRY(resolve(*store, reference));
  auto bytes = TRY(store->fetch_manifest(descriptor));
  if (oci::is_index(bytes, descriptor.media_type)) {
    return Error(ErrorKind::unsupported, reference.text() + ": an image index, not one artifact",
                 "name one of its manifests by digest");
  }
  auto manifest = TRY(oci::parse_manifest(bytes, descriptor.media_type));
  Inspection out{.reference = reference.text(),
                 .descriptor = descriptor,
                 .manifest = std::move(manifest),
                 .config = Json(nullptr),
                 .files = {},
                 .total_size = 0};
  for (const auto& layer : out.manifest.layers) out.total_size += layer.size;
  auto config =
      TRY(oci::fetch_text(*store, out.manifest.config, limits::kConfigBlob).with("config"));
  if (auto parsed = json::parse(config)) out.config = *parsed;
  if (modelpack::is_model(out.manifest))
    out.files = TRY(modelpack::layer_files(out.manifest, config));
  if (depth != InspectDepth::manifest)
    out.headers = TRY(read_headers(context, *store, out.files, depth == InspectDepth::documents));
  return out;
}

Result<Tree> tree(const Context& context, const oci::Reference& reference,
                  const sigstore::TrustedRoot& root) {
  auto store = TRY(open_store(context, reference));
  auto descriptor = TRY(resolve(*store, reference));
  Tree out{.reference = reference.text(), .root = descriptor};
  auto bytes = TRY(store->fetch_manifest(descriptor));
  if (!oci::is_index(bytes, descriptor.media_type)) {
    auto manifest = TRY(oci::parse_manifest(bytes, descriptor.media_type));
    out.layers = manifest.layers.size();
    for (const auto& layer : manifest.layers) out.total_size += layer.size;
    out.root.artifact_type = manifest.effective_artifact_type();
  }
  VerifyRequest request{.identities = {},
                        .predicate_type = {},
                        .trusted_root = root,
                        .legacy_tags = VerifyRequest::LegacyTags::never};
  constexpr unsigned kDepth = 4;  // a referrer of a referrer of a referrer: deeper is nobody's use
  out.referrers = TRY(nodes_of(*store, descriptor.digest, request, context.clock.now(), kDepth));
  return out;
}

}  // namespace mpk::flow
