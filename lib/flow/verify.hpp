// verify: an artifact (or a file with a bundle) against identities or a policy → a Verdict.
#pragma once

#include "flow/context.hpp"
#include "flow/read_bundle.hpp"
#include "flow/rego.hpp"
#include "oci/reference.hpp"
#include "policy/ci_expectation.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"
#include "sigstore/trusted_root.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mpk::flow {

struct VerifyRequest {
  /// Which layers are read and hashed too, and in the case of archives compared with the aiBOM.
  enum class Content { none, archives, all };

  /// Which of cosign's tags of earlier days (sha256-….sig, .att) are read: where no bundle is
  /// attached, never, or instead of bundles.
  enum class LegacyTags { automatic, never, only };

  std::vector<sigstore::IdentityMatcher> identities;  // from --certificate-identity …
  /// From --policy: the file, and the rule of it that holds. Where `policy` is null, the reference
  /// chooses it.
  std::shared_ptr<const policy::PolicyFile> policies = {};
  std::shared_ptr<const policy::Policy> policy = {};
  std::optional<std::string> predicate_type;  // --type narrows what counts
  sigstore::TrustedRoot trusted_root;
  sigstore::Evidence evidence;
  /// By default all of a local layout, none of a registry (pull checks them).
  std::optional<Content> content = {};
  /// As sigstore::Expectation::historical_message, of a bundle from a file.
  std::optional<std::string> historical_message = {};
  /// --key: whoever has it signed; neither identities nor a policy beside it.
  std::optional<crypto::PublicKey> key = {};
  /// Bundles by a key of the policy's are held to the trusted root only where the policy asks for
  /// logs, timestamps or witnesses: none was named, and it lists what others sign with.
  bool keys_need_no_root = false;
  std::vector<crypto::Certificate> anchors = {};  // --certificate-chain
  LegacyTags legacy_tags = LegacyTags::automatic;
  /// No verification summary stands in for the evidence, whatever the policy lets.
  bool deep = false;
  /// --rego: asked last, of the artifact itself; base models are not put before it.
  std::optional<RegoRules> rego = {};
  /// The question is where it was built, and who signed that is part of it (flow/judge_build.hpp):
  /// neither identities nor a policy nor a key beside it.
  std::shared_ptr<const policy::CiExpectation> build = {};
};

/// A file or digest that a bundle is about.
struct BundleSubject {
  std::string name;
  Digest digest;
  std::vector<Digest> other_digests = {};
  std::shared_ptr<const std::string> content = {};  // for Ed25519 alone
};

/// Neither identities nor a policy, a key or a build: usage. Manifest, config, layer paths,
/// signature, attestations and the aiBOM's agreement with the layers are checked, and what else the
/// policy asks for, down to the base models. Trouble with the registry becomes an undecided
/// verdict, a missing reference a refused one (11).
Result<policy::Verdict> verify_artifact(const Context& context, const oci::Reference& reference,
                                        const VerifyRequest& request);

/// The same against a store that is open already.
Result<policy::Verdict> verify_in_store(const Context& context, oci::Store& store,
                                        const oci::Reference& reference,
                                        const VerifyRequest& request);

/// Bundles from one file (flow/read_bundle.hpp), about a file or a given digest: each is
/// judged, and one that holds is enough. The others, of whatever type, are reported.
Result<policy::Verdict> verify_bundle_file(const Context& context,
                                           const std::vector<ReadBundle>& bundles,
                                           const BundleSubject& subject,
                                           const VerifyRequest& request);

}  // namespace mpk::flow
