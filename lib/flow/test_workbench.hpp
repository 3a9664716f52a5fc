// A running sandbox with a clock that stands still, and a Context to call the use cases with.
#pragma once

#include "attest/predicate_type.hpp"
#include "base/env.hpp"
#include "base/file.hpp"
#include "base/limits.hpp"
#include "crypto/random.hpp"
#include "flow/ship.hpp"
#include "flow/verify.hpp"
#include "sandbox/sandbox.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <utility>

namespace mpk::flow::test {

/// Fails the test case when there is an error.
template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().text());
  return result.take();
}

struct Workbench {
  explicit Workbench(bool rekor_v1 = false) {
    services = must(sandbox::Sandbox::start(
        {.directory = directory.path(), .clock = &clock, .rekor_v1 = rekor_v1}));
    context.plain_http = true;
  }
  Workbench(const Workbench&) = delete;
  Workbench& operator=(const Workbench&) = delete;
  // First of all, so that no server has to wait for it.
  ~Workbench() { transport.reset(); }

  std::string file(const std::string& name) const {
    return must(read_file(directory.path() / name, limits::kTrustedRoot));
  }
  oci::Reference reference(const std::string& tag) const {
    return must(oci::Reference::parse(services->registry_host() + "/acme/tiny:" + tag));
  }
  /// A token of the clock's time, by the sandbox's issuer.
  SigningRequest signing(const std::string& email = std::string(sandbox::Sandbox::kIdentity)) {
    return {.identity_token_text = must(services->issuer().mint(email)),
            .identity_token_source = "the test's token",
            .signing_config_text = file("signing-config.json"),
            .trusted_root_text = file("trusted-root.json")};
  }
  Result<ShipOutcome> ship_to(const std::string& tag) {
    return ship(context, {.pack = {.directory = "testdata/models/tiny-gguf"},
                          .reference = reference(tag),
                          .signing = signing()});
  }
  VerifyRequest by(const std::string& email = std::string(sandbox::Sandbox::kIdentity)) const {
    VerifyRequest request{.trusted_root =
                              must(sigstore::parse_trusted_root(file("trusted-root.json")))};
    request.identities.push_back(
        {.subject = {.text = email}, .issuer = {.text = services->issuer().url()}});
    return request;
  }

  TempDir directory = must(TempDir::create("mpk-flow-test"));
  FixedClock clock{Timestamp::from_seconds(1'790'000'000)};
  std::unique_ptr<sandbox::Sandbox> services;
  // One attempt: a service that is down is what the test is about.
  std::unique_ptr<http::Transport> transport = http::make_curl_transport({.attempts = 1});
  MapEnv env;
  crypto::SystemRandom random;
  NoProgress progress;
  Stats stats;
  Context context{.transport = *transport,
                  .clock = clock,
                  .env = env,
                  .random = random,
                  .logger = {},
                  .progress = progress,
                  .stats = stats,
                  .cancel = {},
                  .mpk_version = "0.0.0-test"};
};

/// The check with this id; fails the test case when there is none.
inline const policy::Check& check_of(const policy::Verdict& verdict, std::string_view id) {
  for (const auto& check : verdict.checks) {
    if (check.id == id) return check;
  }
  FAIL("no check " << std::string(id));
  return verdict.checks.front();
}

}  // namespace mpk::flow::test
