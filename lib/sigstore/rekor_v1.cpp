// Rekor v1: a signature becomes a hashedrekord 0.0.1, a DSSE envelope a dsse 0.0.1 (rekor,
// openapi.yaml).
#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "sigstore/rekor_api.hpp"
#include "sigstore/service_error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::sigstore {
namespace {

constexpr std::string_view kEntries = "/api/v1/log/entries";
// Beyond it a gateway's 502 is most likely about the size (sigstore/rekor#2915).
constexpr std::size_t kLargePayload = 128U << 10;

// Base64 of PEM, in both kinds.
std::string verifier_pem(const LogRequest& sent) {
  return base64_encode(as_bytes(sent.certificate ? sent.certificate->pem() : sent.key.pem()));
}

Json proposed_entry(const LogRequest& sent) {
  Json spec = Json::object();
  if (sent.envelope != nullptr) {
    auto& content = spec["proposedContent"];
    content["envelope"] = json::compact(attest::to_json(*sent.envelope));
    content["verifiers"] = Json::array({verifier_pem(sent)});
  } else {
    spec["data"]["hash"] = {{"algorithm", to_string(sent.digest.algorithm())},
                            {"value", sent.digest.hex()}};
    spec["signature"] = {{"content", base64_encode(sent.signature)},
                         {"publicKey", {{"content", verifier_pem(sent)}}}};
  }
  return {{"apiVersion", "0.0.1"},
          {"kind", sent.envelope != nullptr ? "dsse" : "hashedrekord"},
          {"spec", std::move(spec)}};
}

// The log is not trusted to echo: the body must be an entry for what was sent.
Result<Json> check_body(const Bytes& bytes, const LogRequest& sent) {
  const auto document = TRY(json::parse(as_text(bytes), {.max_bytes = limits::kBundle}));
  const json::Field body(document, "body");
  const auto kind = TRY(body.string("kind"));
  const auto version = TRY(body.string("apiVersion"));
  const auto spec = TRY(body.at("spec"));
  const bool dsse = sent.envelope != nullptr;
  if (kind != (dsse ? "dsse" : "hashedrekord") || version != "0.0.1")
    return Error(ErrorKind::mismatch, "the entry is of another kind: " + printable(kind, 40));
  Bytes signature;
  std::string hash;
  if (dsse) {
    const auto signatures = TRY(spec.items("signatures"));
    if (signatures.size() != 1) return spec.error("expected one signature");
    signature = TRY(signatures.front().base64("signature"));
    hash = TRY(TRY(spec.at("payloadHash")).string("value"));
  } else {
    signature = TRY(TRY(spec.at("signature")).base64("content"));
    hash = TRY(TRY(TRY(spec.at("data")).at("hash")).string("value"));
  }
  const auto digest = dsse ? crypto::sha256(sent.envelope->payload) : sent.digest;
  if (hash != digest.hex() || !equal_constant_time(signature, sent.signature))
    return Error(ErrorKind::mismatch, "the entry is of another signature");
  return Json({{"kind", kind}, {"version", version}});
}

Result<std::string> hex_as_base64(const json::Field& object, std::string_view key) {
  const auto text = TRY(object.string(key));
  auto bytes = hex_decode(text);
  if (!bytes) return TRY(object.at(key)).error(bytes.error().message());
  return base64_encode(*bytes);
}

Result<Json> read_proof(const json::Field& proof) {
  Json hashes = Json::array();
  for (const auto& item : TRY(proof.items("hashes"))) {
    const auto text = TRY(item.string());
    const auto bytes = TRY(hex_decode(text).with(item.path()));
    hashes.push_back(base64_encode(bytes));
  }
  const auto index = TRY(proof.unsigned_integer("logIndex"));
  const auto root = TRY(hex_as_base64(proof, "rootHash"));
  const auto size = TRY(proof.unsigned_integer("treeSize"));
  const auto checkpoint = TRY(proof.string("checkpoint"));
  Json out = {
      {"logIndex", std::to_string(index)}, {"rootHash", root}, {"treeSize", std::to_string(size)}};
  out["hashes"] = std::move(hashes);
  out["checkpoint"]["envelope"] = checkpoint;
  return out;
}

// {"<uuid>": LogEntry} → TransparencyLogEntry (protobuf-specs, sigstore_rekor.proto).
Result<std::string> to_log_entry(const std::string& answer, const LogRequest& sent) {
  const auto document = TRY(json::parse(answer, {.max_bytes = limits::kBundle}));
  const auto members = TRY(json::Field(document).members());
  if (members.size() != 1) {
    return json::Field(document).error("expected one entry, found " +
                                       std::to_string(members.size()));
  }
  const auto& entry = members.front().second;
  const auto body = TRY(entry.base64("body"));
  const auto verification = TRY(entry.at("verification"));
  const auto index = TRY(entry.unsigned_integer("logIndex"));
  const auto time = TRY(entry.unsigned_integer("integratedTime"));
  Json out = {{"logIndex", std::to_string(index)}, {"integratedTime", std::to_string(time)}};
  out["logId"]["keyId"] = TRY(hex_as_base64(entry, "logID"));
  out["kindVersion"] = TRY(check_body(body, sent));
  out["inclusionPromise"]["signedEntryTimestamp"] =
      TRY(verification.string("signedEntryTimestamp"));
  out["inclusionProof"] = TRY(read_proof(TRY(verification.at("inclusionProof"))));
  out["canonicalizedBody"] = base64_encode(body);
  return json::compact(out);
}

http::Request request_for(Url url) {
  http::Request request;
  request.url = std::move(url);
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.redirects = http::Redirects::all;  // all of it becomes public
  request.response_cap = limits::kBundle;  // the entry of an envelope has no copy of it, but is one
  return request;
}

// Only the name is taken from Location: the entry is asked for at the log that was asked before.
Result<std::string> fetch_entry(http::Transport& transport, const std::string& base_url,
                                const std::string& location, const LogRequest& sent) {
  const auto uuid = location.substr(location.rfind('/') + 1);
  if (uuid.empty() || uuid.size() > 80 || !is_lower_hex(uuid))
    return Error(ErrorKind::exists, "Rekor has this entry already and does not say where");
  auto request =
      request_for(TRY(Url::parse(service_url(base_url, std::string(kEntries) + "/" + uuid))));
  auto response = TRY(transport.send(request).with("Rekor " + request.url.redacted()));
  if (response.status < 200 || response.status > 299) return service_error("Rekor", response);
  return to_log_entry(response.body, sent).with("Rekor's answer");
}

// rekor-server's own limit (--max_request_body_size) gives a 500 with Go's words for it.
bool says_too_large(const http::Response& response, std::size_t sent) {
  return response.status == 413 || (response.status == 502 && sent > kLargePayload) ||
         (response.status == 500 && response.body.find("body too large") != std::string::npos);
}

}  // namespace

Result<std::string> log_to_v1(http::Transport& transport, const std::string& base_url,
                              const LogRequest& sent) {
  const auto text = json::compact(proposed_entry(sent));
  http::TextSource body(text);
  auto request = request_for(TRY(Url::parse(service_url(base_url, kEntries))));
  request.method = "POST";
  request.body = &body;
  // Sent again after a lost answer, it is a 409 that names the entry.
  request.idempotent = true;
  if (text.size() > kLargePayload) request.no_retry = {500, 502};
  auto response = TRY(transport.send(request).with("Rekor " + request.url.redacted()));
  if (response.status == 409) {
    return fetch_entry(transport, base_url, response.headers.get("Location").value_or(""), sent);
  }
  if (says_too_large(response, text.size())) {
    return Error(ErrorKind::too_large,
                 "Rekor answered " + std::to_string(response.status) + " to an entry of " +
                     human_size(text.size()) + ", which is too large for it",
                 "a log that speaks version 2 gets only a digest: use a signing config that "
                 "names one");
  }
  if (response.status < 200 || response.status > 299) return service_error("Rekor", response);
  return to_log_entry(response.body, sent).with("Rekor's answer");
}

}  // namespace mpk::sigstore
