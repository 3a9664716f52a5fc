// Tests of path validation: a small PKI with each kind of fault, and the real Fulcio.
#include "crypto/chain.hpp"

#include "crypto/test_certificates.hpp"
#include "crypto/test_vectors.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>

#include <cstddef>
#include <future>
#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::crypto;
using namespace mpk::crypto::testing;

namespace {

Certificate read(const char* pem) { return Certificate::from_pem(pem).value(); }
Timestamp time(std::string_view text) { return Timestamp::parse(text).value(); }

const Timestamp kDuring = time("2024-01-01T00:05:00Z");

ErrorKind fault(const Result<std::vector<Certificate>>& path) {
  REQUIRE_FALSE(path);
  CHECK(ERR_peek_error() == 0);
  return path.error().kind();
}

/// Fulcio's public intermediate and root since 2022, from Sigstore's trusted root.
constexpr const char* kFulcio = R"(-----BEGIN CERTIFICATE-----
MIICGjCCAaGgAwIBAgIUALnViVfnU0brJasmRkHrn/UnfaQwCgYIKoZIzj0EAwMw
KjEVMBMGA1UEChMMc2lnc3RvcmUuZGV2MREwDwYDVQQDEwhzaWdzdG9yZTAeFw0y
MjA0MTMyMDA2MTVaFw0zMTEwMDUxMzU2NThaMDcxFTATBgNVBAoTDHNpZ3N0b3Jl
LmRldjEeMBwGA1UEAxMVc2lnc3RvcmUtaW50ZXJtZWRpYXRlMHYwEAYHKoZIzj0C
AQYFK4EEACIDYgAE8RVS/ysH+NOvuDZyPIZtilgUF9NlarYpAd9HP1vBBH1U5CV7
7LSS7s0ZiH4nE7Hv7ptS6LvvR/STk798LVgMzLlJ4HeIfF3tHSaexLcYpSASr1kS
0N/RgBJz/9jWCiXno3sweTAOBgNVHQ8BAf8EBAMCAQYwEwYDVR0lBAwwCgYIKwYB
BQUHAwMwEgYDVR0TAQH/BAgwBgEB/wIBADAdBgNVHQ4EFgQU39Ppz1YkEZb5qNjp
KFWixi4YZD8wHwYDVR0jBBgwFoAUWMAeX5FFpWapesyQoZMi0CrFxfowCgYIKoZI
zj0EAwMDZwAwZAIwPCsQK4DYiZYDPIaDi5HFKnfxXx6ASSVmERfsynYBiX2X6SJR
nZU84/9DZdnFvvxmAjBOt6QpBlc4J/0DxvkTCqpclvziL6BCCPnjdlIB3Pu3BxsP
mygUY7Ii2zbdCdliiow=
-----END CERTIFICATE-----
-----BEGIN CERTIFICATE-----
MIIB9zCCAXygAwIBAgIUALZNAPFdxHPwjeDloDwyYChAO/4wCgYIKoZIzj0EAwMw
KjEVMBMGA1UEChMMc2lnc3RvcmUuZGV2MREwDwYDVQQDEwhzaWdzdG9yZTAeFw0y
MTEwMDcxMzU2NTlaFw0zMTEwMDUxMzU2NThaMCoxFTATBgNVBAoTDHNpZ3N0b3Jl
LmRldjERMA8GA1UEAxMIc2lnc3RvcmUwdjAQBgcqhkjOPQIBBgUrgQQAIgNiAAT7
XeFT4rb3PQGwS4IajtLk3/OlnpgangaBclYpsYBr5i+4ynB07ceb3LP0OIOZdxex
X69c5iVuyJRQ+Hz05yi+UF3uBWAlHpiS5sh0+H2GHE7SXrk1EC5m1Tr19L9gg92j
YzBhMA4GA1UdDwEB/wQEAwIBBjAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBRY
wB5fkUWlZql6zJChkyLQKsXF+jAfBgNVHSMEGDAWgBRYwB5fkUWlZql6zJChkyLQ
KsXF+jAKBggqhkjOPQQDAwNpADBmAjEAj1nHeXZp+13NWBNa+EDsDP8G1WWg1tCM
WP/WHPqpaVo0jhsweNFZgSs0eE7wYI4qAjEA2WB9ot98sIkoF3vZYdd3/VtWB5b9
TNMea7Ix/stJ5TfcLLeABLE4BNJOsQ4vnBHJ
-----END CERTIFICATE-----
)";

}  // namespace

TEST_CASE("a path is found from leaf to anchor") {
  const Certificate root = read(kRoot);
  const Certificate intermediate = read(kIntermediate);
  const Certificate signer = read(kSigner);
  using List = std::vector<Certificate>;
  CHECK(verify_chain(signer, {intermediate}, {root}, kDuring).value() ==
        List{signer, intermediate, root});
  // What does not belong to the path does not disturb it.
  CHECK(
      verify_chain(signer, {read(kTooDeep), intermediate, root}, {read(kPlainRoot), root}, kDuring)
          .value() == List{signer, intermediate, root});
  // RFC 5280 §6.1.1 (d): whatever is trusted may be an anchor.
  CHECK(verify_chain(signer, {}, {intermediate}, kDuring).value() == List{signer, intermediate});
  CHECK(verify_chain(root, {}, {root}, kDuring).value() == List{root});
}

TEST_CASE("without a path to an anchor a certificate is untrusted") {
  const Certificate root = read(kRoot);
  const Certificate intermediate = read(kIntermediate);
  const Certificate signer = read(kSigner);
  CHECK(fault(verify_chain(signer, {intermediate}, {}, kDuring)) == ErrorKind::untrusted);
  CHECK(fault(verify_chain(signer, {}, {root}, kDuring)) == ErrorKind::untrusted);
  CHECK(fault(verify_chain(signer, {intermediate, root}, {}, kDuring)) == ErrorKind::untrusted);
  CHECK(fault(verify_chain(signer, {intermediate}, {read(kStranger)}, kDuring)) ==
        ErrorKind::untrusted);
}

TEST_CASE("a changed certificate is untrusted") {
  Bytes der = read(kSigner).der();
  der.back() ^= 1;
  const Certificate changed = Certificate::from_der(der).value();
  CHECK(fault(verify_chain(changed, {read(kIntermediate)}, {read(kRoot)}, kDuring)) ==
        ErrorKind::untrusted);
}

TEST_CASE("an authority is refused for its own signature, also after the true one was seen") {
  Bytes der = read(kIntermediate).der();
  der.back() ^= 1;
  const Certificate changed = Certificate::from_der(der).value();
  const Certificate signer = read(kSigner);
  const Certificate root = read(kRoot);
  for (int i = 0; i < 2; ++i) {
    CAPTURE(i);
    CHECK(fault(verify_chain(signer, {changed}, {root}, kDuring)) == ErrorKind::untrusted);
    CHECK(verify_chain(signer, {read(kIntermediate)}, {root}, kDuring));
  }
  // Whose signature is trusted as it is: the anchor's.
  CHECK(verify_chain(signer, {}, {changed}, kDuring));
}

TEST_CASE("authorities that were proven before are judged like others") {
  Bytes der = read(kIntermediate).der();
  der.back() ^= 1;
  const Certificate changed = Certificate::from_der(der).value();
  const Certificate signer = read(kSigner), between = read(kIntermediate), root = read(kRoot);
  prove_authorities({changed, root});
  prove_authorities({signer, root});  // not by each other
  CHECK(ERR_peek_error() == 0);
  CHECK(fault(verify_chain(signer, {changed}, {root}, kDuring)) == ErrorKind::untrusted);
  CHECK(fault(verify_chain(signer, {}, {root}, kDuring)) == ErrorKind::untrusted);
  prove_authorities({between, root});
  prove_authorities({root});
  CHECK(verify_chain(signer, {between}, {root}, kDuring));
}

TEST_CASE("threads that verify at the same time agree") {
  Bytes der = read(kIntermediate).der();
  der.back() ^= 1;
  const std::vector<Certificate> between{read(kIntermediate), Certificate::from_der(der).value()};
  const Certificate signer = read(kSigner), root = read(kRoot);
  std::vector<std::future<int>> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.push_back(std::async(std::launch::async, [&] {
      int right = 0;
      for (int i = 0; i < 20; ++i) {
        for (std::size_t which : {0U, 1U}) {
          right +=
              verify_chain(signer, {between[which]}, {root}, kDuring).has_value() == (which == 0);
        }
      }
      return right;
    }));
  }
  for (auto& thread : threads) CHECK(thread.get() == 40);
}

TEST_CASE("both ends of a validity period belong to it") {
  const Certificate root = read(kRoot);
  const Certificate intermediate = read(kIntermediate);
  const Certificate signer = read(kSigner);
  struct Case {
    const char* at;
    bool valid;
  };
  for (const Case& c :
       {Case{"2023-12-31T23:59:59Z", false}, Case{"2023-12-31T23:59:59.999Z", false},
        Case{"2024-01-01T00:00:00Z", true}, Case{"2024-01-01T00:10:00Z", true},
        Case{"2024-01-01T00:10:00.001Z", false}, Case{"2024-01-01T00:10:01Z", false}}) {
    CAPTURE(c.at);
    const auto path = verify_chain(signer, {intermediate}, {root}, time(c.at));
    CHECK(path.has_value() == c.valid);
    if (!path) CHECK(path.error().kind() == ErrorKind::expired);
  }
}

TEST_CASE("every link must be valid, the anchor too") {
  const Certificate root = read(kRoot);
  const Certificate intermediate = read(kIntermediate);
  const auto late = verify_chain(read(kLate), {intermediate}, {root}, time("2031-01-01T00:05:00Z"));
  REQUIRE_FALSE(late);
  CHECK(late.error().kind() == ErrorKind::expired);
  CHECK(late.error().text() ==
        "certificate \"CN=Test Intermediate,O=mpk tests\" is valid from 2021-01-01T00:00:00Z to "
        "2030-01-01T00:00:00Z, not at 2031-01-01T00:05:00Z");
  CHECK(fault(verify_chain(root, {}, {root}, time("2040-01-01T00:00:01Z"))) == ErrorKind::expired);
}

TEST_CASE("a faulty certificate is untrusted even when it is also expired") {
  const Certificate root = read(kRoot);
  const Certificate intermediate = read(kIntermediate);
  const Timestamp after = time("2025-01-01T00:00:00Z");
  struct Case {
    const char* name;
    const char* leaf;
    std::vector<Certificate> intermediates;
  };
  for (const Case& c :
       {Case{"beyond pathLen", kSignerTooDeep, {read(kTooDeep), intermediate}},
        Case{"under a certificate that is no CA", kSignerUnderNoCa, {read(kNoCa), intermediate}},
        Case{"unknown critical extension", kCritical, {intermediate}},
        Case{"neither a subject nor a critical name", kSanNotCritical, {intermediate}}}) {
    CAPTURE(c.name);
    CHECK(fault(verify_chain(read(c.leaf), c.intermediates, {root}, kDuring)) ==
          ErrorKind::untrusted);
    CHECK(fault(verify_chain(read(c.leaf), c.intermediates, {root}, after)) ==
          ErrorKind::untrusted);
  }
  CHECK(fault(verify_chain(read(kSigner), {intermediate}, {root}, after)) == ErrorKind::expired);
}

TEST_CASE("an authority without identifiers and key usage will do, SHA-1 and short keys will not") {
  const Timestamp at = time("2027-01-01T00:00:00Z");
  const std::vector<Certificate> anchors = {read(kPlainRoot)};
  CHECK(verify_chain(read(kPlainSigner), {}, anchors, at));
  CHECK(fault(verify_chain(read(kSha1Signer), {}, anchors, at)) == ErrorKind::untrusted);
  CHECK(fault(verify_chain(read(kWeakKey), {}, anchors, at)) == ErrorKind::untrusted);
}

TEST_CASE("real Fulcio certificates have a path in the ten minutes of their life") {
  const auto fulcio = Certificate::list_from_pem(kFulcio).value();
  std::size_t found = 0;
  for (const char* bundle :
       {"happy-path-v0.1", "happy-path-v0.2", "happy-path-v0.3", "happy-path-intoto-in-dsse-v3"}) {
    const auto certificates = certificates_of(std::string(bundle) + "/bundle.sigstore.json");
    if (certificates.empty()) continue;
    CAPTURE(bundle);
    ++found;
    const Certificate& leaf = certificates.front();
    const auto path = verify_chain(leaf, {fulcio[0]}, {fulcio[1]}, leaf.not_after());
    REQUIRE(path);
    CHECK(path->size() == 3);
    CHECK(fault(verify_chain(leaf, {fulcio[0]}, {fulcio[1]}, leaf.not_after().plus_seconds(1))) ==
          ErrorKind::expired);
    CHECK(fault(verify_chain(leaf, {fulcio[0]}, {read(kRoot)}, leaf.not_after())) ==
          ErrorKind::untrusted);
  }
  if (found == 0) MESSAGE("skipped: the sigstore-conformance vectors are absent");
}
