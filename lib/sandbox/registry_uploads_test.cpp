// Uploads of the registry, in every form that clients use.
#include "sandbox/test_registry.hpp"
#include "testing/http_bodies.hpp"

namespace mpk::sandbox {
namespace {

using testing::code_of;
using testing::must;
using testing::RegistryBench;

const std::string kContent = "weights of a model";
const std::string kHalf = kContent.substr(0, 9), kRest = kContent.substr(9);

std::string closing(const std::string& location, const Digest& digest) {
  return location + "?digest=" + percent_encode(digest.text());
}

TEST_CASE("one blob can be sent in all the ways of distribution-spec") {
  const auto digest = crypto::sha256(kContent);
  using Way = std::function<http::Response(const RegistryBench&)>;
  const std::vector<std::pair<const char*, Way>> ways = {
      {"POST alone",
       [&](const auto& b) {
         return b.call("POST", closing("/v2/acme/llm/blobs/uploads/", digest), {}, kContent);
       }},
      {"POST, PUT",
       [&](const auto& b) { return b.call("PUT", closing(b.start(), digest), {}, kContent); }},
      {"POST, PATCH, PUT",
       [&](const auto& b) {
         const auto piece = b.call("PATCH", b.start(), {}, kContent);
         CHECK(piece.status == 202);
         CHECK(piece.headers.get("Range") == "0-17");
         return b.call("PUT", closing(piece.headers.get("Location").value(), digest));
       }},
      {"POST, PATCH, PATCH, PUT",
       [&](const auto& b) {
         const auto first = b.call("PATCH", b.start(), {{"Content-Range", "0-8"}}, kHalf);
         CHECK(first.headers.get("Range") == "0-8");
         const auto next = b.call("PATCH", first.headers.get("Location").value(),
                                  {{"Content-Range", "9-17"}}, kRest);
         CHECK(next.headers.get("Range") == "0-17");
         return b.call("PUT", closing(next.headers.get("Location").value(), digest));
       }},
      {"the last piece with the PUT", [&](const auto& b) {
         const auto first = b.call("PATCH", b.start(), {{"Content-Range", "0-8"}}, kHalf);
         return b.call("PUT", closing(first.headers.get("Location").value(), digest),
                       {{"Content-Range", "9-17"}}, kRest);
       }}};
  for (const auto& [name, way] : ways) {
    CAPTURE(name);
    const RegistryBench bench;
    const std::string path = "/v2/acme/llm/blobs/" + digest.text();
    CHECK(bench.call("HEAD", path).status == 404);
    const auto made = way(bench);
    CHECK(made.status == 201);
    CHECK(made.headers.get("Location") == path);
    CHECK(made.headers.get("Docker-Content-Digest") == digest.text());
    CHECK(bench.call("GET", path).body == kContent);
  }
}

TEST_CASE("blobs may be empty, and hashed with SHA-512, also when only the end says so") {
  const RegistryBench bench;
  const auto sha512 = crypto::hash(DigestAlgorithm::sha512, as_bytes(kContent));
  const auto empty = crypto::sha256("");
  CHECK(bench.call("PUT", closing(bench.start(), empty)).status == 201);
  CHECK(bench.call("GET", "/v2/acme/llm/blobs/" + empty.text()).body.empty());
  for (const auto* query : {"", "?digest-algorithm=sha512"}) {
    CAPTURE(query);
    const auto location = bench.start("acme/llm", query);
    CHECK(bench.call("PATCH", location, {}, kContent).status == 202);
    CHECK(bench.call("PUT", closing(location, sha512)).status == 201);
  }
  CHECK(bench.call("GET", "/v2/acme/llm/blobs/" + sha512.text()).body == kContent);
  CHECK(bench.call("POST", "/v2/acme/llm/blobs/uploads/?digest-algorithm=md5").status == 400);
}

TEST_CASE("a wrong digest is refused, leaves nothing, and ends the upload") {
  const RegistryBench bench;
  const auto wrong = crypto::sha256("other");
  const auto location = bench.start();
  const auto refused = bench.call("PUT", closing(location, wrong), {}, kContent);
  CHECK(refused.status == 400);
  CHECK(code_of(refused) == "DIGEST_INVALID");
  CHECK(bench.call("HEAD", "/v2/acme/llm/blobs/" + wrong.text()).status == 404);
  CHECK(code_of(bench.call("PUT", closing(location, wrong), {}, "other")) == "BLOB_UPLOAD_UNKNOWN");
  for (const auto* query : {"", "?digest=sha256:00", "?digest=md5:00"}) {
    CAPTURE(query);
    CHECK(code_of(bench.call("PUT", bench.start() + query, {}, kContent)) == "DIGEST_INVALID");
  }
  CHECK(std::filesystem::is_empty(bench.directory.path() / "registry/blobs/sha256"));
}

TEST_CASE("item 33: a piece out of order is answered 416 with where the upload stands") {
  const RegistryBench bench;
  const auto location = bench.start();
  CHECK(bench.call("PATCH", location, {{"Content-Range", "0-8"}}, kHalf).status == 202);
  for (const auto* range : {"0-8", "10-18"}) {
    CAPTURE(range);
    const auto refused = bench.call("PATCH", location, {{"Content-Range", range}}, kHalf);
    CHECK(refused.status == 416);
    CHECK(refused.headers.get("Range") == "0-8");
    CHECK(refused.headers.get("Location") == location);
  }
  for (const auto* range : {"x", "9", "9-", "18-9", "bytes 9-17/18", "9-16"}) {
    CAPTURE(range);
    CHECK(bench.call("PATCH", location, {{"Content-Range", range}}, kRest).status == 400);
  }
  const auto standing = bench.call("GET", location);
  CHECK(standing.status == 204);
  CHECK(standing.headers.get("Range") == "0-8");
  CHECK(bench.call("PATCH", location, {{"Content-Range", "9-17"}}, kRest).status == 202);
  CHECK(bench.call("PUT", closing(location, crypto::sha256(kContent))).status == 201);
}

TEST_CASE("an upload belongs to its repository and can be cancelled once") {
  const RegistryBench bench;
  const auto location = bench.start();
  auto elsewhere = location;
  elsewhere.replace(elsewhere.find("acme/llm"), 8, "acme/two");
  CHECK(bench.call("PATCH", elsewhere, {}, kContent).status == 404);
  CHECK(bench.call("DELETE", location).status == 204);
  CHECK(code_of(bench.call("DELETE", location)) == "BLOB_UPLOAD_UNKNOWN");
  CHECK(bench.call("GET", location).status == 404);
  CHECK(bench.call("POST", location).status == 404);
  CHECK(std::filesystem::is_empty(bench.directory.path() / "registry/uploads"));
}

TEST_CASE("a blob is mounted from where it is, else an upload begins") {
  const RegistryBench bench;
  const auto digest = bench.push_blob(kContent);
  const std::string mount = "/v2/acme/two/blobs/uploads/?mount=" + percent_encode(digest.text());
  const auto mounted = bench.call("POST", mount + "&from=acme%2Fllm");
  CHECK(mounted.status == 201);
  CHECK(mounted.headers.get("Location") == "/v2/acme/two/blobs/" + digest.text());
  CHECK(bench.call("GET", "/v2/acme/two/blobs/" + digest.text()).body == kContent);
  CHECK(bench.call("POST", mount + "&from=acme/none").status == 202);
  CHECK(bench.call("POST", mount).status == 202);
  CHECK(bench.call("POST", "/v2/acme/two/blobs/uploads/?mount=x&from=acme/llm").status == 400);
  // Deleting it in one repository leaves the other's.
  CHECK(bench.call("DELETE", "/v2/acme/llm/blobs/" + digest.text()).status == 202);
  CHECK(bench.call("HEAD", "/v2/acme/llm/blobs/" + digest.text()).status == 404);
  CHECK(bench.call("GET", "/v2/acme/two/blobs/" + digest.text()).body == kContent);
  CHECK(bench.call("DELETE", "/v2/acme/two/blobs/" + digest.text()).status == 202);
  CHECK(std::filesystem::is_empty(bench.directory.path() / "registry/blobs/sha256"));
}

TEST_CASE("with streamed uploads switched off only whole blobs go through") {
  RegistryBench bench;
  bench.registry.switches().streamed_uploads = false;
  const auto location = bench.start();
  CHECK(bench.call("PATCH", location, {{"Content-Range", "0-8"}}, kHalf).status == 416);
  CHECK(bench.call("PATCH", location, {}, kContent).status == 405);
  CHECK(bench.call("PUT", closing(location, crypto::sha256(kContent)), {}, kContent).status == 201);
  bench.registry.switches().streamed_uploads = true;
  CHECK(bench.call("PATCH", bench.start(), {}, kContent).status == 202);
}

TEST_CASE("a large stream of unknown length arrives whole") {
  const RegistryBench bench;
  constexpr std::uint64_t kSize = (20U << 20) + 12345;
  mpk::testing::PatternSource source(kSize, false);
  http::Request request;
  request.method = "PATCH";
  request.url = must(Url::parse(bench.url(bench.start())));
  request.body = &source;
  const auto answer = must(bench.transport->send(request));
  CHECK(answer.headers.get("Range") == "0-" + std::to_string(kSize - 1));
  Bytes whole(kSize);
  for (std::uint64_t i = 0; i < kSize; ++i) whole[i] = mpk::testing::pattern_byte(i);
  const auto digest = crypto::hash(DigestAlgorithm::sha256, whole);
  CHECK(bench.call("PUT", closing(answer.headers.get("Location").value(), digest)).status == 201);
  mpk::testing::PatternSink sink;
  http::Request read;
  read.url = must(Url::parse(bench.url("/v2/acme/llm/blobs/" + digest.text())));
  read.sink = &sink;
  CHECK(must(bench.transport->send(read)).status == 200);
  CHECK(sink.size == kSize);
  CHECK(sink.matches);
}

TEST_CASE("what arrived before a client broke off stays, and the upload goes on from there") {
  const RegistryBench bench;
  // More than two socket buffers hold: once it failed, the server is known to be reading.
  constexpr std::uint64_t kSize = 32U << 20, kSent = 24U << 20;
  const auto location = bench.start();
  mpk::testing::PatternSource source(kSize);
  source.fail_at = kSent;
  http::Request request;
  request.method = "PATCH";
  request.url = must(Url::parse(bench.url(location)));
  request.body = &source;
  CHECK_FALSE(bench.transport->send(request).has_value());
  const auto range = bench.call("GET", location).headers.get("Range").value();
  const auto have = std::stoull(range.substr(2)) + 1;
  CHECK(have > 1);
  CHECK(have <= kSent);
  std::string whole;
  for (std::uint64_t i = 0; i < kSize; ++i) {
    whole.push_back(static_cast<char>(mpk::testing::pattern_byte(i)));
  }
  CHECK(bench.call("PATCH", location, {}, whole.substr(have)).status == 202);
  CHECK(bench.call("PUT", closing(location, crypto::sha256(whole))).status == 201);
}

}  // namespace
}  // namespace mpk::sandbox
