// Tests of remote_store: putting a manifest, and what counts as an answer to it.
#include "crypto/hash.hpp"
#include "oci/media_type.hpp"
#include "oci/test_registry_answers.hpp"
#include "oci/test_wired_transport.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <tuple>

using namespace mpk;
using namespace mpk::oci;
using test::always;
using test::answer;
using test::kManifest;
using test::kManifestBytes;
using FakeRemote = test::RemoteOver<mpk::testing::FakeTransport>;

namespace {

constexpr const char* kDoubt =
    R"({"errors":[{"code":"DIGEST_INVALID","message":"provided digest did not match"}]})";

}  // namespace

TEST_CASE("a manifest is put under its tag or its digest, and must be stored as it is") {
  const std::string stored = kManifest.digest.text();
  FakeRemote remote(always(answer(201, {{"Docker-Content-Digest", stored}})));
  CHECK(remote.store->push_manifest(kManifest, kManifestBytes, "1.0").has_value());
  CHECK(remote.store->push_manifest(kManifest, kManifestBytes, std::nullopt).has_value());
  const auto seen = remote.transport.seen();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].url == "https://reg.example/v2/acme/llm/manifests/1.0");
  CHECK(seen[1].url == "https://reg.example/v2/acme/llm/manifests/" + stored);
  CHECK(seen[0].headers.get("Content-Type") == std::string(kManifestType));
  CHECK(seen[0].body == kManifestBytes);

  FakeRemote other(always(answer(201, {{"Docker-Content-Digest", crypto::sha256("x").text()}})));
  CHECK(other.store->push_manifest(kManifest, kManifestBytes, "1.0").error().kind() ==
        ErrorKind::mismatch);

  FakeRemote never(always(answer(201)));
  CHECK(never.store->push_manifest(kManifest, "other bytes", "1.0").error().kind() ==
        ErrorKind::mismatch);
  CHECK(never.transport.seen().empty());
}

TEST_CASE("a manifest that the registry refuses is refused for good, in its own words") {
  FakeRemote remote(always(answer(
      400, {}, R"({"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown"}]})")));
  const auto pushed = remote.store->push_manifest(kManifest, kManifestBytes, "1.0");
  CHECK(pushed.error().kind() == ErrorKind::malformed);
  CHECK(pushed.error().text() ==
        "manifest 1.0: reg.example answered 400 (MANIFEST_BLOB_UNKNOWN: blob unknown)");
  CHECK_FALSE(pushed.error().hint().empty());
}

TEST_CASE("a registry that doubts the digest of a manifest is asked again, not for ever") {
  for (const unsigned doubts : {0U, 1U, 3U, 4U}) {
    CAPTURE(doubts);
    unsigned asked = 0;
    FakeRemote remote([&](const http::Request&, const std::string& body) -> Result<http::Response> {
      CHECK(body == kManifestBytes);
      return asked++ < doubts ? answer(400, {}, kDoubt) : answer(201);
    });
    const auto pushed = remote.store->push_manifest(kManifest, kManifestBytes, "1.0");
    CHECK(pushed.has_value() == (doubts < 4));
    CHECK(asked == std::min(doubts, 3U) + 1);
    if (!pushed) CHECK(pushed.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("a page behind a redirect is no success of a PUT or DELETE") {
  using Wired = test::RemoteOver<test::WiredTransport<mpk::testing::FakeTransport>>;
  for (const int status : {301, 302, 303, 307, 308}) {
    CAPTURE(status);
    Wired remote([&](const http::Request& request, const std::string&) -> Result<http::Response> {
      if (request.url.path == "/login") return answer(200, {}, "<html>");
      return answer(status, {{"Location", "/login"}});
    });
    CHECK(remote.store->push_manifest(kManifest, kManifestBytes, "1.0").error().kind() ==
          ErrorKind::network);
    CHECK(remote.store->remove_tag("1.0").error().kind() == ErrorKind::network);
    CHECK(remote.transport.seen().size() == 2);
  }
  for (const auto& [status, pushed, removed] :
       {std::tuple(200, true, true), std::tuple(201, true, false), std::tuple(202, true, true),
        std::tuple(204, false, true), std::tuple(206, false, false)}) {
    CAPTURE(status);
    FakeRemote remote(always(answer(status)));
    CHECK(remote.store->push_manifest(kManifest, kManifestBytes, "1.0").has_value() == pushed);
    CHECK(remote.store->remove_tag("1.0").has_value() == removed);
  }
}
