// Step log.entry: what the log has recorded is this content, this signature and this certificate.
#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "json/parse.hpp"
#include "sigstore/proto_json.hpp"
#include "sigstore/verify_steps.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::sigstore {
namespace {

struct Logged {
  enum class Of { signed_content, payload, envelope };
  Digest digest;
  Of of = Of::signed_content;           // a DSSE payload alone; an envelope with its signature
  std::optional<Bytes> signature = {};  // an envelope's digest covers it
  Bytes verifier = {};                  // DER of a certificate, or of a key (SubjectPublicKeyInfo)
  bool bare_key = false;
};

struct Verifier {
  Bytes der;
  bool bare_key = false;
};

// {"algorithm": "sha256", "value": hex}
Result<Digest> read_hash(const json::Field& field) {
  const auto algorithm = TRY(field.string("algorithm"));
  const auto value = TRY(field.string("value"));
  auto digest = Digest::parse(algorithm + ":" + value);
  if (!digest) return field.error(digest.error().message());
  return digest;
}

// Base64 of PEM. Line wraps and white space of the PEM say nothing, so the DER is what counts.
Result<Verifier> read_pem_verifier(const json::Field& object, std::string_view member) {
  const Bytes pem = TRY(object.base64(member));
  const auto field = TRY(object.at(member));
  if (as_text(pem).find("CERTIFICATE") == std::string_view::npos) {
    auto key = crypto::PublicKey::from_pem(as_text(pem));
    if (!key) return field.error(key.error().text());
    return Verifier{key->spki(), true};
  }
  auto certificate = crypto::Certificate::from_pem(as_text(pem));
  if (!certificate) return field.error(certificate.error().text());
  return Verifier{certificate->der(), false};
}

void take(Logged& out, Verifier verifier) {
  out.verifier = std::move(verifier.der);
  out.bare_key = verifier.bare_key;
}

Result<json::Field> only_item(const json::Field& object, std::string_view key) {
  const auto items = TRY(object.items(key));
  if (items.size() != 1) return object.error("expected one signature in the entry");
  return items.front();
}

Result<Logged> read_hashedrekord_v1(const json::Field& spec) {
  const auto digest = TRY(read_hash(TRY(TRY(spec.at("data")).at("hash"))));
  const auto signature = TRY(spec.at("signature"));
  Logged out{.digest = digest};
  out.signature = TRY(signature.base64("content"));
  take(out, TRY(read_pem_verifier(TRY(signature.at("publicKey")), "content")));
  return out;
}

Result<Logged> read_hashedrekord_v2(const json::Field& spec) {
  const auto record = TRY(spec.at("hashedRekordV002"));
  const auto digest = TRY(read_hash_output(TRY(record.at("data"))));
  const auto signature = TRY(record.at("signature"));
  const auto verifier = TRY(signature.at("verifier"));
  Logged out{.digest = digest};
  out.signature = TRY(read_bytes(signature, "content"));
  const auto certificate = TRY(verifier.find("x509Certificate"));
  out.bare_key = !certificate;
  out.verifier =
      TRY(read_bytes(certificate ? *certificate : TRY(verifier.at("publicKey")), "rawBytes"));
  return out;
}

Result<Logged> read_dsse_v1(const json::Field& spec) {
  const auto signature = TRY(only_item(spec, "signatures"));
  // envelopeHash is over the JSON as it was submitted, which nobody keeps: not comparable.
  const auto digest = TRY(read_hash(TRY(spec.at("payloadHash"))));
  Logged out{.digest = digest, .of = Logged::Of::payload};
  out.signature = TRY(signature.base64("signature"));
  take(out, TRY(read_pem_verifier(signature, "verifier")));
  return out;
}

Result<Logged> read_intoto_v2(const json::Field& spec) {
  const auto content = TRY(spec.at("content"));
  const auto signature = TRY(only_item(TRY(content.at("envelope")), "signatures"));
  const auto digest = TRY(read_hash(TRY(content.at("payloadHash"))));
  Logged out{.digest = digest, .of = Logged::Of::payload};
  // The kind's own quirk: a base64 text, in base64 once more. DER is never base64 text, so that a
  // writer that encoded once is told from one that encoded twice.
  auto sig = TRY(signature.base64("sig"));
  if (auto inner = base64_decode(as_text(sig))) sig = inner.take();
  out.signature = std::move(sig);
  take(out, TRY(read_pem_verifier(signature, "publicKey")));
  return out;
}

// Attestations of earlier releases of cosign: the hash of the envelope's bytes as they were sent,
// and the key.
Result<Logged> read_intoto_v1(const json::Field& spec) {
  const auto digest = TRY(read_hash(TRY(TRY(spec.at("content")).at("hash"))));
  Logged out{.digest = digest, .of = Logged::Of::envelope};
  take(out, TRY(read_pem_verifier(spec, "publicKey")));
  return out;
}

Result<Logged> read_body(const LogEntry& entry) {
  const auto document = TRY(json::parse(entry.canonicalized_body, {.max_bytes = limits::kBundle}));
  const json::Field body(document, "body");
  const auto kind = TRY(body.string("kind"));
  const auto version = TRY(body.string("apiVersion"));
  const auto name = kind + " " + version;
  if (kind != entry.kind || version != entry.version) {
    return Error(ErrorKind::mismatch, "entry calls itself " + printable(entry.kind, 40) + " " +
                                          printable(entry.version, 40) + ", its body is " +
                                          printable(name, 80));
  }
  const auto spec = TRY(body.at("spec"));
  if (name == "hashedrekord 0.0.2") return read_hashedrekord_v2(spec);
  if (name == "hashedrekord 0.0.1") return read_hashedrekord_v1(spec);
  if (name == "dsse 0.0.1") return read_dsse_v1(spec);
  if (name == "intoto 0.0.2") return read_intoto_v2(spec);
  if (name == "intoto 0.0.1") return read_intoto_v1(spec);
  return Error(ErrorKind::unsupported,
               "log entries of kind " + printable(name, 80) + " are not supported");
}

Problem unreadable(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::mismatch:
      return {.code = "entry-kind-mismatch", .message = error.text()};
    case ErrorKind::unsupported:
      return {.code = "entry-kind-unsupported", .message = error.text()};
    default:
      return {.code = "entry-malformed", .message = error.text()};
  }
}

// What the entry's digest has to be; nullopt when the entry is of a kind for other content.
std::optional<Digest> expected_digest(const Case& c, const Logged& logged) {
  const auto algorithm = logged.digest.algorithm();
  if (c.bundle.message) {
    if (logged.of != Logged::Of::signed_content) return std::nullopt;
    if (c.message_digest && c.message_digest->algorithm() == algorithm) return c.message_digest;
    if (const auto* known = c.known_digest(algorithm)) return *known;
    return c.message_digest ? c.message_digest : c.expectation.artifact;
  }
  if (logged.of == Logged::Of::envelope) return c.bundle.envelope_digest;
  const bool payload = logged.of == Logged::Of::payload;
  return crypto::hash(algorithm, as_bytes(payload ? c.bundle.envelope->payload : c.pae));
}

std::optional<Problem> compare(const Case& c, const LogEntry& entry) {
  auto logged = read_body(entry);
  if (!logged) return unreadable(logged.error());
  if (logged->of == Logged::Of::envelope && c.bundle.envelope && !c.bundle.envelope_digest) {
    return Problem{
        .code = "entry-kind-unsupported",
        .message =
            "log entry is about the envelope's bytes as they were sent to the log, "
            "which a bundle does not keep",
        .found = entry.kind + " " + entry.version,
        .hint = "sign again; such entries can be compared below cosign's .att tags alone"};
  }
  const auto digest = expected_digest(c, *logged);
  if (!digest) {
    return Problem{.code = "entry-kind-mismatch",
                   .message = "entry is for a DSSE envelope, the bundle has a message signature"};
  }
  if (logged->digest != *digest) {
    return Problem{.code = "entry-digest-mismatch",
                   .message = "log entry is about other content than the bundle",
                   .expected = {digest->text()},
                   .found = logged->digest.text()};
  }
  if (logged->signature && !std::ranges::equal(*logged->signature, c.signature())) {
    return Problem{.code = "entry-signature-mismatch",
                   .message = "log entry has another signature than the bundle"};
  }
  if (c.leaf() != nullptr && (logged->bare_key || logged->verifier != c.leaf()->der())) {
    return Problem{.code = "entry-certificate-mismatch",
                   .message = "log entry has another certificate than the bundle"};
  }
  if (c.leaf() == nullptr && (!logged->bare_key || logged->verifier != c.key->spki())) {
    return Problem{.code = "entry-key-mismatch",
                   .message = "log entry has another key than the one given"};
  }
  return std::nullopt;
}

}  // namespace

Step check_entries(Case& c) {
  const std::string id = "log.entry";
  if (auto why = why_no_log(c); !why.empty()) return skipped(id, why);
  if (c.bundle.log_entries.empty()) return skipped(id, "bundle has no transparency log entry");
  if (!c.key) return skipped(id, "no key to compare the entry with");
  if (c.leaf() == nullptr && !c.signature_holds) {
    return skipped(id, "not compared, as the signature is not by the key that was given");
  }
  for (const auto& entry : c.bundle.log_entries) {
    if (auto problem = compare(c, entry)) return failed(id, *std::move(problem));
  }
  const auto& first = c.bundle.log_entries.front();
  return passed(id, first.kind + " " + first.version);
}

}  // namespace mpk::sigstore
