// Steps key, signature and subject: the signature holds, and it is about the artifact asked for.
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "sigstore/verify_steps.hpp"

#include <algorithm>

namespace mpk::sigstore {
namespace {

constexpr std::size_t kSubjectsShown = 3;

Problem invalid_signature(const Case& c) {
  if (c.leaf() != nullptr) {
    return {.code = "signature-invalid",
            .message = "signature does not hold for the bundle's certificate"};
  }
  // Said here and not by the log's step: what users meet is a wrong key, not an odd log entry.
  return {.code = "signature-invalid",
          .message = "signature does not hold for the key that was given",
          .expected = {"key " + c.key->fingerprint().text()},
          .found = "a signature by another key, or over other content",
          .hint = "give the public key of the one who signed, and the file that was signed"};
}

// Older cosign signed with SHA-256 whatever the curve (client-spec §4.6, compatibility).
bool holds_over(const crypto::PublicKey& key, std::string_view message, BytesView signature) {
  if (key.verify(as_bytes(message), signature)) return true;
  const bool large_curve =
      key.type() == crypto::KeyType::ecdsa_p384 || key.type() == crypto::KeyType::ecdsa_p521;
  return large_curve && key.verify(as_bytes(message), signature, DigestAlgorithm::sha256);
}

// What others sign files with by an Ed25519 key (PKIX_ED25519_PH, RFC 8032 §5.1): OpenSSL has it
// from 3.2 on. Nothing in such a bundle says so but the digest that the key would not need.
bool looks_prehashed(const Case& c) {
  const auto& digest = c.bundle.message->digest;
  return digest && digest->algorithm() == DigestAlgorithm::sha512;
}

// RFC 8032: the message itself is signed, its digest is not enough.
Step check_message_by_ed25519(Case& c) {
  const std::string id = "signature";
  if (!c.expectation.content) {
    return failed(id, {.code = "signature-needs-content",
                       .message = "an Ed25519 signature of a message is over its content, and only "
                                  "its digest is known",
                       .hint = "give the file itself instead of its digest"});
  }
  c.message_digest = c.bundle.message->digest ? *c.bundle.message->digest : c.expectation.artifact;
  if (!c.key->verify(*c.expectation.content, c.signature())) {
    if (!looks_prehashed(c)) return failed(id, invalid_signature(c));
    return failed(
        id,
        {.code = "signature-prehashed",
         .message = "no Ed25519 signature of the content; by its SHA-512 digest it is Ed25519ph, "
                    "which is not supported by this release",
         .expected = {"an Ed25519 signature by key " + c.key->fingerprint().text()},
         .found = "a signature beside the digest " + c.bundle.message->digest->brief(),
         .hint = "sign with an ECDSA key, or check that this is the signer's key and file"});
  }
  c.message_digest = c.expectation.artifact;
  c.signature_holds = true;
  return passed(id, "holds over the content");
}

Step check_message_signature(Case& c) {
  const std::string id = "signature";
  const auto& hint = c.bundle.message->digest;
  if (c.key->type() == crypto::KeyType::ed25519) return check_message_by_ed25519(c);
  // Over the artifact asked for, or else over what the bundle says it is about: then the bundle is
  // sound, and the step subject says that it is about something else.
  std::vector<const Digest*> candidates{&c.expectation.artifact};
  for (const auto& other : c.expectation.other_digests) candidates.push_back(&other);
  if (hint) candidates.push_back(&*hint);
  for (const auto* digest : candidates) {
    if (!c.key->verify_digest(*digest, c.signature())) continue;
    c.message_digest = *digest;
    c.signature_holds = true;
    return passed(id, "holds over " + digest->brief());
  }
  c.message_digest = hint ? hint : c.expectation.artifact;
  return failed(id, invalid_signature(c));
}

Step check_message_subject(const Case& c) {
  const std::string id = "subject";
  const auto& artifact = c.expectation.artifact;
  const auto& hint = c.bundle.message->digest;
  const auto is_artifact = [&](const Digest& digest) {
    const auto* known = c.known_digest(digest.algorithm());
    return known != nullptr && *known == digest;
  };
  const bool signed_artifact = c.message_digest && is_artifact(*c.message_digest);
  if (signed_artifact && hint && !is_artifact(*hint)) {
    const auto* known = c.known_digest(hint->algorithm());
    return failed(id, {.code = "message-digest-mismatch",
                       .message = "bundle's messageDigest is not that of the signed artifact",
                       .expected = {(known != nullptr ? *known : artifact).text()},
                       .found = hint->text()});
  }
  if (signed_artifact) return passed(id, c.message_digest->brief());
  if (!c.message_digest && !hint) return skipped(id, "what is signed is not known");
  const auto& found = c.message_digest ? *c.message_digest : *hint;
  if (is_artifact(found)) return passed(id, found.brief());
  const auto* known = c.known_digest(found.algorithm());
  if (known == nullptr) {
    return failed(id, {.code = "digest-algorithm",
                       .message = "signature is over another kind of digest than the artifact is "
                                  "known by",
                       .expected = {artifact.text()},
                       .found = found.text(),
                       .hint = "give the file itself, or its digest by " +
                               std::string(to_string(found.algorithm()))});
  }
  return failed(id, {.code = "subject-mismatch",
                     .message = "signature is about another artifact",
                     .expected = {known->text()},
                     .found = found.text(),
                     .hint = "is this the file that was signed, unchanged?"});
}

std::string list_subjects(const attest::Statement& statement) {
  std::vector<std::string> out;
  for (const auto& subject : statement.subjects) {
    for (const auto& [algorithm, value] : subject.digest) {
      if (out.size() == kSubjectsShown) return join(out, ", ") + ", …";
      out.push_back(algorithm + ":" + value);
    }
  }
  return join(out, ", ");
}

}  // namespace

Step check_key(Case& c) {
  const std::string id = "key";
  const auto* leaf = c.leaf();
  const auto& named = c.expectation.key;
  if (leaf == nullptr && !named) {
    return failed(id, {.code = "key-needed",
                       .message = "bundle was signed with a key, which it only hints at",
                       .found = c.bundle.key_hint.value_or(""),
                       .hint = "give the signer's public key with --key FILE"});
  }
  if (leaf == nullptr) {
    c.key = *named;
    c.facts.key = named->fingerprint();
    return passed(id, std::string(crypto::to_string(c.key->type())) + " key that was given, " +
                          c.key->fingerprint().brief());
  }
  auto key = leaf->public_key();
  if (!key) {
    return failed(id, {.code = "key-unsupported", .message = key.error().text()});
  }
  c.key = key.take();
  if (named && !(*c.key == *named)) {
    return failed(id, {.code = "key-mismatch",
                       .message = "bundle has a certificate of another key than the one given",
                       .expected = {named->fingerprint().text()},
                       .found = c.key->fingerprint().text(),
                       .hint = "a keyless signature is verified by identity: leave --key out, and "
                               "give --certificate-identity and --certificate-oidc-issuer"});
  }
  if (named) c.facts.key = named->fingerprint();
  return passed(id, std::string(crypto::to_string(c.key->type())) + " key of the certificate");
}

Step check_signature(Case& c) {
  const std::string id = "signature";
  if (!c.key) return skipped(id, "no key to check it with");
  if (c.bundle.message) return check_message_signature(c);
  const auto& older = c.expectation.historical_message;
  if (!holds_over(*c.key, c.pae, c.signature()) &&
      !(older && holds_over(*c.key, *older, c.signature())))
    return failed(id, invalid_signature(c));
  c.signature_holds = true;
  return passed(id,
                "holds over the envelope (" + human_size(c.bundle.envelope->payload.size()) + ")");
}

Step check_subject(Case& c) {
  const std::string id = "subject";
  if (c.bundle.message) return check_message_subject(c);
  const auto& envelope = *c.bundle.envelope;
  if (envelope.payload_type != attest::kInTotoPayloadType) {
    return failed(id, {.code = "payload-type",
                       .message = "envelope does not hold an in-toto statement",
                       .expected = {std::string(attest::kInTotoPayloadType)},
                       .found = envelope.payload_type});
  }
  auto statement = attest::parse_statement(envelope.payload);
  if (!statement) {
    return failed(id, {.code = "statement-malformed",
                       .message = statement.error().text(),
                       .hint = statement.error().hint()});
  }
  const auto& artifact = c.expectation.artifact;
  const bool about_it = statement->has_subject(artifact) ||
                        std::ranges::any_of(c.expectation.other_digests, [&](const Digest& other) {
                          return statement->has_subject(other);
                        });
  if (!about_it) {
    return failed(id, {.code = "subject-mismatch",
                       .message = "statement is about another artifact",
                       .expected = {artifact.text()},
                       .found = list_subjects(*statement),
                       .hint = "is this the file or reference that was signed, unchanged?"});
  }
  c.facts.statement = statement.take();
  return passed(id, artifact.brief());
}

}  // namespace mpk::sigstore
