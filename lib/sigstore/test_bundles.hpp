// The public conformance bundles and small helpers, for the tests of lib/sigstore.
#pragma once

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "json/parse.hpp"
#include "sigstore/verify.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <ostream>
#include <string>
#include <utility>

namespace mpk::sigstore::testing {

/// Fails the test case when there is an error.
template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().text());
  return result.take();
}

/// "" when it succeeded.
template <class T>
std::string kind_of(const Result<T>& result) {
  return result ? std::string() : std::string(to_string(result.error().kind()));
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::filesystem::path conformance_folder() {
  return std::filesystem::path(MPK_VECTORS_DIR) / "sigstore-conformance" / "bundle-verify";
}

inline bool have_vectors() {
  if (std::filesystem::exists(conformance_folder())) return true;
  MESSAGE("skipped: no vectors at " << conformance_folder().string());
  return false;
}

inline Timestamp test_now() { return must(Timestamp::parse("2026-11-21T00:00:00Z")); }

/// One folder of the suite, by the suite's rules: what a folder lacks has a default.
struct ConformanceCase {
  std::string bundle;
  std::string trusted_root;
  Expectation expectation;

  explicit ConformanceCase(const std::string& name)
      : bundle(read_file(folder(name) / "bundle.sigstore.json")),
        trusted_root(read_or(name, "trusted_root.json", embedded_trusted_root().text)),
        expectation{artifact(name),
                    {{{std::string(trim(read_or(name, "identity", kIdentity))), {}},
                      {std::string(trim(read_or(name, "issuer", kIssuer))), {}}}}} {
    if (const auto key = read_or(name, "key.pub", ""); !key.empty())
      expectation.key = must(crypto::PublicKey::from_pem(key));
  }

  Report verify() const {
    return verify_bundle(bundle, expectation, must(parse_trusted_root(trusted_root)), {},
                         test_now());
  }

 private:
  static constexpr std::string_view kIdentity =
      "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/"
      "workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
  static constexpr std::string_view kIssuer = "https://token.actions.githubusercontent.com";

  static std::filesystem::path folder(const std::string& name) {
    return conformance_folder() / name;
  }
  static std::string read_or(const std::string& name, const char* file, std::string_view fallback) {
    const auto path = folder(name) / file;
    return std::filesystem::exists(path) ? read_file(path) : std::string(fallback);
  }
  static Digest artifact(const std::string& name) {
    const auto own = folder(name) / "artifact";
    return crypto::sha256(
        read_file(std::filesystem::exists(own) ? own : conformance_folder() / "a.txt"));
  }
};

/// The document after an edit.
inline std::string edited(const std::string& text, const std::function<void(Json&)>& edit) {
  auto document = must(json::parse(text));
  edit(document);
  return json::compact(document);
}

/// "step=code" of every failed step, in order, with ", " between them.
inline std::string failures(const Report& report) {
  std::string out;
  for (const auto& step : report.steps) {
    if (step.result != Step::Result::fail) continue;
    out += (out.empty() ? "" : ", ") + step.id + "=" + step.code;
  }
  return out;
}

inline const Step& step_of(const Report& report, std::string_view id) {
  for (const auto& step : report.steps) {
    if (step.id == id) return step;
  }
  FAIL("report has no step " << std::string(id));
  return report.steps.front();
}

}  // namespace mpk::sigstore::testing
