// Certificate requests (PKCS#10, RFC 2986): the form in which Fulcio is shown a key.
#include "crypto/issue.hpp"
#include "crypto/openssl.hpp"
#include "crypto/pem.hpp"

namespace mpk::crypto {
namespace {

Result<Bytes> der_of(std::string_view text) {
  if (!text.starts_with("-----BEGIN")) return to_bytes(text);
  auto blocks = TRY(read_pem(text));
  if (blocks.size() != 1 || blocks[0].encrypted ||
      (blocks[0].label != "CERTIFICATE REQUEST" && blocks[0].label != "NEW CERTIFICATE REQUEST")) {
    return Error(ErrorKind::malformed,
                 "PEM holds \"" + blocks[0].label + "\", expected one plain CERTIFICATE REQUEST");
  }
  return std::move(blocks[0].der);
}

}  // namespace

Result<PublicKey> verify_csr(std::string_view pem) {
  const Bytes der = TRY(der_of(pem));
  const auto request = decode_der<X509ReqHandle>(d2i_X509_REQ, der);
  if (!request) return openssl_error(ErrorKind::malformed, "certificate request cannot be read");
  PublicKey key =
      TRY(PublicKey::from_spki(encode_der(i2d_X509_PUBKEY, X509_REQ_get_X509_PUBKEY(request.get())))
              .with("certificate request"));
  if (X509_REQ_verify(request.get(), key.native()) != 1) {
    return openssl_error(ErrorKind::untrusted,
                         "certificate request is not signed by the key that it holds");
  }
  return key;
}

Result<std::string> make_csr(const PrivateKey& key) {
  const X509ReqHandle request(X509_REQ_new());
  const EVP_MD* digest =
      key.type() == KeyType::ed25519 ? nullptr : openssl_digest(default_hash(key.type()));
  if (!request || X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) != 1 ||
      X509_REQ_set_pubkey(request.get(), key.native()) != 1 ||
      X509_REQ_sign(request.get(), key.native(), digest) <= 0) {
    return openssl_error(ErrorKind::internal, "certificate request cannot be made");
  }
  return write_pem("CERTIFICATE REQUEST", encode_der(i2d_X509_REQ, request.get()));
}

}  // namespace mpk::crypto
