// Fulcio: a root, an intermediate, and leaves of ten minutes for who shows a token.
#include "sandbox/answer.hpp"
#include "sandbox/ci_identity.hpp"
#include "sandbox/fulcio_request.hpp"
#include "sandbox/services.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sandbox {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kLeafSeconds = 600;
constexpr std::string_view kAudience = "sigstore";

Result<crypto::Certificate> issue_ca(const std::string& name, const crypto::PublicKey& key,
                                     const crypto::Issuer& issuer, Timestamp now) {
  crypto::CertificateRequest request{.common_name = name,
                                     .organization = "mpk sandbox",
                                     .key = key,
                                     .not_before = now.plus_seconds(-kDay),
                                     .not_after = now.plus_seconds(3650 * kDay)};
  request.ca = true;
  if (issuer.certificate) {
    request.path_length = 0;
    request.code_signing = true;
  }
  return crypto::issue_certificate(request, issuer);
}

// DER UTF8String (X.690 §8.23).
Bytes utf8_string(const std::string& text) {
  Bytes der{0x0c};
  const auto size = text.size();
  if (size >= 0x100) {
    der.push_back(0x82);
    der.push_back(static_cast<std::uint8_t>(size >> 8U));
  } else if (size >= 0x80) {
    der.push_back(0x81);
  }
  der.push_back(static_cast<std::uint8_t>(size & 0xffU));
  der.insert(der.end(), text.begin(), text.end());
  return der;
}

Result<crypto::SubjectAltName> name_of(const OidcIssuer::Claims& claims,
                                       const std::optional<CiIdentity>& build) {
  using Type = crypto::SubjectAltName::Type;
  constexpr std::size_t kLongest = 2048;
  if (build && build->subject.size() <= kLongest)
    return crypto::SubjectAltName{Type::uri, build->subject};
  const auto& name = claims.email.empty() ? claims.subject : claims.email;
  if (claims.issuer.size() > kLongest || claims.subject.size() > kLongest ||
      name.size() > kLongest) {
    return Error(ErrorKind::malformed, "identity token: a claim is too long");
  }
  if (!claims.email.empty()) {
    if (name.find('@') == std::string::npos) {
      return Error(ErrorKind::malformed, "identity token: email is no address");
    }
    return crypto::SubjectAltName{Type::email, name};
  }
  if (name.find("://") == std::string::npos) {
    return Error(ErrorKind::malformed, "identity token: no email, and its subject is no URI");
  }
  return crypto::SubjectAltName{Type::uri, name};
}

Json pem_list(const std::vector<crypto::Certificate>& certificates) {
  Json list = Json::array();
  for (const auto& certificate : certificates) list.push_back(certificate.pem());
  return list;
}

}  // namespace

Result<std::unique_ptr<Fulcio>> Fulcio::create(const OidcIssuer& issuer, const CtLog& log,
                                               const Clock& clock, const Faults& faults) {
  const auto now = clock.now();
  const auto root_key = TRY(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
  auto root = TRY(issue_ca("mpk sandbox root", root_key.public_key(), {root_key, {}}, now));
  auto key = TRY(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
  auto intermediate =
      TRY(issue_ca("mpk sandbox intermediate", key.public_key(), {root_key, root}, now));
  return std::unique_ptr<Fulcio>(new Fulcio(
      std::move(key), {std::move(intermediate), std::move(root)}, issuer, log, clock, faults));
}

http::ServerResponse Fulcio::handle(const http::ServerRequest& request) const {
  if (request.path == "/healthz") return json_answer(200, {{"status", "SERVING"}});
  if (faults_.fulcio_unavailable) return rpc_error(503, "the certificate authority is away");
  if (request.path == "/api/v2/signingCert") {
    return request.method == "POST" ? sign(request) : rpc_error(405, "only POST");
  }
  if (request.method != "GET" && request.method != "HEAD") return rpc_error(405, "only GET");
  if (request.path == "/api/v2/trustBundle") {
    return json_answer(200, {{"chains", Json::array({{{"certificates", pem_list(chain_)}}})}});
  }
  if (request.path == "/api/v2/configuration") {
    return json_answer(200, {{"issuers", Json::array({{{"issuerUrl", issuer_.url()},
                                                       {"audience", kAudience},
                                                       {"challengeClaim", "email"},
                                                       {"issuerType", "email"}}})}});
  }
  if (request.path == "/api/v1/rootCert") {
    return text_answer("application/pem-certificate-chain", chain_[0].pem() + chain_[1].pem());
  }
  return rpc_error(404, "no such page: " + request.path);
}

http::ServerResponse Fulcio::sign(const http::ServerRequest& request) const {
  const auto leaf = [&]() -> Result<crypto::Certificate> {
    const auto wanted = TRY(read_fulcio_request(request));
    const auto claims = TRY(issuer_.verify(wanted.token, kAudience));
    const auto key = TRY(proven_key(wanted, claims.email.empty() ? claims.subject : claims.email));
    return issue(key, claims);
  }();
  if (!leaf) return rpc_error(leaf.error());
  const Json chain = {{"certificates", pem_list({*leaf, chain_[0], chain_[1]})}};
  return json_answer(200, {{"signedCertificateEmbeddedSct", {{"chain", chain}}}});
}

Result<crypto::Certificate> Fulcio::issue(const crypto::PublicKey& key,
                                          const OidcIssuer::Claims& claims) const {
  const auto now = clock_.now();
  crypto::CertificateRequest request{.common_name = {},
                                     .organization = {},
                                     .key = key,
                                     .not_before = now,
                                     .not_after = now.plus_seconds(kLeafSeconds)};
  request.digital_signature = true;
  request.code_signing = true;
  const auto build = ci_identity(claims.others);
  request.subject_alt_name = TRY(name_of(claims, build));
  // Fulcio's oid-info.md: .1 is raw, from .8 on all are DER.
  request.extensions = {{"1.3.6.1.4.1.57264.1.1", to_bytes(claims.issuer)},
                        {"1.3.6.1.4.1.57264.1.8", utf8_string(claims.issuer)},
                        {"1.3.6.1.4.1.57264.1.24", utf8_string(claims.subject)}};
  if (build) {
    for (const auto& [oid, text] : build->extensions)
      request.extensions.push_back({oid, utf8_string(text)});
    for (const auto& [oid, text] : build->raw) request.extensions.push_back({oid, to_bytes(text)});
  }
  return crypto::issue_with_scts(
      request, {key_, chain_[0]},
      [&](const crypto::Certificate& precertificate) -> Result<std::vector<Bytes>> {
        auto sct = TRY(log_.submit(precertificate, key_.public_key()));
        return std::vector<Bytes>{std::move(sct.serialized)};
      });
}

}  // namespace mpk::sandbox
