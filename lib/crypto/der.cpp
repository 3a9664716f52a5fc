// DER's tags and lengths by OpenSSL's own reader and writer of them.
#include "crypto/der.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <cstddef>

namespace mpk::crypto {

std::vector<DerElement> der_elements(BytesView bytes) {
  std::vector<DerElement> out;
  while (!bytes.empty()) {
    const unsigned char* cursor = bytes.data();
    long length = 0;
    DerElement element;
    const int form = ASN1_get_object(&cursor, &length, &element.tag, &element.tag_class,
                                     static_cast<long>(bytes.size()));
    ERR_clear_error();
    constexpr int kError = 0x80, kIndefinite = 1;
    if ((form & (kError | kIndefinite)) != 0) return out;
    element.constructed = (form & V_ASN1_CONSTRUCTED) != 0;
    const auto header = static_cast<std::size_t>(cursor - bytes.data());
    element.content = bytes.subspan(header, static_cast<std::size_t>(length));
    element.whole = bytes.first(header + element.content.size());
    bytes = bytes.subspan(element.whole.size());
    out.push_back(element);
  }
  return out;
}

Bytes der_element(const DerElement& like, BytesView content) {
  const int constructed = like.constructed ? 1 : 0;
  const auto length = static_cast<int>(content.size());
  Bytes out(static_cast<std::size_t>(ASN1_object_size(constructed, length, like.tag)));
  unsigned char* cursor = out.data();
  ASN1_put_object(&cursor, constructed, length, like.tag, like.tag_class);
  std::ranges::copy(content, cursor);
  return out;
}

}  // namespace mpk::crypto
