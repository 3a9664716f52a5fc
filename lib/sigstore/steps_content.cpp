// Steps key, signature and subject: the signature holds, and it is about the artifact asked for.
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "sigstore/verify_steps.hpp"

namespace mpk::sigstore {
namespace {

constexpr std::size_t kSubjectsShown = 3;

Problem invalid_signature() {
  return {.code = "signature-invalid",
          .message = "signature does not hold for the bundle's certificate"};
}

// Older cosign signed with SHA-256 whatever the curve (client-spec §4.6, compatibility).
bool holds_over(const crypto::PublicKey& key, std::string_view message, BytesView signature) {
  if (key.verify(as_bytes(message), signature)) return true;
  const bool large_curve =
      key.type() == crypto::KeyType::ecdsa_p384 || key.type() == crypto::KeyType::ecdsa_p521;
  return large_curve && key.verify(as_bytes(message), signature, DigestAlgorithm::sha256);
}

Step check_message_signature(Case& c) {
  const std::string id = "signature";
  const auto& hint = c.bundle.message->digest;
  if (c.key->type() == crypto::KeyType::ed25519) {
    return failed(id, {.code = "signature-needs-content",
                       .message = "an Ed25519 signature of a message is over its content, and only "
                                  "its digest is known"});
  }
  // Over the artifact asked for, or else over what the bundle says it is about: then the bundle is
  // sound, and the step subject says that it is about something else.
  for (const auto* digest : {&c.expectation.artifact, hint ? &*hint : nullptr}) {
    if (digest == nullptr || !c.key->verify_digest(*digest, c.signature())) continue;
    c.message_digest = *digest;
    return passed(id, "holds over " + digest->brief());
  }
  c.message_digest = hint ? hint : c.expectation.artifact;
  return failed(id, invalid_signature());
}

Step check_message_subject(const Case& c) {
  const std::string id = "subject";
  const auto& artifact = c.expectation.artifact;
  const auto& hint = c.bundle.message->digest;
  const bool signed_artifact = c.message_digest && *c.message_digest == artifact;
  if (signed_artifact && hint && *hint != artifact) {
    return failed(id, {.code = "message-digest-mismatch",
                       .message = "bundle's messageDigest is not that of the signed artifact",
                       .expected = {artifact.text()},
                       .found = hint->text()});
  }
  if (signed_artifact) return passed(id, artifact.brief());
  if (!c.message_digest && !hint) return skipped(id, "what is signed is not known");
  const auto& found = c.message_digest ? *c.message_digest : *hint;
  if (found == artifact) return passed(id, artifact.brief());
  const bool comparable = found.algorithm() == artifact.algorithm();
  return failed(id, {.code = comparable ? "subject-mismatch" : "digest-algorithm",
                     .message = comparable ? "signature is about another artifact"
                                           : "signature is over another kind of digest than the "
                                             "artifact is known by",
                     .expected = {artifact.text()},
                     .found = found.text()});
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
  if (leaf == nullptr) {
    return failed(id, {.code = "key-needed",
                       .message = "bundle was signed with a key, which it only hints at",
                       .found = c.bundle.key_hint.value_or(""),
                       .hint = "this needs the signer's public key"});
  }
  auto key = leaf->public_key();
  if (!key) {
    return failed(id, {.code = "key-unsupported", .message = key.error().text()});
  }
  c.key = key.take();
  return passed(id, std::string(crypto::to_string(c.key->type())) + " key of the certificate");
}

Step check_signature(Case& c) {
  const std::string id = "signature";
  if (!c.key) return skipped(id, "no key to check it with");
  if (c.bundle.message) return check_message_signature(c);
  const auto& older = c.expectation.historical_message;
  if (!holds_over(*c.key, c.pae, c.signature()) &&
      !(older && holds_over(*c.key, *older, c.signature())))
    return failed(id, invalid_signature());
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
  if (!statement->has_subject(artifact)) {
    return failed(id, {.code = "subject-mismatch",
                       .message = "statement is about another artifact",
                       .expected = {artifact.text()},
                       .found = list_subjects(*statement)});
  }
  c.facts.statement = statement.take();
  return passed(id, artifact.brief());
}

}  // namespace mpk::sigstore
