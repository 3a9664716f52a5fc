// A walk over tags and lengths; what they hold is OpenSSL's business.
#include "crypto/timestamp_form.hpp"

#include "crypto/der.hpp"

#include <cstddef>
#include <vector>

namespace mpk::crypto {
namespace {

constexpr unsigned kMostLevels = 32;

// SignerInfo begins as nothing else in a time-stamp: version, issuer and serial number, digest
// algorithm, and then [0], the signed attributes.
bool are_signed_attributes(const std::vector<DerElement>& siblings, std::size_t at) {
  const auto& element = siblings[at];
  return at == 3 && element.tag_class == V_ASN1_CONTEXT_SPECIFIC && element.tag == 0 &&
         siblings[0].is(V_ASN1_INTEGER) && siblings[1].is(V_ASN1_SEQUENCE) &&
         siblings[2].is(V_ASN1_SEQUENCE);
}

bool all_constructed(BytesView bytes, unsigned levels) {
  const auto elements = der_elements(bytes);
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
