// A walk over tags and lengths; what they hold is OpenSSL's business.
#include "crypto/timestamp_form.hpp"

#include <openssl/asn1.h>
#include <openssl/err.h>

#include <cstddef>
#include <vector>

namespace mpk::crypto {
namespace {

constexpr unsigned kMostLevels = 32;

struct Element {
  int tag = 0, tag_class = 0;
  bool constructed = false;
  BytesView content;

  bool is(int universal) const { return tag_class == V_ASN1_UNIVERSAL && tag == universal; }
};

// The elements side by side in `bytes`; fewer where a length is indefinite or wrong.
std::vector<Element> elements_of(BytesView bytes) {
  std::vector<Element> out;
  while (!bytes.empty()) {
    const unsigned char* cursor = bytes.data();
    long length = 0;
    Element element;
    const int form = ASN1_get_object(&cursor, &length, &element.tag, &element.tag_class,
                                     static_cast<long>(bytes.size()));
    ERR_clear_error();
    constexpr int kError = 0x80, kIndefinite = 1;
    if ((form & (kError | kIndefinite)) != 0) return out;
    element.constructed = (form & V_ASN1_CONSTRUCTED) != 0;
    const auto header = static_cast<std::size_t>(cursor - bytes.data());
    element.content = bytes.subspan(header, static_cast<std::size_t>(length));
    bytes = bytes.subspan(header + element.content.size());
    out.push_back(element);
  }
  return out;
}

// SignerInfo begins as nothing else in a time-stamp: version, issuer and serial number, digest
// algorithm, and then [0], the signed attributes.
bool are_signed_attributes(const std::vector<Element>& siblings, std::size_t at) {
  const auto& element = siblings[at];
  return at == 3 && element.tag_class == V_ASN1_CONTEXT_SPECIFIC && element.tag == 0 &&
         siblings[0].is(V_ASN1_INTEGER) && siblings[1].is(V_ASN1_SEQUENCE) &&
         siblings[2].is(V_ASN1_SEQUENCE);
}

bool all_constructed(BytesView bytes, unsigned levels) {
  const auto elements = elements_of(bytes);
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto& element = elements[i];
    if (element.constructed) {
      if (levels == 0 || !all_constructed(element.content, levels - 1)) return false;
    } else if (element.is(V_ASN1_SEQUENCE) || element.is(V_ASN1_SET) ||
               are_signed_attributes(elements, i)) {
      return false;
    }
  }
  return true;
}

}  // namespace

Result<void> check_constructed(BytesView der) {
  if (all_constructed(der, kMostLevels)) return {};
  return Error(ErrorKind::malformed, "time-stamp has a sequence or set that is not encoded as one");
}

}  // namespace mpk::crypto
