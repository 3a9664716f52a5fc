// Time-stamps: round trips, tampering, and who may vouch when.
#include "crypto/timestamp.hpp"

#include "crypto/test_tsa.hpp"

namespace mpk::crypto {
namespace {

using namespace testing;

TEST_CASE("a time-stamp verifies with and without nonce and certificates") {
  const Tsa tsa;
  const Bytes nonce{0x8f, 1, 2, 3, 4, 5, 6, 7};
  for (const bool with_nonce : {false, true}) {
    for (const bool with_certificates : {false, true}) {
      CAPTURE(with_nonce);
      CAPTURE(with_certificates);
      const BytesView sent = with_nonce ? BytesView(nonce) : BytesView();
      const auto expected = with_nonce ? std::optional(nonce) : std::nullopt;
      const auto verified = must(verify_timestamp(tsa.response(sent, with_certificates),
                                                  tsa.message, {tsa.authority()}, expected));
      CHECK(verified.time == kNow);
      CHECK(verified.authority == "https://tsa.example");
      CHECK(verified.signer_fingerprint == sha256(tsa.leaf.der()).bytes());
    }
  }
}

TEST_CASE("an imprint by SHA-384 or SHA-512 is as good") {
  const Tsa tsa;
  for (const auto algorithm : {DigestAlgorithm::sha384, DigestAlgorithm::sha512}) {
    const auto request = must(make_timestamp_request(hash(algorithm, tsa.message), {}, false));
    const auto response =
        must(make_timestamp_response(request, tsa.key, {tsa.leaf, tsa.root.certificate}, kNow));
    CHECK(verify_timestamp(response, tsa.message, {tsa.authority()}));
    CHECK(kind_of(verify_timestamp(response, to_bytes("other"), {tsa.authority()})) == "mismatch");
  }
}

TEST_CASE("another message, another nonce or none at all is a mismatch") {
  const Tsa tsa;
  const Bytes nonce{1, 2, 3, 4, 5, 6, 7, 8};
  const auto with = tsa.response(nonce);
  CHECK(kind_of(verify_timestamp(with, to_bytes("other"), {tsa.authority()})) == "mismatch");
  CHECK(kind_of(verify_timestamp(with, tsa.message, {tsa.authority()},
                                 Bytes{1, 2, 3, 4, 5, 6, 7, 9})) == "mismatch");
  CHECK(kind_of(verify_timestamp(tsa.response(), tsa.message, {tsa.authority()}, nonce)) ==
        "mismatch");
  CHECK(verify_timestamp(with, tsa.message, {tsa.authority()}, Bytes{0, 1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST_CASE("no flipped byte changes what a time-stamp proves") {
  const Tsa tsa;
  const Bytes response = tsa.response();
  // 0x20: upper and lower case, and whether a tag is of a constructed value.
  for (const unsigned bit : {1U, 0x20U}) {
    std::size_t accepted = 0;
    for (std::size_t i = 0; i < response.size(); ++i) {
      Bytes bad = response;
      bad[i] ^= static_cast<std::uint8_t>(bit);
      CAPTURE(i);
      CAPTURE(bit);
      const auto verified = verify_timestamp(bad, tsa.message, {tsa.authority()});
      if (!verified) continue;
      CHECK(verified->time == kNow);
      CHECK(verified->signer_fingerprint == sha256(tsa.leaf.der()).bytes());
      ++accepted;
    }
    // Outside of the signature: granted or granted with changes, three versions and parameters that
    // nobody reads, the name of the signature algorithm (the signer's key decides).
    CHECK(accepted <= 16);
  }
}

TEST_CASE("what is no time-stamp response is malformed, a refusal is untrusted") {
  const Tsa tsa;
  Bytes longer = tsa.response();
  longer.push_back(0);
  Bytes shorter = tsa.response();
  shorter.pop_back();
  const Bytes granted_without_token{0x30, 5, 0x30, 3, 2, 1, 0};
  const Bytes rejected{0x30, 5, 0x30, 3, 2, 1, 2};
  const struct {
    const char* name;
    Bytes response;
    const char* kind;
  } rows[] = {{"empty", {}, "malformed"},
              {"text", to_bytes("hello"), "malformed"},
              {"a byte more", longer, "malformed"},
              {"a byte less", shorter, "malformed"},
              {"a request", tsa.request(), "malformed"},
              {"granted without token", granted_without_token, "malformed"},
              {"rejected", rejected, "untrusted"}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(kind_of(verify_timestamp(row.response, tsa.message, {tsa.authority()})) == row.kind);
  }
}

TEST_CASE("an embedded certificate is a candidate and never an anchor") {
  const Tsa stranger;
  const Tsa tsa;
  for (const bool with_certificates : {false, true}) {
    CAPTURE(with_certificates);
    CHECK(kind_of(verify_timestamp(stranger.response({}, with_certificates), stranger.message,
                                   {tsa.authority()})) == "untrusted");
  }
  CHECK(kind_of(verify_timestamp(tsa.response({}, true), tsa.message, {})) == "untrusted");
}

TEST_CASE("an authority that names no leaf needs the certificate in the token") {
  const Tsa tsa;
  auto authority = tsa.authority();
  authority.chain = {tsa.root.certificate};
  CHECK(verify_timestamp(tsa.response({}, true), tsa.message, {authority}));
  CHECK(kind_of(verify_timestamp(tsa.response({}, false), tsa.message, {authority})) ==
        "untrusted");
}

TEST_CASE("an authority that names its leaf means that leaf") {
  const Tsa tsa;
  const auto sibling = must(tsa.response_by([](CertificateRequest&) {}));
  auto authority = tsa.authority();
  CHECK(kind_of(verify_timestamp(sibling, tsa.message, {authority})) == "untrusted");
  authority.chain = {tsa.root.certificate};
  CHECK(verify_timestamp(sibling, tsa.message, {authority}));
}

TEST_CASE("an intermediate comes from the trusted authority, not from the token") {
  Tsa tsa;
  const Authority intermediate = make_intermediate(tsa.root);
  tsa.leaf = must(issue_certificate(tsa_request(tsa.key.public_key()), intermediate.issuer()));
  const std::vector<Certificate> chain{tsa.leaf, intermediate.certificate, tsa.root.certificate};
  const auto response = must(make_timestamp_response(tsa.request({}, true), tsa.key, chain, kNow));
  CHECK(contains(response, intermediate.certificate.der()));

  auto authority = tsa.authority();
  authority.chain = chain;
  CHECK(verify_timestamp(response, tsa.message, {authority}));
  authority.chain = {intermediate.certificate};  // an anchor that is no root
  CHECK(verify_timestamp(response, tsa.message, {authority}));
  authority.chain = {tsa.leaf, tsa.root.certificate};
  CHECK(kind_of(verify_timestamp(response, tsa.message, {authority})) == "untrusted");
}

TEST_CASE("an intermediate for another purpose may not vouch for time-stamps") {
  for (const bool for_code : {false, true}) {
    CAPTURE(for_code);
    Tsa tsa;
    const auto key = must(PrivateKey::generate(KeyType::ecdsa_p256));
    auto wanted = request_for(key.public_key(), "intermediate");
    wanted.ca = true;
    wanted.code_signing = for_code;
    const Authority intermediate{key, must(issue_certificate(wanted, tsa.root.issuer()))};
    tsa.leaf = must(issue_certificate(tsa_request(tsa.key.public_key()), intermediate.issuer()));
    auto authority = tsa.authority();
    authority.chain = {tsa.leaf, intermediate.certificate, tsa.root.certificate};
    CHECK(kind_of(verify_timestamp(tsa.response(), tsa.message, {authority})) ==
          (for_code ? "untrusted" : ""));
  }
}

TEST_CASE("a certificate authority may not sign time-stamps itself") {
  const Tsa tsa;
  auto authority = tsa.authority();
  authority.chain = {tsa.root.certificate};
  for (const bool ca : {false, true}) {
    CAPTURE(ca);
    const Bytes constraints = ca ? Bytes{0x30, 3, 1, 1, 0xff} : Bytes{0x30, 0};
    const auto response = must(tsa.response_by([&](CertificateRequest& request) {
      request.extensions.push_back({"2.5.29.19", constraints, true});
    }));
    const auto verified = verify_timestamp(response, tsa.message, {authority});
    CHECK(kind_of(verified) == (ca ? "untrusted" : ""));
  }
}

TEST_CASE("a time-stamp counts inside the authority's validity, both ends included") {
  const Tsa tsa;
  const auto response = tsa.response();
  const struct {
    Timestamp from;
    std::optional<Timestamp> to;
    bool good;
  } rows[] = {{kNow, std::nullopt, true},
              {kNow, kNow, true},
              {kNow.plus_seconds(1), std::nullopt, false},
              {kNow.plus_seconds(-9), kNow.plus_seconds(-1), false},
              {kNow.plus_seconds(-9), kNow.plus_seconds(1), true}};
  for (const auto& row : rows) {
    CAPTURE(row.from.text());
    auto authority = tsa.authority();
    authority.valid_from = row.from;
    authority.valid_to = row.to;
    CHECK(kind_of(verify_timestamp(response, tsa.message, {authority})) ==
          (row.good ? "" : "expired"));
  }
}

TEST_CASE("a certificate is judged at the time of the time-stamp") {
  const struct {
    std::int64_t from, to;
    bool good;
  } rows[] = {{-60, 60, true}, {0, 60, true}, {-60, 0, true}, {-60, -1, false}, {1, 60, false}};
  const Tsa tsa;
  auto authority = tsa.authority();
  authority.chain = {tsa.root.certificate};
  for (const auto& row : rows) {
    CAPTURE(row.from);
    CAPTURE(row.to);
    const auto response = must(tsa.response_by([&](CertificateRequest& request) {
      request.not_before = kNow.plus_seconds(row.from);
      request.not_after = kNow.plus_seconds(row.to);
    }));
    CHECK(kind_of(verify_timestamp(response, tsa.message, {authority})) ==
          (row.good ? "" : "expired"));
  }
}

TEST_CASE("of several authorities the one that vouches is named, or the nearest miss") {
  const Tsa other;
  const Tsa tsa;
  auto first = other.authority();
  first.uri = "https://other.example";
  const auto response = tsa.response();
  CHECK(must(verify_timestamp(response, tsa.message, {first, tsa.authority()})).authority ==
        "https://tsa.example");

  auto over = tsa.authority();
  over.valid_to = kNow.plus_seconds(-1);
  for (const auto& authorities : {std::vector{first, over}, std::vector{over, first}}) {
    const auto missed = verify_timestamp(response, tsa.message, authorities);
    CHECK(kind_of(missed) == "expired");
    CHECK(missed.error().text().find("https://tsa.example") != std::string::npos);
  }
  CHECK(kind_of(verify_timestamp(response, tsa.message, {TimestampAuthority{}})) == "untrusted");
}

}  // namespace
}  // namespace mpk::crypto
