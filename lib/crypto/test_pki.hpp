// A small certificate authority, CT log and time-stamping authority for the tests of lib/crypto.
#pragma once

#include "crypto/hash.hpp"
#include "crypto/issue.hpp"
#include "crypto/sct.hpp"
#include "crypto/timestamp.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <ostream>

namespace mpk::crypto::testing {

/// Fails the test case when there is an error.
template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().text());
  return result.take();
}

inline std::string kind_of(const Error& error) { return std::string(to_string(error.kind())); }

/// "" when it succeeded.
template <class T>
std::string kind_of(const Result<T>& result) {
  return result ? std::string() : kind_of(result.error());
}

inline const Timestamp kNow = Timestamp::from_seconds(1'760'000'000);

inline CertificateRequest request_for(const PublicKey& key, std::string common_name) {
  return CertificateRequest{.common_name = std::move(common_name),
                            .organization = {},
                            .key = key,
                            .not_before = kNow.plus_seconds(-3600),
                            .not_after = kNow.plus_seconds(3600),
                            .path_length = std::nullopt,
                            .subject_alt_name = std::nullopt,
                            .extensions = {}};
}

struct Authority {
  PrivateKey key;
  Certificate certificate;
  Issuer issuer() const { return {key, certificate}; }
};

inline Authority make_root(std::string common_name = "root", KeyType type = KeyType::ecdsa_p256) {
  auto key = must(PrivateKey::generate(type));
  auto request = request_for(key.public_key(), std::move(common_name));
  request.organization = "test";
  request.ca = true;
  auto certificate = must(issue_certificate(request, {key, std::nullopt}));
  return {std::move(key), std::move(certificate)};
}

inline Authority make_intermediate(const Authority& root,
                                   std::string common_name = "intermediate") {
  auto key = must(PrivateKey::generate(KeyType::ecdsa_p256));
  auto request = request_for(key.public_key(), std::move(common_name));
  request.ca = true;
  request.path_length = 0;
  auto certificate = must(issue_certificate(request, root.issuer()));
  return {std::move(key), std::move(certificate)};
}

/// Fulcio's form of a leaf.
inline CertificateRequest leaf_request(const PublicKey& key) {
  auto request = request_for(key, "");
  request.digital_signature = true;
  request.code_signing = true;
  request.subject_alt_name = SubjectAltName{SubjectAltName::Type::email, "dev@example.com"};
  request.extensions = {
      {"1.3.6.1.4.1.57264.1.1", to_bytes("https://issuer.example"), false},
      {"1.3.6.1.4.1.57264.1.8", to_bytes("\x0c\x16https://issuer.example"), false}};
  return request;
}

inline CertificateRequest tsa_request(const PublicKey& key) {
  auto request = request_for(key, "tsa");
  request.digital_signature = true;
  request.time_stamping = true;
  return request;
}

}  // namespace mpk::crypto::testing
