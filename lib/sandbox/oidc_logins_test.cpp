// Codes of log-ins: each is good once, for whom it was given out.
#include "sandbox/oidc_logins.hpp"

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "sandbox/test_sandbox.hpp"

namespace mpk::sandbox {
namespace {

using testing::kNow;

const std::string kRedirect = "http://localhost:1/auth/callback";

std::string challenge(const std::string& verifier) {
  return base64url_encode(crypto::sha256(verifier).bytes());
}

struct Bench {
  std::string code() {
    return logins.give_code({.client = "sigstore",
                             .redirect = kRedirect,
                             .challenge = challenge("verifier"),
                             .nonce = "n",
                             .email = "a@b.example"});
  }
  FixedClock clock{kNow};
  OidcLogins logins{clock};
};

}  // namespace

TEST_CASE("a code is redeemed once, with its verifier, redirect and client") {
  Bench bench;
  const auto code = bench.code();
  const auto grant = bench.logins.redeem_code(code, "sigstore", kRedirect, "verifier");
  REQUIRE(grant);
  CHECK(grant->email == "a@b.example");
  CHECK(grant->nonce == "n");
  const auto replayed = bench.logins.redeem_code(code, "sigstore", kRedirect, "verifier");
  REQUIRE_FALSE(replayed);
  CHECK(replayed.error().message() == "invalid_grant");
  CHECK_FALSE(bench.logins.redeem_code(bench.code(), "other", kRedirect, "verifier"));
  CHECK_FALSE(
      bench.logins.redeem_code(bench.code(), "sigstore", "http://localhost:2/", "verifier"));
  const auto stolen = bench.code();
  CHECK_FALSE(bench.logins.redeem_code(stolen, "sigstore", kRedirect, "guess"));
  CHECK_FALSE(bench.logins.redeem_code(stolen, "sigstore", kRedirect, "verifier"));
  const auto old = bench.code();
  bench.clock.set(kNow.plus_seconds(600));
  CHECK_FALSE(bench.logins.redeem_code(old, "sigstore", kRedirect, "verifier"));
}

TEST_CASE("a device waits until somebody decides, and gets its answer once") {
  Bench bench;
  const auto poll = [&](const std::string& code, const std::string& verifier = "verifier") {
    auto grant = bench.logins.poll_device(code, "sigstore", verifier);
    return grant ? grant->email : grant.error().message();
  };
  const auto codes = bench.logins.give_device_code("sigstore", challenge("verifier"));
  CHECK(poll(codes.device_code) == "authorization_pending");
  bench.logins.set_fault(OidcFault::slow_down);
  CHECK(poll(codes.device_code) == "slow_down");
  CHECK(poll(codes.device_code) == "authorization_pending");
  CHECK_FALSE(bench.logins.decide_device("other", true, "a@b.example"));
  CHECK(bench.logins.decide_device(codes.user_code, true, "a@b.example"));
  CHECK_FALSE(bench.logins.decide_device(codes.user_code, false, ""));
  CHECK(poll(codes.device_code, "guess") == "invalid_grant");
  CHECK(poll(codes.device_code) == "a@b.example");
  CHECK(poll(codes.device_code) == "invalid_grant");

  const auto refused = bench.logins.give_device_code("sigstore", "");
  CHECK(bench.logins.decide_device(refused.user_code, false, ""));
  CHECK(poll(refused.device_code) == "access_denied");
  const auto old = bench.logins.give_device_code("sigstore", "");
  bench.clock.set(kNow.plus_seconds(600));
  CHECK(poll(old.device_code) == "expired_token");
}

}  // namespace mpk::sandbox
