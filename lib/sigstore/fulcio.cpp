// Fulcio v2: an identity token and a key become a certificate.
#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/issue.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "sigstore/service_error.hpp"
#include "sigstore/services.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sigstore {
namespace {

Result<std::vector<crypto::Certificate>> read_chain(const std::string& body) {
  auto document = TRY(json::parse(body));
  json::Field root(document);
  auto form = TRY(root.find("signedCertificateEmbeddedSct"));
  // A CA without a CT log answers in this form too. Whether an SCT is needed is the trusted root's
  // to say.
  if (!form) form = TRY(root.find("signedCertificateDetachedSct"));
  if (!form)
    return root.error("expected signedCertificateEmbeddedSct or signedCertificateDetachedSct");
  std::vector<crypto::Certificate> chain;
  for (const auto& item : TRY(TRY(form->at("chain")).items("certificates")))
    chain.push_back(TRY(crypto::Certificate::from_pem(TRY(item.string()))));
  if (chain.empty()) return root.error("the chain is empty");
  return chain;
}

}  // namespace

Result<std::vector<crypto::Certificate>> request_certificate(http::Transport& transport,
                                                             const std::string& base_url,
                                                             const oidc::IdentityToken& token,
                                                             const crypto::PrivateKey& key) {
  auto csr = TRY(crypto::make_csr(key));
  http::TextSource body(
      json::compact({{"certificateSigningRequest", base64_encode(as_bytes(csr))}}));
  http::Request request;
  request.method = "POST";
  request.url = TRY(Url::parse(service_url(base_url, "/api/v2/signingCert")));
  request.headers = {{"Content-Type", "application/json"},
                     {"Authorization", "Bearer " + token.raw}};
  request.body = &body;
  request.redirects = http::Redirects::none;  // token and proof are for this host only
  request.response_cap = limits::kApiResponse;
  // A certificate more harms nobody: a lost answer is asked for again.
  auto response = TRY(transport.send(request).with("Fulcio " + request.url.redacted()));
  if (response.status < 200 || response.status > 299) return service_error("Fulcio", response);
  auto chain = read_chain(response.body);
  if (!chain)
    return std::move(chain).error().with("Fulcio's answer").with_kind(ErrorKind::malformed);
  if (TRY(chain->front().public_key()) != key.public_key())
    return Error(ErrorKind::malformed, "Fulcio's answer: the certificate is for another key");
  return chain;
}

}  // namespace mpk::sigstore
