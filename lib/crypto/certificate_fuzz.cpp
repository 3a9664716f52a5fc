// Fuzz entry: bytes as a certificate, in DER and in PEM; one that is read is its own encoding, and
// vouches for nothing that nobody signed.
#include "base/bytes.hpp"
#include "base/text.hpp"
#include "crypto/certificate.hpp"
#include "crypto/chain.hpp"
#include "crypto/hash.hpp"
#include "crypto/pem.hpp"
#include "crypto/sct.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace mpk;
using namespace mpk::crypto;

constexpr std::string_view kFulcioIssuer = "1.3.6.1.4.1.57264.1.8";

void require(bool holds) {
  if (!holds) std::abort();
}

void read_fields(const Certificate& certificate) {
  for (const auto& text : {certificate.subject(), certificate.issuer(), certificate.common_name(),
                           certificate.organization(), certificate.serial_hex()}) {
    require(text.size() <= 16 * certificate.der().size());
  }
  // Both read the same extension.
  require(!certificate.allows_time_stamping() || certificate.limits_purposes());
  if (const auto names = certificate.subject_alt_names()) {
    for (const auto& name : *names) {
      require(name.type == SubjectAltName::Type::other || is_valid_utf8(name.value));
    }
  }
  const auto issuer = certificate.extension_utf8(kFulcioIssuer);
  require(!issuer || issuer->has_value() == certificate.extension(kFulcioIssuer).has_value());
}

void check_trust(const Certificate& certificate) {
  const auto from = certificate.not_before();
  require(!verify_chain(certificate, {certificate}, {}, from));
  const auto path = verify_chain(certificate, {}, {certificate}, from);
  require(!path || (path->front() == certificate && path->back() == certificate));
  const auto key = certificate.public_key();
  if (!key) return;
  const CtLog log{sha256(key->spki()).bytes(), *key, from, {}};
  require(!verify_scts(certificate, certificate, {log}));
}

void check_pem(std::string_view text) {
  const auto blocks = read_pem(text);
  require(!Certificate::list_from_pem(text) || blocks.has_value());
  if (!blocks) return;
  for (const auto& block : *blocks) {
    if (block.label != "CERTIFICATE") continue;
    const auto again = read_pem(write_pem(block.label, block.der));
    require(again && again->size() == 1 && again->front().label == block.label &&
            again->front().der == block.der);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes(data, size);
  check_pem(as_text(bytes));
  auto certificate = Certificate::from_der(bytes);
  if (!certificate) certificate = Certificate::from_pem(as_text(bytes));
  if (!certificate) return 0;
  const auto again = Certificate::from_pem(certificate->pem());
  require(again && *again == *certificate);
  read_fields(*certificate);
  check_trust(*certificate);
  return 0;
}
