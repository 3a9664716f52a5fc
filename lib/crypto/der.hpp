// Tags and lengths of DER (X.690 §8.1, §10.1): elements side by side, and one with a new content.
#pragma once

#include "base/bytes.hpp"

#include <openssl/asn1.h>

#include <vector>

namespace mpk::crypto {

struct DerElement {
  int tag = 0, tag_class = 0;
  bool constructed = false;
  BytesView whole, content;  // of the bytes that were read

  bool is(int universal) const { return tag_class == V_ASN1_UNIVERSAL && tag == universal; }
};

/// The elements side by side in `bytes`; fewer where a length is indefinite or wrong.
std::vector<DerElement> der_elements(BytesView bytes);

/// `like`'s tag, with a length for `content` and that.
Bytes der_element(const DerElement& like, BytesView content);

}  // namespace mpk::crypto
