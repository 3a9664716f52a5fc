// Reusable groups of options: registry, signing, trust and who, each with add_to and resolve.
#pragma once

#include "base/result.hpp"
#include "flow/signing.hpp"
#include "flow/trust_instance.hpp"
#include "flow/verify.hpp"
#include "oci/reference.hpp"
#include "option_set.hpp"
#include "options/oidc_options.hpp"
#include "session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::cli {

struct RegistryOptions {
  bool plain_http = false;
  void add_to(OptionSet& set);
};

/// SIGN: by whom, with what, and which services see it.
struct SigningOptions {
  OidcOptions oidc;
  std::optional<std::string> signing_config, trusted_root, instance, key, certificate;
  bool yes = false;
  void add_to(OptionSet& set);
  /// Reads the files; asks once on a terminal before an e-mail goes into a public log.
  Result<flow::SigningRequest> resolve(Session& session) const;
};

/// TRUST: whose keys count.
struct TrustOptions {
  std::optional<std::string> trusted_root, trust_config, instance;
  void add_to(OptionSet& set);
  bool given() const;
  /// The named root, else the public instance's: updated, or embedded.
  Result<sigstore::TrustedRoot> resolve(Session& session) const;
  /// The instance that resolve() takes the root from; nullopt: it is from a file.
  Result<std::optional<flow::TrustInstance>> chosen_instance(Session& session) const;
};

/// WHO: who may have signed.
struct WhoOptions {
  std::vector<std::string> identity, identity_regexp, issuer, issuer_regexp, claims;
  void add_to(OptionSet& set);
  bool given() const;
  /// Empty when nothing was given. Several identities: one of them is enough, each with the issuer
  /// in its place, or all with the one issuer. `own_authority`: it vouches itself, so that no
  /// issuer need be named. usage: an identity without an issuer, both forms of one, a pattern that
  /// does not compile, an unknown claim.
  Result<std::vector<sigstore::IdentityMatcher>> resolve(bool own_authority = false) const;
};

/// Evidence that may be waived, under names that say insecure; and more of it than is required.
struct EvidenceOptions {
  sigstore::Evidence evidence;
  std::optional<std::string> min_logs, min_timestamps, witness_quorum;
  std::vector<std::string> witnesses;
  void add_to(OptionSet& set);
  bool given() const;
  /// Reads the witnesses' keys. usage: a number out of range, a quorum that nobody can reach.
  Result<sigstore::Evidence> resolve(Session& session) const;
};

/// What to read: the tag is "latest" where neither tag nor digest is given.
Result<oci::Reference> parse_reference(const std::string& text);
/// Where to write: the same, and a digest can't be chosen.
Result<oci::Reference> parse_target_reference(const std::string& text);
/// A repository or layout as it was written, without a default tag.
Result<oci::Reference> parse_plain_reference(const std::string& text);

/// "oci:./models:1.0@sha256:…": all that is known about what was written.
std::string pinned(const oci::Reference& reference, const Digest& digest);

}  // namespace mpk::cli
