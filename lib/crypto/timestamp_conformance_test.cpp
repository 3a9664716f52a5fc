// The time-stamps of the public conformance bundles are judged as their READMEs say.
#include "crypto/test_conformance.hpp"

namespace mpk::crypto {
namespace {

using namespace testing;

bool have_vectors() {
  if (std::filesystem::exists(conformance_folder())) return true;
  MESSAGE("skipped: no vectors at " << conformance_folder().string());
  return false;
}

Result<VerifiedTimestamp> verify(const ConformanceBundle& bundle) {
  return verify_timestamp(bundle.timestamp(), bundle.signature(), bundle.authorities());
}

TEST_CASE("the public time-stamps verify or fail for the reason that they were made for") {
  if (!have_vectors()) return;
  const struct {
    const char* name;
    const char* kind;
  } rows[] = {
      {"bundle-with-sct-with-extensions", ""},
      {"rekor2-happy-path", ""},
      {"rekor2-dsse-happy-path", ""},
      {"rekor2-timestamp-with-embedded-cert", ""},
      {"rekor2-timestamp-without-embedded-cert", ""},
      {"rekor2-timestamp-with-expired-cert-chain", ""},
      {"trust-root-tsa-validity-end-inclusive", ""},
      {"rekor2-timestamp-outside-trust-root-tsa-validity_fail", "expired"},
      {"rekor2-timestamp-outside-tsa-cert-validity_fail", "expired"},
      {"rekor2-timestamp-payload-mismatch_fail", "mismatch"},
      {"rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail", "untrusted"},
      {"rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail", "untrusted"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(kind_of(verify(ConformanceBundle(row.name))) == row.kind);
  }
}

TEST_CASE("a good time-stamp may still lie outside of the signer's certificate") {
  if (!have_vectors()) return;
  for (const char* name : {"intoto-tsa-timestamp-outside-cert-validity_fail",
                           "rekor2-timestamp-with-incorrect-time_fail"}) {
    CAPTURE(name);
    const ConformanceBundle bundle(name);
    const auto verified = must(verify(bundle));
    const bool inside =
        verified.time >= bundle.leaf().not_before() && verified.time <= bundle.leaf().not_after();
    CHECK_FALSE(inside);
  }
}

}  // namespace
}  // namespace mpk::crypto
