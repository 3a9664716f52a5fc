// The certificates in a bundle of the sigstore-conformance vectors, for the tests of lib/crypto.
#pragma once

#include "base/encoding.hpp"
#include "crypto/certificate.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace mpk::crypto::testing {

/// Every "rawBytes" that is a certificate; empty when the vectors are absent. No JSON parser, as
/// lib/json is not below lib/crypto.
inline std::vector<Certificate> certificates_of(const std::string& file) {
  std::ifstream in(std::string(MPK_VECTORS_DIR) + "/sigstore-conformance/bundle-verify/" + file);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  std::vector<Certificate> out;
  for (std::size_t at = text.find("\"rawBytes\""); at != std::string::npos;
       at = text.find("\"rawBytes\"", at)) {
    const std::size_t begin = text.find('"', text.find(':', at)) + 1;
    at = text.find('"', begin);
    const auto der = base64_decode(std::string_view(text).substr(begin, at - begin));
    auto certificate = der ? Certificate::from_der(*der) : Result<Certificate>(der.error());
    if (certificate) out.push_back(certificate.take());
  }
  return out;
}

}  // namespace mpk::crypto::testing
