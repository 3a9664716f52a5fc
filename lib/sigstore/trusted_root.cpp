// TrustedRoot: reading.
#include "sigstore/trusted_root.hpp"

#include "base/background.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "crypto/chain.hpp"
#include "crypto/hash.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "sigstore/note.hpp"
#include "sigstore/proto_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace mpk::sigstore {
namespace {

constexpr std::array<std::string_view, 4> kMediaTypes = {
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot+json;version=0.2",
    "application/vnd.dev.sigstore.trustedroot.v0.1+json",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json"};

// PublicKeyDetails whose signatures crypto::PublicKey checks. Others (PSS, Ed25519ph, ML-DSA)
// have the same SPKI as one of these, so the name decides, not the key.
constexpr std::array<std::string_view, 9> kUsableKeys = {"PKIX_ECDSA_P256_SHA_256",
                                                         "PKIX_ECDSA_P384_SHA_384",
                                                         "PKIX_ECDSA_P521_SHA_512",
                                                         "PKIX_ED25519",
                                                         "PKIX_RSA_PKCS1V5",
                                                         "PKIX_RSA_PKCS1V15_2048_SHA256",
                                                         "PKIX_RSA_PKCS1V15_3072_SHA256",
                                                         "PKIX_RSA_PKCS1V15_4096_SHA256",
                                                         "PKCS1_RSA_PKCS1V5"};

struct LogInstance {
  std::string base_url;
  crypto::PublicKey key;
  Validity valid_for;
  std::optional<Bytes> log_id;
  std::string operated_by;
};

// A log key that anyone could use for ever is a mistake, so its start is required (client-spec:
// validFor is a closed interval).
Result<Validity> read_log_validity(const json::Field& key) {
  const auto range = TRY(key.at("validFor"));
  TRY(range.only({"start", "end"}));
  Validity out;
  out.start = TRY(TRY(range.at("start")).timestamp());
  out.end = TRY(range.optional_timestamp("end"));
  return out;
}

// sigstore_trustroot.proto: an authority's validity is at most that of its certificates, which
// therefore bound it where validFor does not.
Result<Validity> read_authority_validity(const json::Field& authority,
                                         const std::vector<crypto::Certificate>& chain) {
  std::optional<Timestamp> start, end;
  if (const auto range = TRY(authority.find("validFor"))) {
    TRY(range->only({"start", "end"}));
    start = TRY(range->optional_timestamp("start"));
    end = TRY(range->optional_timestamp("end"));
  }
  return Validity{start ? *start : chain.back().not_before(), end};
}

// nullopt: a kind of key that mpk does not use; `reason` says so.
Result<std::optional<crypto::PublicKey>> read_key(const json::Field& field, std::string& reason) {
  TRY(field.only({"rawBytes", "keyDetails", "validFor"}));
  const auto details = TRY(field.string("keyDetails"));
  const Bytes raw = TRY(read_bytes(field, "rawBytes"));
  if (std::ranges::find(kUsableKeys, details) == kUsableKeys.end()) {
    reason = "key kind " + printable(details, 60) + " is not supported";
    return std::optional<crypto::PublicKey>();
  }
  auto key = details.starts_with("PKCS1") ? crypto::PublicKey::from_pkcs1(raw)
                                          : crypto::PublicKey::from_spki(raw);
  if (key) return std::optional<crypto::PublicKey>(key.take());
  if (key.error().kind() != ErrorKind::unsupported) return field.error(key.error().text());
  reason = key.error().text();
  return std::optional<crypto::PublicKey>();
}

Result<std::optional<LogInstance>> read_log(const json::Field& field,
                                            std::vector<std::string>& warnings) {
  TRY(field.only(
      {"baseUrl", "hashAlgorithm", "publicKey", "logId", "checkpointKeyId", "operator"}));
  const auto base_url = TRY(field.optional_string("baseUrl")).value_or("");
  auto operated_by = TRY(field.optional_string("operator")).value_or("");
  const auto key_field = TRY(field.at("publicKey"));
  const auto validity = TRY(read_log_validity(key_field));
  auto log_id = TRY(find_log_id(field, "logId"));
  TRY(find_log_id(field, "checkpointKeyId"));

  std::string reason;
  auto key = TRY(read_key(key_field, reason));
  const auto hash = TRY(field.optional_string("hashAlgorithm")).value_or("SHA2_256");
  if (key && hash != "SHA2_256") {
    reason = "hash algorithm " + printable(hash, 40) + " is not supported";
    key.reset();
  }
  if (!key) {
    warnings.push_back("log " + printable(base_url, 120) + ": " + reason);
    return std::optional<LogInstance>();
  }
  return std::optional<LogInstance>(
      LogInstance{base_url, *std::move(key), validity, std::move(log_id), std::move(operated_by)});
}

// The origin of a Rekor v2 log is the host of its base URL, without port and path.
std::string origin_of(const std::string& base_url) {
  const auto url = Url::parse(base_url);
  return url ? url->host : std::string();
}

Result<std::vector<crypto::Certificate>> read_chain(const json::Field& authority, bool known) {
  TRY(authority.only({"subject", "uri", "certChain", "validFor", "operator"}));
  return read_certificates(TRY(authority.at("certChain")), known);
}

}  // namespace

Result<TrustedRoot> parse_trusted_root(std::string_view text) {
  const auto document =
      TRY(json::parse(text, {.max_bytes = limits::kTrustedRoot}).with("trusted root"));
  const json::Field top(document);
  // Of the embedded root's certificates most runs need two.
  const bool known = text == embedded_trusted_root().text;
  auto read = [&]() -> Result<TrustedRoot> {
    const auto media_type = TRY(top.string("mediaType"));
    if (std::ranges::find(kMediaTypes, media_type) == kMediaTypes.end()) {
      return top.error("mediaType \"" + printable(media_type, 120) +
                       "\" is not that of a trusted root (v0.1, v0.2)");
    }
    TRY(top.only(
        {"mediaType", "tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"}));
    TrustedRoot root{{}, {}, {}, {}, {}, crypto::sha256(text)};
    for (const auto& item : TRY(top.optional_items("tlogs"))) {
      auto log = TRY(read_log(item, root.warnings));
      root.unusable_tlogs += log ? 0 : 1;
      if (!log) continue;
      auto origin = origin_of(log->base_url);
      if (!log->log_id) log->log_id = TRY(note_key_id(origin, log->key));
      root.tlogs.push_back({std::move(log->base_url), std::move(origin), *std::move(log->log_id),
                            std::move(log->key), log->valid_for, std::move(log->operated_by)});
    }
    for (const auto& item : TRY(top.optional_items("ctlogs"))) {
      auto log = TRY(read_log(item, root.warnings));
      root.unusable_ctlogs += log ? 0 : 1;
      if (!log) continue;
      // RFC 6962 §3.2: the id is a function of the key.
      Bytes id = log->log_id ? *log->log_id : log->key.fingerprint().bytes();
      root.ctlogs.push_back(
          {std::move(id), std::move(log->key), log->valid_for.start, log->valid_for.end});
    }
    for (const auto& item : TRY(top.optional_items("certificateAuthorities"))) {
      auto chain = TRY(read_chain(item, known));
      const auto validity = TRY(read_authority_validity(item, chain));
      auto uri = TRY(item.optional_string("uri")).value_or("");
      root.certificate_authorities.push_back({std::move(uri), std::move(chain), validity});
    }
    for (const auto& item : TRY(top.optional_items("timestampAuthorities"))) {
      auto chain = TRY(read_chain(item, known));
      const auto validity = TRY(read_authority_validity(item, chain));
      auto uri = TRY(item.optional_string("uri")).value_or("");
      auto operated_by = TRY(item.optional_string("operator")).value_or("");
      root.timestamp_authorities.push_back(
          {std::move(chain), validity.start, validity.end, std::move(uri), std::move(operated_by)});
    }
    return root;
  };
  return read().with("trusted root");
}

std::jthread prepare_authorities(const TrustedRoot& root, Timestamp now) {
  std::vector<std::vector<crypto::Certificate>> chains;
  for (const auto& authority : root.certificate_authorities) {
    if (authority.chain.size() > 1 && authority.valid_for.contains(now))
      chains.push_back(authority.chain);
  }
  if (chains.empty()) return {};
  return begin_early([chains = std::move(chains)] {
    for (const auto& chain : chains) crypto::prove_authorities(chain);
  });
}

}  // namespace mpk::sigstore
