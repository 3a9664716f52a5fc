// The registry's blobs, switches and tampering.
#include "sandbox/test_registry.hpp"

namespace mpk::sandbox {
namespace {

using testing::code_of;
using testing::must;
using testing::RegistryBench;

const std::string kContent = "0123456789";

TEST_CASE("a blob is read whole, in ranges, or only announced") {
  const RegistryBench bench;
  const auto digest = bench.push_blob(kContent);
  const std::string path = "/v2/acme/llm/blobs/" + digest.text();
  const auto whole = bench.call("GET", path);
  CHECK(whole.status == 200);
  CHECK(whole.body == kContent);
  CHECK(whole.headers.get("Docker-Content-Digest") == digest.text());
  CHECK(whole.headers.get("Content-Type") == "application/octet-stream");
  CHECK(whole.headers.get("Docker-Distribution-Api-Version") == "registry/2.0");
  const auto head = bench.call("HEAD", path);
  CHECK(head.status == 200);
  CHECK(head.headers.get("Content-Length") == "10");
  CHECK(head.headers.get("Docker-Content-Digest") == digest.text());
  CHECK(head.body.empty());
  struct Case {
    const char* range;
    int status;
    const char* body;
  };
  for (const auto& c : {Case{"bytes=0-3", 206, "0123"}, Case{"bytes=4-", 206, "456789"},
                        Case{"bytes=-2", 206, "89"}, Case{"bytes=10-", 416, ""}}) {
    CAPTURE(c.range);
    const auto part = bench.call("GET", path, {{"Range", c.range}});
    CHECK(part.status == c.status);
    CHECK(part.body == c.body);
  }
}

TEST_CASE("what is not there, or no digest, or another method is refused with its code") {
  const RegistryBench bench;
  const auto digest = bench.push_blob(kContent);
  const auto other = crypto::sha256("other").text();
  const auto refused = [&](const char* method, const std::string& path, int status,
                           const char* code) {
    CAPTURE(path);
    const auto answer = bench.call(method, path);
    CHECK(answer.status == status);
    CHECK(code_of(answer) == code);
  };
  CHECK(bench.call("GET", "/v2/").status == 200);
  refused("GET", "/v2/acme/llm/blobs/" + other, 404, "BLOB_UNKNOWN");
  refused("GET", "/v2/acme/two/blobs/" + digest.text(), 404, "BLOB_UNKNOWN");
  refused("DELETE", "/v2/acme/llm/blobs/" + other, 404, "BLOB_UNKNOWN");
  refused("GET", "/v2/acme/llm/blobs/sha256:00", 400, "DIGEST_INVALID");
  refused("GET", "/v2/acme/llm/blobs/%ff%00", 400, "DIGEST_INVALID");
  refused("PUT", "/v2/acme/llm/blobs/" + digest.text(), 405, "UNSUPPORTED");
  refused("GET", "/v2/Acme/blobs/" + digest.text(), 400, "NAME_INVALID");
  refused("POST", "/v2/Acme/blobs/uploads/", 400, "NAME_INVALID");
  refused("POST", "/v2/", 405, "UNSUPPORTED");
  refused("GET", "/v1/", 404, "UNSUPPORTED");
}

TEST_CASE("the next requests fail as often as asked, and all are counted") {
  RegistryBench bench;
  const auto before = bench.registry.switches().requests.load();
  bench.registry.switches().fail_next = 2;
  CHECK(bench.call("GET", "/v2/").status == 503);
  CHECK(bench.call("GET", "/v2/").status == 503);
  CHECK(bench.call("GET", "/v2/").status == 200);
  CHECK(bench.registry.switches().requests == before + 3);
}

TEST_CASE("a truncated blob breaks off in the middle of what was asked for") {
  RegistryBench bench;
  const std::string content(1U << 20, 'x');
  const std::string path = "/v2/acme/llm/blobs/" + bench.push_blob(content).text();
  bench.registry.switches().truncate_blobs = true;
  CHECK_FALSE(bench.try_send("GET", bench.url(path)).has_value());
  CHECK_FALSE(bench.try_send("GET", bench.url(path), {{"Range", "bytes=600000-"}}).has_value());
  CHECK(bench.call("HEAD", path).status == 200);
  bench.registry.switches().truncate_blobs = false;
  CHECK(bench.call("GET", path).body == content);
}

TEST_CASE("a flipped blob differs in its last byte, also in a range that has it") {
  RegistryBench bench;
  const std::string path = "/v2/acme/llm/blobs/" + bench.push_blob(kContent).text();
  bench.registry.switches().flip_blobs = true;
  CHECK(bench.call("GET", path).body == "0123456788");
  CHECK(bench.call("GET", path, {{"Range", "bytes=8-"}}).body == "88");
  CHECK(bench.call("GET", path, {{"Range", "bytes=0-8"}}).body == "012345678");
  bench.registry.switches().flip_blobs = false;
  CHECK(bench.call("GET", path).body == kContent);
}

TEST_CASE("tampering changes what is served under an old digest, of blobs and manifests") {
  RegistryBench bench;
  const auto digest = bench.push_blob(kContent);
  const auto bytes = oci::serialize(bench.manifest("layer"));
  REQUIRE(bench.put("v1", bytes).status == 201);
  const auto change = [](std::string& text) { text[0] = '!'; };
  CHECK(bench.registry.tamper(digest, change));
  CHECK(bench.call("GET", "/v2/acme/llm/blobs/" + digest.text()).body == "!123456789");
  CHECK(bench.registry.tamper(crypto::sha256(bytes), change));
  CHECK(bench.call("GET", "/v2/acme/llm/manifests/v1").body == "!" + bytes.substr(1));
  CHECK_FALSE(bench.registry.tamper(crypto::sha256("other"), change));
}

}  // namespace
}  // namespace mpk::sandbox
