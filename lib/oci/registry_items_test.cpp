// Tests of what registries differ in, one or more for each item of docs/registries.md that has no
// test beside its own module.
#include "crypto/hash.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/reference.hpp"
#include "oci/remote_auth.hpp"
#include "oci/remote_client.hpp"
#include "oci/test_artifacts.hpp"
#include "oci/test_registry_answers.hpp"
#include "oci/test_wired_transport.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

using namespace mpk;
using namespace mpk::oci;
using mpk::testing::FakeTransport;
using test::answer;
using Remote = test::RemoteOver<FakeTransport>;
using Wired = test::RemoteOver<test::WiredTransport<FakeTransport>>;
using Strings = std::vector<std::string>;

namespace {

const test::Artifact kModel = test::serialized(
    {.artifact_type = "application/vnd.example", .config = Descriptor::of(kEmptyType, kEmptyBlob)});

// The same manifest, named by its sha512.
Descriptor long_named() {
  auto out = kModel.descriptor;
  out.digest = crypto::hash(DigestAlgorithm::sha512, as_bytes(kModel.bytes));
  return out;
}

FakeTransport::Answer always(http::Response response) {
  return [response](const http::Request&, const std::string&) -> Result<http::Response> {
    return response;
  };
}

Result<void> ignore(BytesView) { return {}; }

}  // namespace

TEST_CASE("item 3: a token that is not enough is asked for once more, for all that is wanted") {
  for (const bool satisfied : {true, false}) {
    CAPTURE(satisfied);
    int tokens = 0;
    FakeTransport transport(
        [&](const http::Request& request, const std::string&) -> Result<http::Response> {
          if (request.url.path == "/token")
            return answer(200, {}, R"({"token":"t)" + std::to_string(++tokens) + "\"}");
          if (tokens > 1 && satisfied) return answer(200);
          const std::string wanted = tokens == 0 ? "" : R"(,scope="repository:b:pull")";
          return answer(401, {{"WWW-Authenticate", R"(Bearer realm="https://auth.example/token")" +
                                                       wanted + R"(,error="insufficient_scope")"}});
        });
    Authenticator auth(transport, test::url("https://reg.example"),
                       [] { return Result<std::optional<Credential>>(std::nullopt); });
    http::Request request;
    request.url = test::url("https://reg.example/v2/a/tags/list");
    const auto response = auth.send(request, {"repository:a:pull"});
    REQUIRE(response.has_value() == satisfied);
    if (!response) CHECK(response.error().kind() == ErrorKind::unauthorized);
    REQUIRE(transport.seen().size() == 5);
    CHECK(transport.seen()[3].url ==
          "https://auth.example/token?scope=repository%3Aa%3Apull&scope=repository%3Ab%3Apull");
  }
}

TEST_CASE("item 8: userinfo and fragment of a Location go nowhere") {
  Remote remote([](const http::Request& request, const std::string&) -> Result<http::Response> {
    if (request.method == "HEAD") return answer(404);
    if (request.method == "POST")
      return answer(202, {{"Location", "https://user:pw@storage.example/s1?sig=a%2Bb#part"}});
    return answer(201);
  });
  http::TextSource source("weights");
  CHECK(remote.store->push_blob(Descriptor::of("a/b", "weights"), source, {}).has_value());
  const auto put = remote.transport.seen().back();
  CHECK(put.url == "https://storage.example/s1?sig=a%2Bb&digest=sha256%3A" +
                       Descriptor::of("a/b", "weights").digest.hex());
  CHECK(test::authorization(put).empty());
}

TEST_CASE("item 9: a blob that is announced longer than its descriptor is not read") {
  const auto blob = Descriptor::of("a/b", "weights");
  for (const auto& [length, accepted] : {std::pair("7", true), std::pair("8", false)}) {
    Remote remote(always(answer(200, {{"Content-Length", length}}, "weights")));
    bool read = false;
    const auto fetched = remote.store->fetch_blob(blob, [&](BytesView) {
      read = true;
      return Result<void>();
    });
    CHECK(fetched.has_value() == accepted);
    CHECK(read == accepted);
  }
}

TEST_CASE("item 10: a manifest whose header and body name different types is refused") {
  for (const auto& [header, accepted] :
       {std::pair(kManifestType, true), std::pair(kDockerManifestType, false)}) {
    Remote remote(always(answer(200, {{"Content-Type", std::string(header)}}, kModel.bytes)));
    const auto found = remote.store->resolve("1.0").take();
    const auto bytes = remote.store->fetch_manifest(found).take();
    CHECK(parse_manifest(bytes, found.media_type).has_value() == accepted);
  }
  CHECK(
      parse_manifest(R"({"schemaVersion":1,"name":"a","tag":"b","fsLayers":[]})").error().kind() ==
      ErrorKind::unsupported);
}

TEST_CASE("item 11: a manifest is pushed and found by its sha512, whatever the registry calls it") {
  const auto model = long_named();
  const auto hex = model.digest.text();
  const struct {
    std::string header;
    bool accepted;
  } rows[] = {
      {"", true},
      {hex, true},
      {kModel.descriptor.digest.text(), true},
      {Descriptor::of("", "x").digest.text(), false},
      {"sha256:zz", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.header);
    http::Headers headers{{"Content-Type", std::string(kManifestType)}};
    if (!row.header.empty()) headers.set("Docker-Content-Digest", row.header);
    Remote remote([&](const http::Request& request, const std::string&) -> Result<http::Response> {
      if (request.method == "PUT") return answer(201, headers);
      return answer(200, headers, kModel.bytes);
    });
    CHECK(remote.store->resolve(hex).has_value() == row.accepted);
    if (row.accepted) CHECK(remote.store->resolve(hex).take().digest == model.digest);
    CHECK(remote.store->push_manifest(model, kModel.bytes, {}).has_value() == row.accepted);
  }
  // Under a tag alone it would be known by its SHA-256 only.
  Remote remote(always(answer(201)));
  CHECK(remote.store->push_manifest(model, kModel.bytes, "1.0").has_value());
  CHECK(remote.store->push_manifest(kModel.descriptor, kModel.bytes, "1.0").has_value());
  const std::string manifests = "PUT https://reg.example/v2/acme/llm/manifests/";
  CHECK(test::requests(remote.transport) ==
        Strings{manifests + hex, manifests + "1.0", manifests + "1.0"});
}

TEST_CASE("item 13: a session for a sha512 blob is opened as one") {
  const std::string uploads = "POST https://reg.example/v2/acme/llm/blobs/uploads/";
  for (const bool is_long : {false, true}) {
    Remote remote([](const http::Request& request, const std::string&) -> Result<http::Response> {
      if (request.method == "HEAD") return answer(404);
      if (request.method == "POST") return answer(202, {{"Location", "/up"}});
      return answer(201);
    });
    auto blob = Descriptor::of("a/b", "weights");
    if (is_long) blob.digest = crypto::hash(DigestAlgorithm::sha512, as_bytes("weights"));
    http::TextSource source("weights");
    CHECK(remote.store->push_blob(blob, source, {}).has_value());
    CHECK(test::requests(remote.transport)[1] ==
          uploads + (is_long ? "?digest-algorithm=sha512" : ""));
  }
}

TEST_CASE("item 25: a referrer is pushed before, or without, its subject") {
  const auto signature = test::serialized({.artifact_type = "a/b",
                                           .config = Descriptor::of(kEmptyType, kEmptyBlob),
                                           .subject = Descriptor::of(kManifestType, "not there")});
  const auto subject = Descriptor::of(kManifestType, "not there").digest.text();
  Remote remote(always(answer(201, {{"OCI-Subject", subject}})));
  CHECK(remote.store->push_manifest(signature.descriptor, signature.bytes, {}).has_value());
  // Nobody asks for it.
  CHECK(test::requests(remote.transport) ==
        Strings{"PUT https://reg.example/v2/acme/llm/manifests/" +
                signature.descriptor.digest.text()});
}

TEST_CASE("item 24: OCI-Subject counts only when it names the subject") {
  const auto subject = Descriptor::of(kManifestType, "model");
  const auto signature = test::serialized({.artifact_type = "a/b",
                                           .config = Descriptor::of(kEmptyType, kEmptyBlob),
                                           .subject = subject});
  for (const auto& [header, believed] :
       {std::pair(subject.digest.text(), true),
        std::pair(Descriptor::of("", "x").digest.text(), false), std::pair(std::string("1"), false),
        std::pair(std::string(), false)}) {
    CAPTURE(header);
    std::string list;
    Remote remote([&](const http::Request& request, const std::string& body) {
      if (request.method == "GET")
        return Result<http::Response>(list.empty() ? answer(404) : answer(200, {}, list));
      if (request.url.path.find("/sha256-") != std::string::npos) list = body;
      return Result<http::Response>(answer(201, {{"OCI-Subject", header}}));
    });
    CHECK(remote.store->push_manifest(signature.descriptor, signature.bytes, {}).has_value());
    CHECK(list.empty() == believed);
  }
}

TEST_CASE("item 26: what may pass is tried again, what will not is not") {
  const std::pair<int, bool> rows[] = {
      {408, true},  {425, true},  {429, true},  {500, true},  {502, true},
      {503, true},  {504, true},  {521, true},  {400, false}, {403, false},
      {404, false}, {405, false}, {413, false}, {501, false},
  };
  for (const auto& [status, again] : rows) {
    CAPTURE(status);
    int asked = 0;
    Wired remote(
        [&, status = status](const http::Request&, const std::string&) -> Result<http::Response> {
          return ++asked == 1
                     ? answer(status)
                     : answer(200, {{"Content-Type", std::string(kManifestType)}}, kModel.bytes);
        });
    CHECK(remote.store->resolve("1.0").has_value() == again);
    CHECK(asked == (again ? 2 : 1));
  }
}

TEST_CASE("item 29: without mirrors nobody but the registry of the reference is asked") {
  Remote remote(always(answer(404)));
  static_cast<void>(remote.store->resolve("1.0"));
  static_cast<void>(remote.store->fetch_manifest(kModel.descriptor));
  static_cast<void>(remote.store->fetch_blob(kModel.descriptor, ignore));
  static_cast<void>(remote.store->referrers(kModel.descriptor.digest));
  CHECK(remote.transport.seen().size() >= 5);
  for (const auto& seen : remote.transport.seen()) {
    CHECK(seen.url.starts_with("https://reg.example/v2/acme/llm/"));
    CHECK(seen.url.find("ns=") == std::string::npos);
  }
}

TEST_CASE("item 31: where a reference leads") {
  const std::string at = "@" + kModel.descriptor.digest.text();
  const struct {
    std::string reference;
    const char* base;    // empty: it is refused
    std::string target;  // or a part of the hint
  } rows[] = {
      {"localhost:5000/x", "http://localhost:5000/", ""},
      {"[::1]:5000/x:1", "http://[::1]:5000/", "1"},
      {"[2001:db8::1]/x:1", "https://[2001:db8::1]/", "1"},
      {"[2001:DB8::1]:8443/x:1", "https://[2001:db8::1]:8443/", "1"},
      {"ghcr.io/acme/llm:1" + at, "https://ghcr.io/", kModel.descriptor.digest.text()},
      {"2001:db8::1/x:1", "", "brackets"},
      {"[2001:db8::zz]/x:1", "", "brackets"},
      {"[::1/x:1", "", "brackets"},
      {"ghcr.io/Acme/LLM:1", "", "write acme/llm"},
      {"r\xc3\xa9gistre.example/x:1", "", "xn--"},
      {"ghcr.io/acme/llm:1" + at + at, "", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.reference);
    const auto reference = Reference::parse(row.reference);
    REQUIRE(reference.has_value() == !std::string_view(row.base).empty());
    if (reference) {
      CHECK(registry_url(reference->registry, false).take().text() == row.base);
      CHECK(reference->target() == row.target);
    } else {
      CHECK(reference.error().kind() == ErrorKind::usage);
      CHECK(reference.error().hint().find(row.target) != std::string::npos);
    }
  }
}

TEST_CASE("item 32: blobs have connections of their own, the API shares one") {
  std::vector<std::pair<std::string, bool>> seen;
  Remote remote([&](const http::Request& request, const std::string&) -> Result<http::Response> {
    seen.emplace_back(request.method, request.bulk);
    if (request.method == "GET") return answer(200, {}, "weights");
    if (request.method == "HEAD") return answer(404);
    if (request.method == "POST") return answer(202, {{"Location", "/up"}});
    return answer(201);
  });
  const auto blob = Descriptor::of("a/b", "weights");
  http::TextSource source("weights");
  CHECK(remote.store->fetch_blob(blob, ignore).has_value());
  CHECK(remote.store->push_blob(blob, source, {}).has_value());
  CHECK(seen == std::vector<std::pair<std::string, bool>>{
                    {"GET", true}, {"HEAD", false}, {"POST", false}, {"PUT", true}});
}
