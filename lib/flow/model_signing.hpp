// Model signing (OpenSSF Model Signing v1.0): a directory, a file or an artifact's layers signed,
// and what is there judged against a signature.
#pragma once

#include "flow/context.hpp"
#include "flow/read_bundle.hpp"
#include "flow/ship.hpp"
#include "flow/verify.hpp"
#include "modelpack/artifact.hpp"
#include "oms/statement.hpp"
#include "policy/verdict.hpp"
#include "sigstore/sign.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mpk::flow {

/// Which files of a directory count.
struct ModelRules {
  bool allow_symlinks = false;
  bool ignore_git_paths = true;
  std::vector<std::string> ignore_paths = {};  // as written on the command line
  /// Where the signature is, or will be: never a part of the model.
  std::optional<std::filesystem::path> signature = {};
};

struct ModelSigning {
  ModelRules rules;
  oms::Method method = oms::Method::files;
  oms::HashType hash = oms::HashType::sha256;
  std::uint64_t shard_size = oms::kShardSize;
};

struct SignedModel {
  sigstore::SignedBundle bundle;
  std::string name;
  Digest root;
  std::uint64_t files = 0, bytes = 0;
  std::vector<std::string> links_outside;  // symlinks that lead out of the model
};

/// Lists, hashes, signs; nothing is written. usage: no file, a refused symlink or name
/// (oms/tree.hpp); too_large: over oms::kResources; otherwise as Signer::sign().
Result<SignedModel> sign_model(const Context& context, const std::filesystem::path& model,
                               sigstore::Signer& signer, const ModelSigning& options);

struct ModelVerifying {
  ModelRules rules;
  bool ignore_unsigned_files = false;
  std::vector<std::string> only = {};  // judge these files alone
};

/// Checks "bundle" and, when the signature holds, "model.files" (one for each file that differs).
/// Symlinks are followed as the statement says, or when the rules allow them.
Result<policy::Verdict> verify_model(const Context& context, const std::filesystem::path& model,
                                     const std::string& bundle, const VerifyRequest& request,
                                     const ModelVerifying& options);

/// Whether a bundle, unverified, says that it is a model's signature.
bool is_model_bundle(const ReadBundle& read);

/// The statement of a model whose files are layers, from their digests alone. unsupported: files
/// in archives, or digests that are not SHA-256.
Result<std::string> statement_of_layers(const std::string& name,
                                        const std::vector<modelpack::LayerFile>& layers);
/// How an artifact's layers differ from a statement's resources: empty when each has the path and
/// digest of the other. This alone ties a model signature, which names no manifest, to an artifact.
std::string difference_to_layers(const oms::Statement& statement,
                                 const std::vector<modelpack::LayerFile>& layers);

struct SignedLayers {
  AttachedStatement attached;
  std::string bundle;
};
/// Signs statement_of_layers() and attaches it to `subject`, whose weights are not read.
Result<SignedLayers> sign_layers(const Context& context, oci::Store& store,
                                 const oci::Reference& reference, const oci::Descriptor& subject,
                                 sigstore::Signer& signer);

}  // namespace mpk::flow
