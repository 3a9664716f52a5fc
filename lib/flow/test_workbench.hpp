// A running sandbox with a clock that stands still, and a Context to call the use cases with.
#pragma once

#include "attest/predicate_type.hpp"
#include "base/file.hpp"
#include "base/limits.hpp"
#include "flow/ship.hpp"
#include "flow/test_context.hpp"
#include "flow/verify.hpp"
#include "sandbox/sandbox.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
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

struct Workbench : TestContext {
  // One attempt: a service that is down is what the test is about.
  explicit Workbench(bool rekor_v1 = false)
      : TestContext(http::make_curl_transport({.attempts = 1}),
                    Timestamp::from_seconds(1'790'000'000)) {
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
    return {.identity = {.token_text = must(services->issuer().mint(email)),
                         .token_source = "the test's token"},
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
  std::unique_ptr<sandbox::Sandbox> services;
};

/// Readers at `bench` find hosts.toml in its directory, which says that `mirror` has all of it.
inline void mirror_by(Workbench& bench, const Workbench& mirror) {
  const auto home = bench.directory.path() / "home";
  const auto hosts = home / ".config/containers/certs.d" / bench.services->registry_host();
  std::filesystem::create_directories(hosts);
  must(write_file_atomic(hosts / "hosts.toml",
                         "[host.\"http://" + mirror.services->registry_host() + "\"]\n"));
  bench.env.set("HOME", home.native());
}

/// A policy's text, read.
inline std::shared_ptr<const policy::PolicyFile> policies(const std::string& text,
                                                          const std::string& file = "policy.yaml") {
  return std::make_shared<const policy::PolicyFile>(must(policy::parse_policy(text, file)));
}

/// The check with this id; fails the test case when there is none.
inline const policy::Check& check_of(const policy::Verdict& verdict, std::string_view id) {
  for (const auto& check : verdict.checks) {
    if (check.id == id) return check;
  }
  FAIL("no check " << std::string(id));
  return verdict.checks.front();
}

}  // namespace mpk::flow::test
