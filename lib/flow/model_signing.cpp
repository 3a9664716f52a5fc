// Signing a model: files → digests → statement → bundle; or layers → statement → referrer.
#include "flow/model_signing.hpp"

#include "base/text.hpp"
#include "flow/attach.hpp"
#include "flow/model_tree.hpp"
#include "oms/bundle_form.hpp"
#include "oms/hash_files.hpp"
#include "sigstore/attach.hpp"

#include <algorithm>
#include <map>

namespace mpk::flow {
namespace {

Result<void> check_count(const oms::Tree& tree, const oms::Serialization& serialization) {
  std::uint64_t count = 0;
  for (const auto& file : tree.files) {
    const auto pieces = oms::piece_count(file, serialization);
    // Each is held against the limit, so that the sum can't run over.
    count += std::min<std::uint64_t>(pieces, oms::kResources + 1);
    if (count > oms::kResources) {
      return Error(ErrorKind::too_large,
                   tree.name + ": more than " + std::to_string(oms::kResources) + " shards",
                   "a larger --shard-size makes fewer");
    }
  }
  return {};
}

// Without what was signed, neither the bundle nor its place in the model can be told from others.
std::vector<std::string> recorded_paths(const oms::Tree& tree, const oms::TreeRules& rules) {
  if (tree.single) return {};
  auto out = rules.ignore_paths;
  if (rules.ignore_git_paths) {
    out.insert(out.end(), oms::git_paths().begin(), oms::git_paths().end());
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

}  // namespace

Result<SignedModel> sign_model(const Context& context, const std::filesystem::path& model,
                               sigstore::Signer& signer, const ModelSigning& options) {
  const auto rules = TRY(tree_rules(model, options.rules));
  const auto tree = TRY(oms::list_tree(model, rules));
  const oms::Serialization serialization{.method = options.method,
                                         .hash = options.hash,
                                         .shard_size = options.shard_size,
                                         .allow_symlinks = rules.allow_symlinks,
                                         .ignore_paths = recorded_paths(tree, rules)};
  TRY(check_count(tree, serialization));
  std::vector<oms::Piece> pieces;
  SignedModel out{.name = tree.name, .root = oms::root_digest({})};
  for (const auto& file : tree.files) {
    for (auto& piece : oms::pieces_of(file, serialization)) pieces.push_back(std::move(piece));
    out.bytes += file.size;
  }
  out.files = tree.files.size();
  auto resources = TRY(oms::hash_pieces(tree, pieces, serialization.hash, hash_options(context)));
  const auto statement = TRY(oms::make_statement(tree.name, serialization, std::move(resources)));
  out.root = TRY(oms::parse_statement(statement)).root;
  out.links_outside = tree.links_outside;
  out.bundle = TRY(signer.sign(statement));
  return out;
}

Result<std::string> statement_of_layers(const std::string& name,
                                        const std::vector<modelpack::LayerFile>& layers) {
  std::vector<oms::Resource> resources;
  for (const auto& layer : layers) {
    const auto& digest = layer.descriptor.digest;
    if (layer.encoding != modelpack::Encoding::raw) {
      return Error(
          ErrorKind::unsupported,
          printable(layer.path, 120) + ": a tar layer, whose files have no digests in the manifest",
          "sign the directory: mpk sign DIR --bundle model.sig");
    }
    if (digest.algorithm() != DigestAlgorithm::sha256) {
      return Error(ErrorKind::unsupported, printable(layer.path, 120) +
                                               ": a model signature takes SHA-256 digests, found " +
                                               std::string(to_string(digest.algorithm())));
    }
    resources.push_back({.name = layer.path, .digest = digest.bytes()});
  }
  return oms::make_statement(name, {}, std::move(resources));
}

std::string difference_to_layers(const oms::Statement& statement,
                                 const std::vector<modelpack::LayerFile>& layers) {
  if (statement.serialization.method != oms::Method::files ||
      statement.serialization.hash != oms::HashType::sha256) {
    return "the statement has other digests than those of whole files by SHA-256";
  }
  std::map<std::string, const modelpack::LayerFile*> left;
  for (const auto& layer : layers) {
    if (layer.encoding != modelpack::Encoding::raw) {
      return printable(layer.path, 120) + ": a tar layer, whose files the manifest does not name";
    }
    left[layer.path] = &layer;
  }
  for (const auto& resource : statement.resources) {
    const auto found = left.find(resource.name);
    if (found == left.end()) return printable(resource.name, 120) + ": signed, but no layer";
    if (found->second->descriptor.digest.bytes() != resource.digest) {
      return printable(resource.name, 120) + ": the layer has another digest";
    }
    left.erase(found);
  }
  return left.empty() ? std::string() : printable(left.begin()->first, 120) + ": not signed";
}

Result<SignedLayers> sign_layers(const Context& context, oci::Store& store,
                                 const oci::Reference& reference, const oci::Descriptor& subject,
                                 sigstore::Signer& signer) {
  const auto bytes = TRY(store.fetch_manifest(subject));
  const auto manifest = TRY(oci::parse_manifest(bytes, subject.media_type));
  if (!modelpack::is_model(manifest)) {
    return Error(ErrorKind::unsupported, reference.text() + ": not a model, --oms is for models");
  }
  const auto layers = TRY(modelpack::layer_files(store, manifest));
  const auto statement = TRY(statement_of_layers(subject_name(reference), layers));
  auto bundle = TRY(signer.sign(statement));
  bundle.text = TRY(oms::without_key_hint(bundle.text));
  auto referrer = TRY(sigstore::attach_bundle(store, subject, bundle.text, bundle.predicate_type,
                                              context.clock.now()));
  return SignedLayers{.attached = {.predicate_type = bundle.predicate_type,
                                   .referrer = std::move(referrer),
                                   .log_url = bundle.log_url,
                                   .log_index = bundle.log_index},
                      .bundle = std::move(bundle.text)};
}

}  // namespace mpk::flow
