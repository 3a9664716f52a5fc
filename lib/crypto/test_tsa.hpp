// A time-stamping authority for the tests of lib/crypto.
#pragma once

#include "crypto/test_pki.hpp"

namespace mpk::crypto::testing {

struct Tsa {
  Authority root = make_root("tsa root");
  PrivateKey key = must(PrivateKey::generate(KeyType::ecdsa_p256));
  Certificate leaf = must(issue_certificate(tsa_request(key.public_key()), root.issuer()));
  Bytes message = to_bytes("a signature");

  TimestampAuthority authority() const {
    return {{leaf, root.certificate}, kNow.plus_seconds(-60), std::nullopt, "https://tsa.example"};
  }
  Bytes request(BytesView nonce = {}, bool want_certificates = false) const {
    return must(make_timestamp_request(sha256(message), nonce, want_certificates));
  }
  Bytes response(BytesView nonce = {}, bool want_certificates = false) const {
    return must(make_timestamp_response(request(nonce, want_certificates), key,
                                        {leaf, root.certificate}, kNow));
  }
  /// Signed by a leaf that differs from the good one, as `change` leaves the request.
  template <class Change>
  Result<Bytes> response_by(Change change) const {
    auto wanted = tsa_request(key.public_key());
    change(wanted);
    const auto certificate = must(issue_certificate(wanted, root.issuer()));
    return make_timestamp_response(request({}, true), key, {certificate, root.certificate}, kNow);
  }
};

/// Is `part` inside of `whole`?
inline bool contains(BytesView whole, BytesView part) {
  return as_text(whole).find(as_text(part)) != std::string_view::npos;
}

}  // namespace mpk::crypto::testing
