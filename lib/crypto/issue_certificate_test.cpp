// Issued certificates: what they say, and that their paths hold.
#include "crypto/chain.hpp"
#include "crypto/issue.hpp"
#include "crypto/test_pki.hpp"

namespace mpk::crypto {
namespace {

using namespace testing;

TEST_CASE("a leaf issued under an intermediate has a path to the root") {
  const Authority root = make_root();
  const Authority intermediate = make_intermediate(root);
  const auto key = must(PrivateKey::generate(KeyType::ecdsa_p256));
  const auto leaf = must(issue_certificate(leaf_request(key.public_key()), intermediate.issuer()));

  const auto path = must(verify_chain(leaf, {intermediate.certificate}, {root.certificate}, kNow));
  CHECK(path.size() == 3);
  const Authority stranger = make_root();
  CHECK(kind_of(verify_chain(leaf, {intermediate.certificate}, {stranger.certificate}, kNow)) ==
        "untrusted");
}

TEST_CASE("every kind of key can sign itself and a leaf") {
  for (const KeyType type : {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521,
                             KeyType::rsa, KeyType::ed25519}) {
    CAPTURE(to_string(type));
    const Authority root = make_root("root", type);
    CHECK(root.certificate.is_self_signed());
    const auto leaf = must(issue_certificate(leaf_request(root.key.public_key()), root.issuer()));
    CHECK(verify_chain(leaf, {}, {root.certificate}, kNow));
  }
}

TEST_CASE("a certificate authority says so, and a leaf does not") {
  const Authority root = make_root();
  CHECK(root.certificate.is_ca());
  CHECK_FALSE(root.certificate.allows_digital_signature());
  CHECK(root.certificate.common_name() == "root");
  CHECK(root.certificate.organization() == "test");

  const auto leaf = must(issue_certificate(leaf_request(root.key.public_key()), root.issuer()));
  CHECK_FALSE(leaf.is_ca());
  CHECK(leaf.allows_digital_signature());
  CHECK(leaf.allows_code_signing());
  CHECK_FALSE(leaf.allows_time_stamping());
  CHECK(leaf.subject().empty());
  CHECK(leaf.serial_hex().size() == 32);
  CHECK(leaf.not_before() == kNow.plus_seconds(-3600));
  CHECK(leaf.not_after() == kNow.plus_seconds(3600));
  CHECK(must(leaf.extension_utf8("1.3.6.1.4.1.57264.1.8")) == "https://issuer.example");
  CHECK(leaf.extension("1.3.6.1.4.1.57264.1.1") == to_bytes("https://issuer.example"));

  const auto tsa = must(issue_certificate(tsa_request(root.key.public_key()), root.issuer()));
  CHECK(tsa.allows_time_stamping());
  CHECK_FALSE(tsa.allows_code_signing());
}

TEST_CASE("two certificates never share a serial number") {
  const Authority root = make_root();
  const auto request = leaf_request(root.key.public_key());
  CHECK(must(issue_certificate(request, root.issuer())).serial_hex() !=
        must(issue_certificate(request, root.issuer())).serial_hex());
}

TEST_CASE("every kind of alternative name comes back as it went in") {
  const Authority root = make_root();
  const struct {
    SubjectAltName::Type type;
    const char* value;
  } rows[] = {{SubjectAltName::Type::email, "dev@example.com"},
              {SubjectAltName::Type::uri, "https://example.com/a,URI:b"},
              {SubjectAltName::Type::dns, "example.com"},
              {SubjectAltName::Type::other_name, "dev!example.com"}};
  for (const auto& row : rows) {
    CAPTURE(row.value);
    auto request = leaf_request(root.key.public_key());
    request.subject_alt_name = SubjectAltName{row.type, row.value};
    const auto names = must(must(issue_certificate(request, root.issuer())).subject_alt_names());
    REQUIRE(names.size() == 1);
    CHECK(names[0].type == row.type);
    CHECK(names[0].value == row.value);
  }
  auto request = leaf_request(root.key.public_key());
  request.subject_alt_name = SubjectAltName{SubjectAltName::Type::other, "x"};
  CHECK(kind_of(issue_certificate(request, root.issuer())) == "unsupported");
}

TEST_CASE("a validity over the year 2050 is written and read") {
  const Authority root = make_root();
  auto request = leaf_request(root.key.public_key());
  request.not_after = must(Timestamp::parse("2061-02-03T04:05:06Z"));
  CHECK(must(issue_certificate(request, root.issuer())).not_after() == request.not_after);
}

TEST_CASE("a path length is obeyed") {
  const Authority root = make_root();
  const Authority intermediate = make_intermediate(root);  // path length 0
  // Its own name: a self-issued certificate does not count (RFC 5280 §6.1.4).
  const Authority below = make_intermediate(intermediate, "below");
  const auto leaf = must(issue_certificate(leaf_request(below.key.public_key()), below.issuer()));
  CHECK(kind_of(verify_chain(leaf, {below.certificate, intermediate.certificate},
                             {root.certificate}, kNow)) == "untrusted");
}

TEST_CASE("contradictory requests are refused") {
  const Authority root = make_root();
  const auto key = must(PrivateKey::generate(KeyType::ecdsa_p256));
  const auto good = leaf_request(key.public_key());
  CHECK(issue_certificate(good, root.issuer()));

  auto both = good;
  both.time_stamping = true;
  CHECK(kind_of(issue_certificate(both, root.issuer())) == "usage");
  auto length = good;
  length.path_length = 0;
  CHECK(kind_of(issue_certificate(length, root.issuer())) == "usage");
  auto oid = good;
  oid.extensions[0].oid = "not an oid";
  CHECK(kind_of(issue_certificate(oid, root.issuer())) == "usage");

  CHECK(kind_of(issue_certificate(good, {root.key, std::nullopt})) == "usage");
  CHECK(kind_of(issue_certificate(good, {key, root.certificate})) == "usage");
}

}  // namespace
}  // namespace mpk::crypto
