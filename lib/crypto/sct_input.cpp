// The bytes that a CT log signs for a precertificate (RFC 6962 §3.2).
#include "crypto/sct_input.hpp"

#include "crypto/der.hpp"

#include <openssl/objects.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace mpk::crypto {
namespace {

void put_big_endian(Bytes& out, std::uint64_t value, int width) {
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

void append(Bytes& out, BytesView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

bool names(const DerElement& extension, const ASN1_OBJECT* oid) {
  const auto parts = der_elements(extension.content);
  return !parts.empty() &&
         std::ranges::equal(parts.front().content, BytesView(OBJ_get0_data(oid), OBJ_length(oid)));
}

// The first of what stands in `element`.
std::optional<DerElement> first_in(const DerElement& element) {
  const auto inner = der_elements(element.content);
  return inner.empty() ? std::nullopt : std::optional(inner.front());
}

std::optional<DerElement> tbs_of(const Certificate& certificate) {
  const auto outer = der_elements(certificate.der());
  return outer.empty() ? std::nullopt : first_in(outer.front());
}

struct Rest {
  Bytes extensions;
  int removed = 0;
};

Rest without(const DerElement& list, const ASN1_OBJECT* oid) {
  Rest rest;
  for (const auto& extension : der_elements(list.content)) {
    if (names(extension, oid)) {
      ++rest.removed;
    } else {
      append(rest.extensions, extension.whole);
    }
  }
  return rest;
}

}  // namespace

// Encoded from the certificate's own bytes: to copy a decoded one costs more than a signature.
Result<Bytes> tbs_without_extension(const Certificate& certificate, int nid) {
  const auto tbs = tbs_of(certificate);
  const auto fields = tbs ? der_elements(tbs->content) : std::vector<DerElement>();
  const auto list = fields.empty() ? std::nullopt : first_in(fields.back());
  // RFC 5280 §4.1: `extensions [3]`, the last field.
  const bool has_list =
      list && fields.back().tag_class == V_ASN1_CONTEXT_SPECIFIC && fields.back().tag == 3;
  const auto rest = has_list ? without(*list, OBJ_nid2obj(nid)) : Rest();
  if (rest.removed != 1) {
    return Error(ErrorKind::malformed, std::string("certificate has ") +
                                           (rest.removed == 0 ? "no" : "more than one") +
                                           " extension " + OBJ_nid2ln(nid));
  }
  Bytes content;
  for (const auto& field : fields) {
    if (&field != &fields.back()) append(content, field.whole);
  }
  if (!rest.extensions.empty())
    append(content, der_element(fields.back(), der_element(*list, rest.extensions)));
  return der_element(*tbs, content);
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
