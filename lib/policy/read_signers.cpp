// Policy files: who may sign, and what must prove when.
#include "base/limits.hpp"
#include "policy/reader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::policy {
namespace {

Result<crypto::PublicKey> public_key(const Reader& in, const json::Field& field,
                                     const std::string& pem) {
  if (pem.find("PRIVATE KEY") != std::string::npos) {
    return in.at(field, "a private key, and verifying needs none")
        .with_hint("give the public key: whoever verifies should not have the other");
  }
  if (pem.find("-----BEGIN") == std::string::npos) {
    return in.at(field, "expected a public key as PEM")
        .with_hint("key takes the PEM itself (key: |), keyFile the name of a file that has it");
  }
  auto key = crypto::PublicKey::from_pem(pem);
  if (!key) return in.at(field, key.error().text()).with_hint(key.error().hint());
  return key;
}

// nullopt: the entry names no key.
Result<std::optional<crypto::PublicKey>> key_signer(const Reader& in, const json::Field& entry) {
  const auto inline_pem = TRY(in.located(entry.find("key")));
  const auto file = TRY(in.located(entry.find("keyFile")));
  if (!inline_pem && !file) return std::optional<crypto::PublicKey>();
  if (TRY(in.located(entry.members())).size() != 1) {
    return in.at(entry, "a key stands alone: it has no identity, issuer or claims")
        .with_hint("give each signer an entry of its own");
  }
  if (file) return std::optional(TRY(public_key(in, *file, TRY(in.named_file(*file, "keyFile")))));
  return std::optional(TRY(public_key(in, *inline_pem, TRY(in.located(inline_pem->string())))));
}

Result<void> claims(const Reader& in, const json::Field& entry, std::string_view key, bool patterns,
                    sigstore::IdentityMatcher& out) {
  const auto field = TRY(in.located(entry.find(key)));
  if (!field) return {};
  const auto members = TRY(in.located(field->members()));
  if (members.empty()) return in.at(*field, std::string(key) + " is empty");
  for (const auto& [word, value] : members) {
    auto name = sigstore::parse_claim_name(word);
    if (!name) return in.at(value, name.error());
    sigstore::Matcher wanted{TRY(in.located(value.string())), std::nullopt};
    if (patterns) wanted.pattern = TRY(in.regex(value));
    if (!out.claims.emplace(*name, std::move(wanted)).second)
      return in.at(value, "the claim " + *name + " is there twice");
  }
  return {};
}

bool same(const sigstore::Matcher& a, const sigstore::Matcher& b) {
  return a.text == b.text && a.pattern.has_value() == b.pattern.has_value();
}

bool same(const sigstore::IdentityMatcher& a, const sigstore::IdentityMatcher& b) {
  return same(a.subject, b.subject) && same(a.issuer, b.issuer) &&
         std::ranges::equal(a.claims, b.claims, [](const auto& one, const auto& other) {
           return one.first == other.first && same(one.second, other.second);
         });
}

Result<sigstore::WitnessQuorum> witness_quorum(const Reader& in, const json::Field& field) {
  sigstore::WitnessQuorum out;
  for (const auto& each : TRY(in.located(field.items("keys")))) {
    auto witness = sigstore::parse_witness(TRY(in.located(each.string())));
    if (!witness) return in.at(each, witness.error());
    const bool twice = std::ranges::any_of(
        out.witnesses, [&](const sigstore::Witness& other) { return other.key == witness->key; });
    if (twice) return in.at(each, "the key is there twice");
    out.witnesses.push_back(witness.take());
  }
  if (out.witnesses.empty()) return in.at(field, "no keys: a quorum of nobody");
  const auto quorum =
      TRY(in.whole_number(field, "quorum", 1, out.witnesses.size(), ", the number of keys"));
  out.needed = static_cast<std::size_t>(quorum.value_or(out.witnesses.size()));
  return out;
}

}  // namespace

Result<SignerList> read_signers(const Reader& in, const json::Field& parent) {
  SignerList out;
  for (const auto& entry : TRY(in.located(parent.optional_items("signers")))) {
    TRY(in.known(entry, {"identity", "identityPattern", "issuer", "issuerPattern", "claims",
                         "claimPatterns", "key", "keyFile"}));
    if (auto named = TRY(key_signer(in, entry))) {
      if (std::ranges::find(out.keys, *named) != out.keys.end())
        return in.at(entry, "the key is there twice");
      out.keys.push_back(*std::move(named));
      continue;
    }
    sigstore::IdentityMatcher signer;
    signer.subject = TRY(in.matcher(entry, "identity", "identityPattern"));
    signer.issuer = TRY(in.matcher(entry, "issuer", "issuerPattern"));
    TRY(claims(in, entry, "claims", false, signer));
    TRY(claims(in, entry, "claimPatterns", true, signer));
    if (std::ranges::any_of(out.identities, [&](const auto& other) { return same(other, signer); }))
      return in.at(entry, "the signer is there twice");
    out.identities.push_back(std::move(signer));
  }
  return out;
}

Result<std::size_t> read_threshold(const Reader& in, const json::Field& parent, std::size_t signers,
                                   std::size_t otherwise) {
  const auto wanted =
      TRY(in.whole_number(parent, "threshold", 1, signers, ", the number of signers"));
  return static_cast<std::size_t>(wanted.value_or(otherwise));
}

Result<SignedBy> read_signed_by(const Reader& in, const json::Field& parent,
                                const OwnSigners& own) {
  SignedBy out{.signers = TRY(read_signers(in, parent))};
  if (const auto field = TRY(in.located(parent.find("signers"))); field && out.signers.empty())
    return in.at(*field, "signers is empty: leave it out to take the policy's own");
  out.threshold = out.signers.empty() ? TRY(read_threshold(in, parent, own.size, own.threshold))
                                      : TRY(read_threshold(in, parent, out.signers.size(), 1));
  return out;
}

Result<void> read_evidence(const Reader& in, const json::Field& parent, Policy& out) {
  const auto field = TRY(in.section(parent, "evidence", {"logs", "timestamps", "witnesses"}));
  if (!field) return {};
  for (const auto& [key, target] :
       {std::pair{"logs", &out.logs}, std::pair{"timestamps", &out.timestamps}}) {
    const auto count = TRY(in.whole_number(*field, key, 1, limits::kLogEntries,
                                           ", the number of entries that a bundle may have"));
    if (count) *target = static_cast<unsigned>(*count);
  }
  const auto witnesses = TRY(in.section(*field, "witnesses", {"quorum", "keys"}));
  if (witnesses) out.witnesses = TRY(witness_quorum(in, *witnesses));
  return {};
}

}  // namespace mpk::policy
