// The bytes that a CT log signs for a precertificate (RFC 6962 §3.2).
#include "crypto/sct_input.hpp"

#include "crypto/openssl.hpp"

#include <openssl/objects.h>
#include <openssl/x509.h>

#include <string>

namespace mpk::crypto {
namespace {

void put_big_endian(Bytes& out, std::uint64_t value, int width) {
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

}  // namespace

Result<Bytes> tbs_without_extension(const Certificate& certificate, int nid) {
  // A copy: deleting from the shared certificate would race with its other readers.
  const X509Handle copy(X509_dup(certificate.native()));
  if (!copy) return openssl_error(ErrorKind::internal, "certificate cannot be copied");
  const int position = X509_get_ext_by_NID(copy.get(), nid, -1);
  if (position < 0) {
    return Error(ErrorKind::malformed,
                 std::string("certificate has no extension ") + OBJ_nid2ln(nid));
  }
  if (X509_get_ext_by_NID(copy.get(), nid, position) >= 0) {
    return Error(ErrorKind::malformed,
                 std::string("certificate has more than one extension ") + OBJ_nid2ln(nid));
  }
  const ExtensionHandle removed(X509_delete_ext(copy.get(), position));
  Bytes tbs = encode_der(i2d_re_X509_tbs, copy.get());
  if (tbs.empty()) return openssl_error(ErrorKind::malformed, "certificate cannot be encoded");
  return tbs;
}

Result<Bytes> sct_signed_input(std::uint64_t timestamp_ms, BytesView issuer_key_hash, BytesView tbs,
                               BytesView extensions) {
  if (tbs.size() >= 1U << 24 || extensions.size() >= 1U << 16) {
    return Error(ErrorKind::malformed, "certificate or extensions too long for an SCT");
  }
  Bytes input;
  input.reserve(tbs.size() + extensions.size() + 64);
  put_big_endian(input, 0, 1);  // sct_version v1
  put_big_endian(input, 0, 1);  // signature_type certificate_timestamp
  put_big_endian(input, timestamp_ms, 8);
  put_big_endian(input, 1, 2);  // entry_type precert_entry
  input.insert(input.end(), issuer_key_hash.begin(), issuer_key_hash.end());
  put_big_endian(input, tbs.size(), 3);
  input.insert(input.end(), tbs.begin(), tbs.end());
  put_big_endian(input, extensions.size(), 2);
  input.insert(input.end(), extensions.begin(), extensions.end());
  return input;
}

}  // namespace mpk::crypto
