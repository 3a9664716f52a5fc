// A key that lasts, bare or with a certificate of one's own CA.
#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "sigstore/signer_credentials.hpp"

namespace mpk::sigstore {
namespace {

class KeyCredentials final : public Credentials {
 public:
  explicit KeyCredentials(Credential credential) : credential_(std::move(credential)) {}
  std::string identity() const override { return credential_.key->source(); }
  std::string issuer() const override { return {}; }
  crypto::KeyType key_type() const override { return credential_.key->public_key().type(); }
  Result<Credential> current() override { return credential_; }
  bool keyless() const override { return false; }

 private:
  Credential credential_;
};

}  // namespace

Result<std::unique_ptr<Credentials>> make_key_credentials(
    std::unique_ptr<keys::SigningKey> key, std::vector<crypto::Certificate> certificates,
    bool whole_chain) {
  Credential credential{
      .key = std::move(key), .certificate = {}, .intermediates = {}, .key_hint = {}};
  const auto& public_key = credential.key->public_key();
  if (certificates.empty()) {
    // The reference implementation of model signing compares it, and with another form.
    credential.key_hint = whole_chain ? crypto::sha256(public_key.pem()).hex()
                                      : base64_encode(public_key.fingerprint().bytes());
  } else {
    const auto certified = TRY(certificates.front().public_key().with("certificate"));
    if (certified != public_key) {
      return Error(ErrorKind::usage,
                   "certificate of " + certificates.front().subject() +
                       " is for another key than " + credential.key->source(),
                   "the signer's own certificate comes first in the file, then its issuers");
    }
    credential.certificate = certificates.front();
    credential.whole_chain = whole_chain;
    // A root that comes along would suggest another anchor than the verifier's own.
    for (std::size_t i = 1; whole_chain && i < certificates.size(); ++i) {
      if (!certificates[i].is_self_signed()) credential.intermediates.push_back(certificates[i]);
    }
  }
  return std::unique_ptr<Credentials>(std::make_unique<KeyCredentials>(std::move(credential)));
}

}  // namespace mpk::sigstore
