// Tests of remote_referrers: the API, the fallback tag, and writers that come in between.
#include "base/limits.hpp"
#include "crypto/hash.hpp"
#include "oci/media_type.hpp"
#include "oci/referrers_tag.hpp"
#include "oci/test_artifacts.hpp"
#include "oci/test_registry_answers.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <ostream>

using namespace mpk;
using namespace mpk::oci;
using test::answer;
using FakeRemote = test::RemoteOver<mpk::testing::FakeTransport>;

namespace {

const Descriptor kSubject = Descriptor::of(kManifestType, "the model");
const std::string kTag = referrers_tag(kSubject.digest);

test::Artifact referrer(const std::string& content, std::string_view type = test::kSignatureType) {
  return test::serialized({.artifact_type = std::string(type),
                           .config = Descriptor::of(kEmptyType, kEmptyBlob),
                           .layers = {Descriptor::of(type, content)},
                           .subject = kSubject,
                           .annotations = {{"key", content}}});
}

Descriptor entry(const test::Artifact& artifact) {
  return as_referrer(artifact.descriptor, artifact.bytes).take()->entry;
}

std::string index_of(const std::vector<Descriptor>& entries) {
  Index index;
  index.manifests = entries;
  return serialize(index);
}

// A registry that keeps manifests; with `api` it answers the referrers API with this.
struct Registry {
  std::map<std::string, std::pair<std::string, std::string>> manifests;  // type and bytes
  std::function<http::Response(const http::Request&)> api = [](const http::Request&) {
    return answer(404);
  };
  bool acknowledges = false;                                // with OCI-Subject
  std::function<void(std::string& tag_content)> after_put;  // of the fallback tag
  int delete_status = 202;

  void set(const std::string& target, const std::string& bytes,
           std::string_view type = kIndexType) {
    manifests[target] = {std::string(type), bytes};
    manifests[crypto::sha256(bytes).text()] = {std::string(type), bytes};
  }
  std::vector<Digest> listed() const {
    const auto found = manifests.find(kTag);
    if (found == manifests.end()) return {};
    return test::digests(parse_index(found->second.second).take().manifests);
  }
  http::Response put(const std::string& target, const http::Request& request,
                     const std::string& body) {
    set(target, body, request.headers.get("Content-Type").value_or(""));
    if (target == kTag && after_put) {
      std::string content = body;
      after_put(content);
      set(kTag, content);
    }
    http::Headers headers;
    if (acknowledges) headers.set("OCI-Subject", kSubject.digest.text());
    return answer(201, headers);
  }
  Result<http::Response> handle(const http::Request& request, const std::string& body) {
    const std::string& path = request.url.path;
    if (path.find("/referrers/") != std::string::npos) return api(request);
    const std::string target = path.substr(path.rfind('/') + 1);
    if (request.method == "PUT") return put(target, request, body);
    const auto found = manifests.find(target);
    if (found == manifests.end()) return answer(404);
    if (request.method == "DELETE") {
      if (delete_status == 202) manifests.erase(found);
      return answer(delete_status);
    }
    return answer(200, {{"Content-Type", found->second.first}}, found->second.second);
  }
  mpk::testing::FakeTransport::Answer function() {
    return [this](const http::Request& request, const std::string& body) {
      return handle(request, body);
    };
  }
};

std::vector<Digest> sorted(std::vector<Digest> digests) {
  std::ranges::sort(digests);
  return digests;
}

std::vector<Digest> found_by(FakeRemote& remote, std::string_view type = {}) {
  return test::digests(remote.store->referrers(kSubject.digest, type).take());
}

const test::Artifact kOne = referrer("one"), kTwo = referrer("two"),
                     kBom = referrer("bom", "application/vnd.cyclonedx+json");

}  // namespace

TEST_CASE("item 23: the API is asked by digest and type, and its list filtered again") {
  Registry registry;
  registry.api = [](const http::Request&) {
    return answer(200, {}, index_of({entry(kOne), entry(kBom), entry(kTwo), entry(kOne)}));
  };
  FakeRemote remote(registry.function());
  CHECK(found_by(remote) ==
        sorted({kOne.descriptor.digest, kTwo.descriptor.digest, kBom.descriptor.digest}));
  CHECK(found_by(remote, "application/vnd.cyclonedx+json") == std::vector{kBom.descriptor.digest});
  CHECK(test::requests(remote.transport) ==
        std::vector<std::string>{
            "GET https://reg.example/v2/acme/llm/referrers/" + kSubject.digest.text(),
            "GET https://reg.example/v2/acme/llm/manifests/" + kTag,
            "GET https://reg.example/v2/acme/llm/referrers/" + kSubject.digest.text() +
                "?artifactType=application%2Fvnd.cyclonedx%2Bjson",
            "GET https://reg.example/v2/acme/llm/manifests/" + kTag});
}

TEST_CASE("item 23: what the API and the fallback tag list is one list") {
  Registry registry;
  registry.api = [](const http::Request&) { return answer(200, {}, index_of({entry(kOne)})); };
  auto bare = entry(kOne);
  bare.annotations.clear();
  registry.set(kTag, index_of({bare, entry(kTwo)}));
  FakeRemote remote(registry.function());
  const auto both = sorted({kOne.descriptor.digest, kTwo.descriptor.digest});
  CHECK(found_by(remote) == both);
  CHECK(found_by(remote, test::kSignatureType) == both);
  // A registry that says OCI-Subject is believed to list everything.
  registry.acknowledges = true;
  CHECK(remote.store->push_manifest(kOne.descriptor, kOne.bytes, {}).has_value());
  CHECK(found_by(remote) == std::vector{kOne.descriptor.digest});
}

TEST_CASE("item 23: a thousand of another type neither hide a referrer nor refuse the list") {
  std::vector<Descriptor> planted;
  for (std::size_t i = 0; i <= limits::kReferrers; ++i) {
    planted.push_back(Descriptor::of(kManifestType, std::to_string(i)));
    planted.back().artifact_type = "application/vnd.planted";
  }
  planted.push_back(entry(kOne));
  const auto list = index_of(planted);
  for (const bool api : {false, true}) {
    CAPTURE(api);
    Registry registry;
    if (api) {
      registry.api = [&](const http::Request&) { return answer(200, {}, list); };
    } else {
      registry.set(kTag, list);
    }
    FakeRemote remote(registry.function());
    CHECK(found_by(remote, test::kSignatureType) == std::vector{kOne.descriptor.digest});
    CHECK(remote.store->referrers(kSubject.digest, "application/vnd.planted").error().kind() ==
          ErrorKind::too_large);
    CHECK(remote.store->referrers(kSubject.digest).error().kind() == ErrorKind::too_large);
    const auto signatures = [](const Descriptor& each) {
      return each.annotations.contains("key") || each.artifact_type == test::kSignatureType;
    };
    CHECK(test::digests(remote.store->referrers_where(kSubject.digest, signatures).take()) ==
          std::vector{kOne.descriptor.digest});
    // Nor do they keep a signature out.
    CHECK(remote.store->push_manifest(kOne.descriptor, kOne.bytes, {}).has_value());
  }
}

TEST_CASE("item 23: an entry without a type is of the type that its manifest says") {
  const auto untyped = [](Descriptor descriptor) {
    descriptor.artifact_type.clear();
    descriptor.annotations.clear();
    return descriptor;
  };
  auto other = parse_manifest(kTwo.bytes).take();
  other.subject = Descriptor::of(kManifestType, "another model");
  const auto foreign = test::serialized(other);
  const auto page = Descriptor::of(kManifestType, "<html>");
  Registry registry;
  for (const auto* artifact : {&kOne, &kBom, &foreign})
    registry.set(artifact->descriptor.digest.text(), artifact->bytes, kManifestType);
  registry.set(page.digest.text(), "<html>", kManifestType);
  const auto missing = referrer("missing");
  registry.set(kTag, index_of({untyped(entry(kOne)), untyped(entry(kBom)), page,
                               untyped(foreign.descriptor), untyped(entry(missing))}));
  FakeRemote remote(registry.function());
  CHECK(found_by(remote).size() == 5);
  // Who reads the missing one sees that it is missing.
  CHECK(found_by(remote, test::kSignatureType) ==
        sorted({kOne.descriptor.digest, missing.descriptor.digest}));
  const auto boms =
      remote.store->referrers(kSubject.digest, "application/vnd.cyclonedx+json").take();
  const auto bom = std::ranges::find(boms, kBom.descriptor.digest, &Descriptor::digest);
  REQUIRE(bom != boms.end());
  CHECK(to_json(*bom) == to_json(entry(kBom)));
  FakeRemote busy([&](const http::Request& request, const std::string& body) {
    if (request.url.path.ends_with(kOne.descriptor.digest.text()))
      return Result<http::Response>(answer(503));
    return registry.handle(request, body);
  });
  CHECK(busy.store->referrers(kSubject.digest, test::kSignatureType).error().kind() ==
        ErrorKind::network);
}

TEST_CASE("item 23: pages of the API are followed at the same host only, and not for ever") {
  Registry registry;
  std::string link = R"(<?page=2>; rel="next")";
  registry.api = [&](const http::Request& request) {
    if (request.url.query == "page=2") return answer(200, {}, index_of({entry(kTwo)}));
    return answer(200, {{"Link", link}}, index_of({entry(kOne)}));
  };
  FakeRemote remote(registry.function());
  CHECK(found_by(remote).size() == 2);
  link = R"(<https://evil.example/v2/?page=2>; rel="next")";
  CHECK(remote.store->referrers(kSubject.digest).error().kind() == ErrorKind::malformed);
  link = R"(<?page=1>; rel="next")";
  CHECK(remote.store->referrers(kSubject.digest).error().kind() == ErrorKind::too_large);
}

TEST_CASE("item 23: only 404 means that there is no API; another failure is never an empty list") {
  const struct {
    http::Response response;
    ErrorKind kind;
  } rows[] = {
      {answer(500), ErrorKind::network},
      {answer(403), ErrorKind::denied},
      {answer(405), ErrorKind::unsupported},
      {answer(200, {}, "<html>"), ErrorKind::malformed},
      {answer(200, {}, kOne.bytes), ErrorKind::malformed},
  };
  for (const auto& row : rows) {
    CAPTURE(row.response.status);
    Registry registry;
    registry.set(kTag, index_of({entry(kOne)}));
    registry.api = [&](const http::Request&) { return row.response; };
    FakeRemote remote(registry.function());
    CHECK(remote.store->referrers(kSubject.digest).error().kind() == row.kind);
  }
}

TEST_CASE("the fallback tag is read where the API is missing or knows nothing") {
  for (const bool api : {false, true}) {
    CAPTURE(api);
    Registry registry;
    if (api) registry.api = [](const http::Request&) { return answer(200, {}, index_of({})); };
    FakeRemote remote(registry.function());
    CHECK(found_by(remote).empty());
    auto untyped = entry(kTwo);
    untyped.artifact_type.clear();
    registry.set(kTag, index_of({entry(kOne), entry(kBom), untyped}));
    CHECK(found_by(remote).size() == 3);
    // An entry that tells no type may be of any; who reads it sees.
    CHECK(found_by(remote, test::kSignatureType) ==
          sorted({kOne.descriptor.digest, kTwo.descriptor.digest}));
  }
}

TEST_CASE("item 24: a fallback tag that is no index is an error, for readers and writers") {
  for (const auto& [bytes, type] :
       {std::pair(kOne.bytes, kManifestType), std::pair(std::string("<html>"), kIndexType),
        std::pair(std::string("{}"), std::string_view("text/plain"))}) {
    CAPTURE(bytes);
    Registry registry;
    registry.set(kTag, bytes, type);
    FakeRemote remote(registry.function());
    CHECK(remote.store->referrers(kSubject.digest).error().kind() == ErrorKind::malformed);
    CHECK(remote.store->push_manifest(kTwo.descriptor, kTwo.bytes, {}).error().kind() ==
          ErrorKind::malformed);
    CHECK(registry.manifests[kTag].second == bytes);
  }
}

TEST_CASE("the artifact itself under the fallback tag, as cosign copy leaves it, lists nothing") {
  for (const bool api : {false, true}) {
    CAPTURE(api);
    Registry registry;
    if (api) {
      registry.api = [](const http::Request&) { return answer(200, {}, index_of({entry(kOne)})); };
    }
    registry.set(kTag, "the model", kManifestType);
    FakeRemote remote(registry.function());
    CHECK(found_by(remote).size() == (api ? 1 : 0));
    // A writer who needs the tag leaves it to whom it belongs.
    CHECK(remote.store->push_manifest(kOne.descriptor, kOne.bytes, {}).has_value() == api);
    CHECK(registry.manifests[kTag].second == "the model");
  }
}

TEST_CASE("item 24: a registry that acknowledges the subject needs no fallback tag") {
  Registry registry;
  registry.acknowledges = true;
  FakeRemote remote(registry.function());
  CHECK(remote.store->push_manifest(kOne.descriptor, kOne.bytes, {}).has_value());
  CHECK(remote.transport.seen().size() == 1);
  CHECK_FALSE(registry.manifests.contains(kTag));
}

TEST_CASE("a registry whose API lists the manifest needs none either") {
  Registry registry;
  registry.api = [](const http::Request&) { return answer(200, {}, index_of({entry(kOne)})); };
  FakeRemote remote(registry.function());
  CHECK(remote.store->push_manifest(kOne.descriptor, kOne.bytes, {}).has_value());
  CHECK_FALSE(registry.manifests.contains(kTag));
}

TEST_CASE(
    "item 24: without an API a manifest with a subject gets into the index of the fallback tag") {
  Registry registry;
  FakeRemote remote(registry.function());
  for (const auto* artifact : {&kOne, &kBom, &kOne})
    CHECK(remote.store->push_manifest(artifact->descriptor, artifact->bytes, {}).has_value());
  const auto index = parse_index(registry.manifests.at(kTag).second).take();
  REQUIRE(index.manifests.size() == 2);
  CHECK(sorted(registry.listed()) == sorted({kOne.descriptor.digest, kBom.descriptor.digest}));
  for (const auto& each : index.manifests) {
    const auto& artifact = each.digest == kOne.descriptor.digest ? kOne : kBom;
    CHECK(to_json(each) == to_json(entry(artifact)));
  }
}

TEST_CASE("item 24: the fallback tag of a sha512 subject has 64 digits, and is read again") {
  auto subject = kSubject;
  subject.digest = crypto::hash(DigestAlgorithm::sha512, as_bytes("the model"));
  auto manifest = parse_manifest(kOne.bytes).take();
  manifest.subject = subject;
  const auto signature = test::serialized(manifest);
  Registry registry;
  FakeRemote remote(registry.function());
  CHECK(remote.store->push_manifest(signature.descriptor, signature.bytes, {}).has_value());
  CHECK(registry.manifests.contains("sha512-" + subject.digest.hex().substr(0, 64)));
  CHECK(test::digests(remote.store->referrers(subject.digest).take()) ==
        std::vector{signature.descriptor.digest});
}

TEST_CASE("an index with a subject is a referrer too, one without is not") {
  Registry registry;
  FakeRemote remote(registry.function());
  Index index;
  auto bytes = serialize(index);
  CHECK(remote.store->push_manifest(Descriptor::of(kIndexType, bytes), bytes, {}).has_value());
  CHECK(registry.listed().empty());
  index.subject = kSubject;
  index.artifact_type = "application/vnd.example";
  bytes = serialize(index);
  const auto descriptor = Descriptor::of(kIndexType, bytes);
  CHECK(remote.store->push_manifest(descriptor, bytes, {}).has_value());
  CHECK(registry.listed() == std::vector{descriptor.digest});
  CHECK(remote.store->remove_manifest(descriptor).has_value());
  CHECK(registry.listed().empty());
}

TEST_CASE("what others wrote into the index stays: entries, fields and annotations") {
  Registry registry;
  registry.set(kTag, R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json",)"
                     R"("annotations":{"note":"keep"},"manifests":[{"mediaType":"x/y","digest":")" +
                         Descriptor::of("x/y", "foreign").digest.text() + R"(","size":7}]})");
  FakeRemote remote(registry.function());
  CHECK(remote.store->push_manifest(kOne.descriptor, kOne.bytes, {}).has_value());
  const auto index = parse_index(registry.manifests.at(kTag).second).take();
  CHECK(index.manifests.size() == 2);
  CHECK(index.annotations.at("note") == "keep");
}

TEST_CASE(
    "item 24: a writer that overwrites the index in between loses nothing, and neither do we") {
  Registry registry;
  int rounds = 0;
  // It read before our PUT, so what it writes lacks ours; it comes back five times.
  registry.after_put = [&](std::string& content) {
    if (++rounds > 5) return;
    const auto rival = referrer("rival " + std::to_string(rounds));
    registry.set(rival.descriptor.digest.text(), rival.bytes, kManifestType);
    content = index_of({entry(rival)});
  };
  FakeRemote remote(registry.function());
  CHECK(remote.store->push_manifest(kOne.descriptor, kOne.bytes, {}).has_value());
  CHECK(rounds == 6);
  CHECK(remote.pauses == 6);
  const auto listed = registry.listed();
  CHECK(listed.size() == 6);
  for (int i = 1; i <= 5; ++i) {
    const auto rival = referrer("rival " + std::to_string(i)).descriptor.digest;
    CHECK(std::ranges::find(listed, rival) != listed.end());
  }
}

TEST_CASE("an index that never settles is an error, not a loop") {
  Registry registry;
  registry.after_put = [](std::string& content) { content = index_of({}); };
  FakeRemote remote(registry.function());
  const auto pushed = remote.store->push_manifest(kOne.descriptor, kOne.bytes, {});
  CHECK(pushed.error().kind() == ErrorKind::network);
  CHECK(remote.transport.seen().size() < 200);
}

TEST_CASE("item 24: deleting a referrer takes it out of the index first") {
  Registry registry;
  FakeRemote remote(registry.function());
  for (const auto* artifact : {&kOne, &kTwo})
    REQUIRE(remote.store->push_manifest(artifact->descriptor, artifact->bytes, {}).has_value());
  const auto before = remote.transport.seen().size();
  CHECK(remote.store->remove_manifest(kOne.descriptor).has_value());
  CHECK(registry.listed() == std::vector{kTwo.descriptor.digest});
  CHECK(found_by(remote) == std::vector{kTwo.descriptor.digest});
  CHECK(remote.store->fetch_manifest(kOne.descriptor).error().kind() == ErrorKind::not_found);
  std::vector<std::string> writes;
  const auto seen = remote.transport.seen();
  for (auto i = before; i < seen.size(); ++i) {
    if (seen[i].method != "GET") writes.push_back(seen[i].method);
  }
  CHECK(writes == std::vector<std::string>{"PUT", "DELETE"});
}

TEST_CASE("a referrer that the registry does not delete is still found") {
  Registry registry;
  registry.delete_status = 405;
  FakeRemote remote(registry.function());
  REQUIRE(remote.store->push_manifest(kOne.descriptor, kOne.bytes, {}).has_value());
  CHECK(remote.store->remove_manifest(kOne.descriptor).error().kind() == ErrorKind::unsupported);
  CHECK(registry.listed() == std::vector{kOne.descriptor.digest});
  CHECK(found_by(remote) == std::vector{kOne.descriptor.digest});
}

TEST_CASE("an entry that was removed with its manifest is not brought back") {
  Registry registry;
  for (const auto* artifact : {&kTwo, &kBom})
    registry.set(artifact->descriptor.digest.text(), artifact->bytes, kManifestType);
  registry.set(kTag, index_of({entry(kTwo), entry(kBom)}));
  // While we write, one is deleted, and the other only lost to somebody's older list.
  bool once = false;
  registry.after_put = [&](std::string& content) {
    if (std::exchange(once, true)) return;
    registry.manifests.erase(kTwo.descriptor.digest.text());
    content = index_of({});
  };
  FakeRemote remote(registry.function());
  CHECK(remote.store->push_manifest(kOne.descriptor, kOne.bytes, {}).has_value());
  CHECK(sorted(registry.listed()) == sorted({kOne.descriptor.digest, kBom.descriptor.digest}));
}

TEST_CASE("a removal loses no entry that is added at the same time, and is not undone by it") {
  Registry registry;
  FakeRemote remote(registry.function());
  for (const auto* artifact : {&kOne, &kTwo})
    REQUIRE(remote.store->push_manifest(artifact->descriptor, artifact->bytes, {}).has_value());
  // The other writer read the list when all was in it, and writes after us.
  registry.set(kBom.descriptor.digest.text(), kBom.bytes, kManifestType);
  bool once = false;
  registry.after_put = [&](std::string& content) {
    if (!std::exchange(once, true)) content = index_of({entry(kOne), entry(kTwo), entry(kBom)});
  };
  CHECK(remote.store->remove_manifest(kOne.descriptor).has_value());
  CHECK(sorted(registry.listed()) == sorted({kTwo.descriptor.digest, kBom.descriptor.digest}));
}

TEST_CASE("an entry that comes back until its manifest is gone is removed in the end") {
  Registry registry;
  FakeRemote remote(registry.function());
  for (const auto* artifact : {&kOne, &kTwo})
    REQUIRE(remote.store->push_manifest(artifact->descriptor, artifact->bytes, {}).has_value());
  const auto digest = kOne.descriptor.digest.text();
  int stubborn = 0;
  registry.after_put = [&](std::string& content) {
    // It sees no deletion before this, and its last list arrives after it.
    if (registry.manifests.contains(digest) || stubborn++ == 0)
      content = index_of({entry(kOne), entry(kTwo)});
  };
  CHECK(remote.store->remove_manifest(kOne.descriptor).has_value());
  CHECK(registry.listed() == std::vector{kTwo.descriptor.digest});
}

TEST_CASE("a referrer that cannot be read now is not deleted past its list") {
  Registry registry;
  registry.set(kTag, index_of({entry(kOne)}));
  FakeRemote remote([&](const http::Request& request, const std::string& body) {
    if (request.method == "GET" && request.url.path.ends_with(kOne.descriptor.digest.text()))
      return Result<http::Response>(answer(503));
    return registry.handle(request, body);
  });
  CHECK(remote.store->remove_manifest(kOne.descriptor).error().kind() == ErrorKind::network);
  for (const auto& seen : remote.transport.seen()) CHECK(seen.method == "GET");
}
