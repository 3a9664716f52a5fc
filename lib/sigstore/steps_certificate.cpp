// Steps certificate.*: the leaf's usage and path at every proven time, its SCTs, its identity.
#include "base/text.hpp"
#include "crypto/chain.hpp"
#include "crypto/sct.hpp"
#include "sigstore/verify_steps.hpp"

#include <algorithm>
#include <iterator>

namespace mpk::sigstore {
namespace {

constexpr std::string_view kSctList = "1.3.6.1.4.1.11129.2.4.2";  // RFC 6962 §3.3

// Why nothing is asked of a certificate; empty when it is.
std::string why_no_certificate(const Case& c) {
  if (c.leaf() == nullptr) return "bundle has a key and no certificate";
  if (c.expectation.key) return "not asked, as the key was named";
  return {};
}

// What others sign models with often says cA and may issue nothing (the conformance suite of model
// signing has such signers), or is self-signed and was given as trusted itself. Any other authority
// vouches for signers, and is none.
bool is_authority(const Case& c, const crypto::Certificate& leaf) {
  if (!leaf.is_ca() || c.by_trusted_root()) return leaf.is_ca();
  const bool given = std::ranges::any_of(
      c.expectation.anchors,
      [&](const crypto::Certificate& anchor) { return anchor.der() == leaf.der(); });
  return leaf.allows_certificate_signing() && !(given && leaf.is_self_signed());
}

std::optional<Problem> check_usage(const Case& c, const crypto::Certificate& leaf) {
  // An authority of one's own need not name purposes (RFC 5280 §4.2.1.12: then all are meant).
  const bool code_signing =
      leaf.allows_code_signing() || (!c.by_trusted_root() && !leaf.limits_purposes());
  std::string message;
  if (is_authority(c, leaf)) {
    message = "certificate is that of an authority, not of a signer";
  } else if (!leaf.allows_digital_signature()) {
    message = "certificate's key usage does not allow digital signatures";
  } else if (!code_signing) {
    message = "certificate's extended key usage does not allow code signing";
  } else {
    return std::nullopt;
  }
  return Problem{.code = "certificate-usage", .message = std::move(message)};
}

Result<std::vector<crypto::Certificate>> path_to(const crypto::Certificate& leaf,
                                                 const CertificateAuthority& authority,
                                                 Timestamp at) {
  // Intermediates come from the trusted root alone, never from the bundle.
  return crypto::verify_chain(leaf, authority.chain, {authority.chain.back()}, at);
}

Problem outside_validity(const crypto::Certificate& leaf, const ProvenTime& time) {
  return {
      .code = "certificate-outside-validity",
      .message = "signed when the certificate was not valid",
      .expected = {leaf.not_before().text() + " to " + leaf.not_after().text()},
      .found = time.time.text() + " (" + time.source + " " + printable(time.authority, 120) + ")"};
}

// How near an authority came to vouching, so that the report names the nearest miss.
enum class Miss { no_path, expired_path, authority_not_valid };

// RFC 5280 §4.2.1.12: an authority that names its purposes vouches for no other.
std::optional<Problem> check_purposes(const std::vector<crypto::Certificate>& path) {
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (!path[i].limits_purposes() || path[i].allows_code_signing()) continue;
    return Problem{.code = "certificate-authority-purpose",
                   .message = "certificate authority may not vouch for code signing",
                   .found = path[i].subject()};
  }
  return std::nullopt;
}

// --certificate-chain: all that is in it is trusted, and the bundle may fill the gap.
std::optional<Problem> check_own_path(Case& c, const crypto::Certificate& leaf,
                                      const ProvenTime& time) {
  std::vector<crypto::Certificate> anchors;
  std::ranges::copy_if(c.expectation.anchors, std::back_inserter(anchors),
                       &crypto::Certificate::is_self_signed);
  if (anchors.empty()) anchors = c.expectation.anchors;
  auto between = c.expectation.anchors;
  between.insert(between.end(), c.bundle.certificates.begin() + 1, c.bundle.certificates.end());
  auto path = crypto::verify_chain(leaf, between, anchors, time.time);
  if (!path) {
    const bool expired = path.error().kind() == ErrorKind::expired;
    return Problem{.code = expired ? "certificate-authority-expired" : "certificate-untrusted",
                   .message = expired ? path.error().text()
                                      : "certificate leads to none of the authorities that were "
                                        "given",
                   .expected = {anchors.front().subject()},
                   .found = expired ? time.time.text() : leaf.issuer(),
                   .hint = "--certificate-chain takes the issuing authorities as PEM, root last"};
  }
  if (auto misused = check_purposes(*path)) return misused;
  if (path->size() > 1) c.issuer = std::move((*path)[1]);
  return std::nullopt;
}

std::optional<Problem> check_own_validity(Case& c, const crypto::Certificate& leaf,
                                          const ProvenTime& time) {
  if (time.time < leaf.not_before() || time.time > leaf.not_after())
    return outside_validity(leaf, time);
  return check_own_path(c, leaf, time);
}

// Also finds the issuer: the one of a path that was proven, never of one that was only assumed.
// Those first that count at that time; the others can only tell what is wrong.
std::vector<const CertificateAuthority*> authorities_for(const TrustedRoot& root, Timestamp at) {
  std::vector<const CertificateAuthority*> out;
  for (const auto& authority : root.certificate_authorities) out.push_back(&authority);
  std::ranges::stable_partition(
      out, [&](const auto* authority) { return authority->valid_for.contains(at); });
  return out;
}

std::optional<Problem> check_path(Case& c, const crypto::Certificate& leaf,
                                  const ProvenTime& time) {
  Miss miss = Miss::no_path;
  Problem problem{.code = "certificate-untrusted",
                  .message =
                      "no certificate authority of the trusted root has issued the "
                      "certificate",
                  .found = leaf.issuer(),
                  .hint = std::string(kOtherInstance)};
  for (const auto* entry : authorities_for(c.root, time.time)) {
    const auto& authority = *entry;
    auto path = path_to(leaf, authority, time.time);
    if (path && authority.valid_for.contains(time.time)) {
      if (auto misused = check_purposes(*path)) {
        problem = *std::move(misused);
        continue;
      }
      if (path->size() > 1) c.issuer = std::move((*path)[1]);
      return std::nullopt;
    }
    if (path) {
      miss = Miss::authority_not_valid;
      problem = {.code = "certificate-authority-not-valid",
                 .message = "trusted root does not trust the certificate authority at this time",
                 .expected = {authority.valid_for.start.text() + " to " +
                              (authority.valid_for.end ? authority.valid_for.end->text() : "now")},
                 .found = time.time.text()};
    } else if (path.error().kind() == ErrorKind::expired && miss == Miss::no_path) {
      miss = Miss::expired_path;
      problem = {.code = "certificate-authority-expired",
                 .message = path.error().text(),
                 .found = time.time.text()};
    }
  }
  if (time.time < leaf.not_before() || time.time > leaf.not_after()) {
    if (miss != Miss::no_path) return outside_validity(leaf, time);
  }
  return problem;
}

// The issuer as such, at the leaf's own time, so that the report is complete although the path
// failed.
void find_issuer(Case& c, const crypto::Certificate& leaf) {
  for (const auto& authority : c.root.certificate_authorities) {
    auto path = path_to(leaf, authority, leaf.not_before());
    if (path && path->size() > 1) {
      c.issuer = std::move((*path)[1]);
      return;
    }
  }
}

}  // namespace

Step check_chain(Case& c) {
  const std::string id = "certificate.chain";
  const auto* leaf = c.leaf();
  if (auto why = why_no_certificate(c); !why.empty()) return skipped(id, why);
  std::optional<Problem> problem = check_usage(c, *leaf);

  auto times = c.facts.times;
  const bool unproven = times.empty();
  if (unproven && !c.by_trusted_root()) {
    times.push_back({"clock", "this machine's", c.now});
  } else if (unproven) {
    times.push_back({"certificate", "its own start", leaf->not_before()});
  }
  // client-spec §4.3: the path must be valid at every time that is proven, not at some of them.
  for (const auto& time : times) {
    if (problem) break;
    problem = c.by_trusted_root() ? check_path(c, *leaf, time) : check_own_validity(c, *leaf, time);
  }
  if (problem) {
    if (!c.issuer) find_issuer(c, *leaf);
    return failed(id, *std::move(problem));
  }
  c.chain_holds = true;
  const auto issuer = "issued by " + (c.issuer ? c.issuer->subject() : leaf->issuer());
  if (!unproven) return passed(id, issuer);
  if (!c.by_trusted_root()) return passed(id, issuer + "; judged now, as no time is proven");
  if (!c.evidence.insecure_ignore_timestamp) {
    return skipped(id, issuer + "; no proven time to judge it at");
  }
  return passed(id, issuer + "; judged at the certificate's own start");
}

Step check_sct(Case& c) {
  const std::string id = "certificate.sct";
  const auto* leaf = c.leaf();
  if (auto why = why_no_certificate(c); !why.empty()) return skipped(id, why);
  if (!c.by_trusted_root()) return skipped(id, "an authority of one's own logs no certificates");
  if (c.evidence.insecure_ignore_sct) return skipped(id, "ignored on request (insecure)");
  if (c.root.ctlogs.empty() && c.root.unusable_ctlogs == 0)
    return skipped(id, "trusted root lists no certificate log");
  if (!leaf->extension(kSctList)) {
    return failed(id, {.code = "sct-missing",
                       .message = "certificate carries no proof that it was logged",
                       .hint = "the trusted root lists certificate logs, so an SCT is required"});
  }
  if (!c.issuer && !c.chain_holds) return skipped(id, "issuer of the certificate is not known");
  if (!c.issuer) {
    return failed(id, {.code = "sct-untrusted",
                       .message = "the certificate has no issuer that an SCT could be about"});
  }
  auto scts = crypto::verify_scts(*leaf, *c.issuer, c.root.ctlogs);
  if (!scts) {
    const bool form = scts.error().kind() == ErrorKind::malformed;
    return failed(id, {.code = form ? "sct-malformed" : "sct-untrusted",
                       .message = scts.error().text(),
                       .hint = scts.error().hint()});
  }
  return passed(id, "logged at " + scts->front().time.text());
}

Step check_identity(Case& c) {
  const std::string id = "certificate.identity";
  const auto* leaf = c.leaf();
  if (auto why = why_no_certificate(c); !why.empty()) return skipped(id, why);
  auto identity = c.by_trusted_root() ? read_identity(*leaf) : read_own_identity(*leaf);
  if (!identity) {
    return failed(id, {.code = "identity-malformed", .message = identity.error().text()});
  }
  c.facts.identity = identity.take();
  const auto who = c.facts.identity.subject + " (issuer " + c.facts.identity.issuer + ")";
  if (c.expectation.any_identity_judged_later) return passed(id, printable(who));
  if (c.expectation.identities.empty()) {
    return failed(id, {.code = "identity-not-given",
                       .message = "no identity is allowed, because none was named",
                       .found = who});
  }
  if (auto mismatch = match_identity(c.facts.identity, c.expectation.identities)) {
    return failed(id, {.code = "identity-mismatch",
                       .message = "signed by an identity that is not allowed",
                       .expected = std::move(mismatch->expected),
                       .found = std::move(mismatch->found),
                       .hint = std::move(mismatch->hint)});
  }
  return passed(id, printable(who));
}

}  // namespace mpk::sigstore
