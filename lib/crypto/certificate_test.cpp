// Tests of reading certificates: fields, names, usages, extensions, and what is refused.
#include "crypto/certificate.hpp"

#include "crypto/test_certificates.hpp"
#include "crypto/test_vectors.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>

#include <algorithm>
#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::crypto;
using namespace mpk::crypto::testing;
using Type = SubjectAltName::Type;

namespace {

constexpr const char* kIssuerRaw = "1.3.6.1.4.1.57264.1.1";
constexpr const char* kIssuer = "1.3.6.1.4.1.57264.1.8";
constexpr const char* kBuilder = "1.3.6.1.4.1.57264.1.9";

Certificate read(const char* pem) { return Certificate::from_pem(pem).value(); }

/// The certificate with `from` replaced by `to`, of the same length; the signature is then wrong.
Bytes patched(const char* pem, std::string_view from, std::string_view to) {
  Bytes der = read(pem).der();
  const std::size_t at = as_text(der).find(from);
  REQUIRE(at != std::string_view::npos);
  REQUIRE(from.size() == to.size());
  std::copy(to.begin(), to.end(), der.begin() + static_cast<std::ptrdiff_t>(at));
  return der;
}

}  // namespace

TEST_CASE("the fields of a certificate are read") {
  const Certificate root = read(kRoot);
  CHECK(root.subject() == "CN=Test Root,O=mpk tests");
  CHECK(root.issuer() == root.subject());
  CHECK(root.common_name() == "Test Root");
  CHECK(root.organization() == "mpk tests");
  CHECK(root.serial_hex() == "0a0000");
  CHECK(root.not_before().text() == "2020-01-01T00:00:00Z");
  CHECK(root.not_after().text() == "2040-01-01T00:00:00Z");
  CHECK(root.public_key()->type() == KeyType::ecdsa_p256);
  CHECK(root.pem() == kRoot);
  CHECK(Certificate::from_der(root.der()).value() == root);

  const Certificate signer = read(kSigner);
  CHECK(signer.subject().empty());
  CHECK(signer.common_name().empty());
  CHECK(signer.issuer() == "CN=Test Intermediate,O=mpk tests");
  CHECK_FALSE(signer == root);
}

TEST_CASE("a certificate that is read again is the same object, its neighbour is not") {
  const Certificate first = read(kSigner);
  CHECK(Certificate::from_der(first.der())->native() == first.native());
  const Bytes changed = patched(kSigner, "\x83\xbf\x30\x01\x09", "\x83\xbf\x30\x01\x0a");
  const auto other = Certificate::from_der(changed);
  REQUIRE(other);
  CHECK(other->native() != first.native());
  CHECK(other->der() == changed);
  Bytes longer = first.der();
  longer.push_back(0);
  CHECK_FALSE(Certificate::from_der(longer));
}

TEST_CASE("what is known to be a certificate is decoded when it is looked into") {
  const Certificate late = Certificate::known(read(kSigner).der());
  CHECK(late == read(kSigner));
  CHECK(late.issuer() == "CN=Test Intermediate,O=mpk tests");
  CHECK(late.native() == late.native());
  const Certificate none = Certificate::known({0x30, 0x00});
  CHECK(none.der().size() == 2);
  CHECK_THROWS(none.subject());
}

TEST_CASE("the key of a certificate is the one that its bytes say") {
  for (const char* pem : {kRoot, kSigner, kPlainSigner}) {
    const auto key = read(pem).public_key();
    REQUIRE(key);
    const auto again = PublicKey::from_spki(key->spki());
    REQUIRE(again);
    CHECK(*key == *again);
    CHECK(key->type() == again->type());
    CHECK(key->pem() == again->pem());
  }
}

TEST_CASE("a certificate with a weak key is read, its key is refused") {
  CHECK(read(kWeakKey).public_key().error().kind() == ErrorKind::unsupported);
  CHECK(read(kPlainSigner).public_key());
}

TEST_CASE("the signature algorithm outside is the one inside") {
  const std::string_view sha256("\x2a\x86\x48\xce\x3d\x04\x03\x02", 8);
  const std::string_view sha384("\x2a\x86\x48\xce\x3d\x04\x03\x03", 8);
  for (const char* pem : {kRoot, kSigner}) {
    Bytes der = read(pem).der();
    const std::size_t inside = as_text(der).find(sha256);
    const std::size_t outside = as_text(der).rfind(sha256);
    REQUIRE(outside != std::string_view::npos);
    REQUIRE(inside < outside);
    const auto put = [&](std::size_t at) {
      std::copy(sha384.begin(), sha384.end(), der.begin() + static_cast<std::ptrdiff_t>(at));
    };
    put(outside);
    const auto differs = Certificate::from_der(der);
    REQUIRE_FALSE(differs);
    CHECK(differs.error().kind() == ErrorKind::malformed);
    CHECK(differs.error().text().find("two different") != std::string::npos);
    put(inside);  // equal again: whether the signature holds is another question
    CHECK(Certificate::from_der(der));
  }
}

TEST_CASE("usages are told apart") {
  struct Case {
    const char* name;
    const char* pem;
    bool ca, self_signed, signs, code, time;
  };
  for (const Case& c :
       {Case{"root", kRoot, true, true, false, false, false},
        Case{"intermediate", kIntermediate, true, false, false, false, false},
        Case{"signer", kSigner, false, false, true, true, false},
        Case{"no CA", kNoCa, false, false, true, true, false},
        Case{"plain root", kPlainRoot, true, true, false, false, false},
        Case{"TSA", kTsa, false, false, true, false, true},
        Case{"TSA, not critical", kTsaNotCritical, false, false, true, false, false},
        Case{"TSA and more", kTsaAndMore, false, false, true, true, false}}) {
    CAPTURE(c.name);
    const Certificate certificate = read(c.pem);
    CHECK(certificate.is_ca() == c.ca);
    CHECK(certificate.is_self_signed() == c.self_signed);
    CHECK(certificate.allows_digital_signature() == c.signs);
    CHECK(certificate.allows_code_signing() == c.code);
    CHECK(certificate.allows_time_stamping() == c.time);
    CHECK(ERR_peek_error() == 0);
  }
}

TEST_CASE("a certificate that only looks self-signed is not") {
  Bytes der = read(kRoot).der();
  der.back() ^= 1;
  CHECK_FALSE(Certificate::from_der(der).value().is_self_signed());
}

TEST_CASE("subject alternative names of each kind are read") {
  const auto signer = read(kSigner).subject_alt_names().value();
  REQUIRE(signer.size() == 1);
  CHECK(signer[0].type == Type::email);
  CHECK(signer[0].value == "dev@example.com");

  const auto names = read(kNames).subject_alt_names().value();
  REQUIRE(names.size() == 4);
  CHECK(names[0].type == Type::other_name);
  CHECK(names[0].value == "someone!example.com");
  CHECK(names[1].type == Type::uri);
  CHECK(names[1].value == "https://example.com/w@refs/heads/main");
  CHECK(names[2].type == Type::dns);
  CHECK(names[2].value == "example.com");
  CHECK(names[3].type == Type::other);
  CHECK(names[3].value.empty());

  CHECK(read(kRoot).subject_alt_names()->empty());
}

TEST_CASE("subject alternative names with a NUL, beyond ASCII or not in UTF-8 are malformed") {
  using namespace std::string_view_literals;
  struct Case {
    const char* pem;
    std::string_view from, to;
  };
  for (const Case& c : {Case{kSigner, "dev@example.com"sv, "dev@example\0com"sv},
                        Case{kSigner, "dev@example.com"sv, "d\xc3\xa9@example.com"sv},
                        Case{kNames, "https://example.com/w"sv, "https://example.com/\n"sv},
                        Case{kNames, "someone!"sv, "som\xff\xff\xff\xff!"sv}}) {
    const Certificate certificate = Certificate::from_der(patched(c.pem, c.from, c.to)).value();
    CHECK(certificate.subject_alt_names().error().kind() == ErrorKind::malformed);
  }
  const Bytes same = patched(kSigner, "dev@example.com", "ops@example.com");
  CHECK(Certificate::from_der(same)->subject_alt_names()->at(0).value == "ops@example.com");
}

TEST_CASE("an extension is read raw and as a UTF8String") {
  const Certificate signer = read(kSigner);
  CHECK(as_text(signer.extension(kIssuerRaw).value()) == "https://issuer.example");
  CHECK(signer.extension_utf8(kIssuer).value() == "https://issuer.example");
  CHECK(signer.extension_utf8(kIssuerRaw).error().kind() == ErrorKind::malformed);
  CHECK(signer.extension_utf8(kBuilder).error().text() ==
        "certificate: extension 1.3.6.1.4.1.57264.1.9 is not a UTF8String (wrong tag)");
  CHECK(signer.extension_utf8("1.3.6.1.4.1.57264.1.10").value() == std::nullopt);
  CHECK_FALSE(signer.extension("1.3.6.1.4.1.57264.1"));
  CHECK_FALSE(signer.extension("no oid"));
  CHECK(ERR_peek_error() == 0);

  const Bytes latin1 =
      patched(kSigner, "\x0c\x16https://issuer.ex", "\x0c\x16https://issuer.\xe9x");
  CHECK_FALSE(Certificate::from_der(latin1)->extension_utf8(kIssuer));
}

TEST_CASE("a certificate with an extension twice is malformed") {
  const Bytes twice = patched(kSigner, "\x83\xbf\x30\x01\x09", "\x83\xbf\x30\x01\x08");
  CHECK(Certificate::from_der(twice).error().text() == "certificate has an extension twice");
  const Bytes once = patched(kSigner, "\x83\xbf\x30\x01\x09", "\x83\xbf\x30\x01\x0a");
  CHECK(Certificate::from_der(once));
}

TEST_CASE("bytes that are not exactly one DER certificate are malformed") {
  const Bytes der = read(kRoot).der();
  Bytes longer = der;
  longer.push_back(0);
  const Bytes shorter(der.begin(), der.end() - 1);
  Bytes indefinite = der;  // BER: 30 80 … 00 00 instead of 30 82 <length> …
  indefinite.erase(indefinite.begin() + 1, indefinite.begin() + 4);
  indefinite.insert(indefinite.begin() + 1, 0x80);
  indefinite.insert(indefinite.end(), {0, 0});
  const Bytes no_time = patched(kRoot, "400101000000Z", "401301000000Z");
  for (const Bytes& bytes : {longer, shorter, indefinite, no_time, Bytes{}, Bytes{0x30, 0x00}}) {
    const auto certificate = Certificate::from_der(bytes);
    REQUIRE_FALSE(certificate);
    CHECK(certificate.error().kind() == ErrorKind::malformed);
    CHECK(ERR_peek_error() == 0);
  }
}

TEST_CASE("a PEM list keeps its order, a single certificate is single") {
  const auto list = Certificate::list_from_pem(std::string(kIntermediate) + "\nroot:\n" + kRoot);
  REQUIRE(list);
  REQUIRE(list->size() == 2);
  CHECK(list->front() == read(kIntermediate));
  CHECK(list->back() == read(kRoot));
  CHECK_FALSE(Certificate::from_pem(std::string(kIntermediate) + kRoot));
  CHECK(Certificate::list_from_pem(read(kRoot).public_key()->pem()).error().text() ==
        "certificate: expected the PEM label \"CERTIFICATE\", found \"PUBLIC KEY\"");
}

TEST_CASE("a real Fulcio certificate has its extensions") {
  const auto certificates = certificates_of("happy-path-v0.3/bundle.sigstore.json");
  if (certificates.empty()) {
    MESSAGE("skipped: the sigstore-conformance vectors are absent");
    return;
  }
  const Certificate& leaf = certificates.front();
  const std::string workflow =
      "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/"
      "workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
  CHECK(leaf.serial_hex() == "68bfedb264131e4db59add54ba4fb0edabc3073e");
  CHECK(leaf.not_before().text() == "2024-03-19T17:26:26Z");
  CHECK(leaf.not_after().text() == "2024-03-19T17:36:26Z");
  CHECK(leaf.allows_code_signing());
  CHECK(leaf.allows_digital_signature());
  CHECK_FALSE(leaf.is_ca());
  REQUIRE(leaf.subject_alt_names()->size() == 1);
  CHECK(leaf.subject_alt_names()->front().type == Type::uri);
  CHECK(leaf.subject_alt_names()->front().value == workflow);

  const std::string oid = "1.3.6.1.4.1.57264.1.";
  CHECK(as_text(leaf.extension(oid + "1").value()) ==
        "https://token.actions.githubusercontent.com");
  CHECK_FALSE(leaf.extension_utf8(oid + "1"));
  struct Case {
    const char* number;
    std::string value;
  };
  for (const Case& c :
       {Case{"8", "https://token.actions.githubusercontent.com"}, Case{"9", workflow},
        Case{"11", "github-hosted"}, Case{"13", "c7b3dfb335f051e1c86bda4c716fac97df62ad81"},
        Case{"14", "refs/heads/main"}, Case{"15", "632596897"}, Case{"20", "workflow_dispatch"},
        Case{"22", "public"}}) {
    CAPTURE(c.number);
    CHECK(leaf.extension_utf8(oid + c.number).value() == c.value);
  }
  CHECK(leaf.extension_utf8(oid + "23").value() == std::nullopt);
}
