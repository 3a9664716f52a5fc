// Basic and Bearer authorization of the registry.
#include "sandbox/test_registry.hpp"

namespace mpk::sandbox {
namespace {

using testing::body_of;
using testing::code_of;
using testing::must;
using testing::RegistryBench;

std::string basic(std::string_view credentials) {
  return "Basic " + base64_encode(as_bytes(credentials));
}

struct AuthBench : RegistryBench {
  http::Response with(const std::string& authorization, const std::string& method,
                      const std::string& path, const std::string& body = {}) const {
    return call(method, path, {{"Authorization", authorization}}, body);
  }
  std::string token(const std::string& query, const http::Headers& headers) const {
    const auto answer = call("GET", "/token?service=mpk-sandbox&" + query, headers);
    REQUIRE(answer.status == 200);
    CHECK(body_of(answer)["access_token"] == body_of(answer)["token"]);
    return "Bearer " + body_of(answer)["token"].get<std::string>();
  }
  std::string known_token(const std::string& query) const {
    return token(query, {{"Authorization", basic("mpk:sandbox")}});
  }
};

TEST_CASE("Basic wants the one user and password, on every path but unknown ones") {
  AuthBench bench;
  CHECK(bench.call("GET", "/v2/").status == 200);
  bench.registry.switches().basic_auth = true;
  const auto refused = bench.call("GET", "/v2/");
  CHECK(refused.status == 401);
  CHECK(code_of(refused) == "UNAUTHORIZED");
  CHECK(refused.headers.get("WWW-Authenticate") == "Basic realm=\"mpk-sandbox\"");
  for (const auto* wrong : {"mpk:wrong", "mpk", "eve:sandbox", ""}) {
    CAPTURE(wrong);
    CHECK(bench.with(basic(wrong), "GET", "/v2/").status == 401);
  }
  CHECK(bench.with("Bearer x", "GET", "/v2/").status == 401);
  CHECK(bench.with(basic("mpk:sandbox"), "GET", "/v2/").status == 200);
  const std::string upload = "/v2/a/blobs/uploads/";
  CHECK(bench.call("POST", upload).status == 401);
  CHECK(bench.with(basic("mpk:sandbox"), "POST", upload).status == 202);
}

TEST_CASE("the challenge names realm, service and the scope that the request needs") {
  AuthBench bench;
  bench.registry.switches().bearer_auth = true;
  const auto challenge = [&](const char* method, const char* path) {
    return bench.call(method, path).headers.get("WWW-Authenticate").value_or("");
  };
  const auto start = "Bearer realm=\"" + bench.url("/token") + "\",service=\"mpk-sandbox\"";
  CHECK(challenge("GET", "/v2/") == start);
  CHECK(challenge("GET", "/v2/a/b/manifests/v1") == start + ",scope=\"repository:a/b:pull\"");
  CHECK(challenge("POST", "/v2/a/blobs/uploads/") == start + ",scope=\"repository:a:pull,push\"");
  CHECK(bench.call("GET", "/v2/a%0d%0aX-Made:up/tags/list").status == 400);
  CHECK(bench.call("GET", "/v2/a%22,x=%22/tags/list").status == 400);
  bench.registry.switches().basic_auth = true;
  CHECK(bench.call("GET", "/v2/").headers.all("WWW-Authenticate").size() == 2);
  CHECK(bench.with(basic("mpk:sandbox"), "GET", "/v2/").status == 200);
}

TEST_CASE("a token opens what it was asked for, and no more") {
  AuthBench bench;
  bench.registry.switches().bearer_auth = true;
  const std::string upload = "/v2/a/blobs/uploads/", list = "/v2/a/tags/list";
  CHECK(bench.with("Bearer 00", "GET", "/v2/").status == 401);
  CHECK(bench.with(basic("mpk:sandbox"), "GET", "/v2/").status == 401);
  const auto push = bench.known_token("scope=repository%3Aa%3Apull%2Cpush");
  CHECK(bench.with(push, "GET", "/v2/").status == 200);
  CHECK(bench.with(push, "POST", upload).status == 202);
  CHECK(bench.with(push, "GET", list).status == 404);  // let in; nothing is there yet
  CHECK(bench.with(push, "POST", "/v2/b/blobs/uploads/").status == 401);
  const auto pull = bench.known_token("scope=repository:a:pull");
  CHECK(bench.with(pull, "GET", list).status == 404);
  const auto narrow = bench.with(pull, "POST", upload);
  CHECK(narrow.status == 401);
  CHECK(narrow.headers.get("WWW-Authenticate").value().find("insufficient_scope") !=
        std::string::npos);
  for (const auto* query : {"scope=repository:a:pull,push&scope=repository:b:pull",
                            "scope=repository:a:pull,push+repository:b:pull"}) {
    CAPTURE(query);
    const auto both = bench.known_token(query);
    CHECK(bench.with(both, "POST", upload).status == 202);
    CHECK(bench.with(both, "GET", "/v2/b/tags/list").status == 404);
  }
}

TEST_CASE("without credentials a token only pulls, with wrong ones there is none") {
  AuthBench bench;
  bench.registry.switches().bearer_auth = true;
  const auto anonymous = bench.token("scope=repository:a:pull,push", {});
  CHECK(bench.with(anonymous, "GET", "/v2/a/tags/list").status == 404);
  CHECK(bench.with(anonymous, "POST", "/v2/a/blobs/uploads/").status == 401);
  CHECK(bench.with(basic("mpk:wrong"), "GET", "/token?scope=repository:a:pull").status == 401);
  CHECK(bench.call("POST", "/token").status == 405);
}

TEST_CASE("a blob is mounted only with a token that may read where it is") {
  AuthBench bench;
  const auto digest = bench.push_blob("content", "src");
  bench.registry.switches().bearer_auth = true;
  const auto mount = "/v2/a/blobs/uploads/?from=src&mount=" + percent_encode(digest.text());
  const auto narrow = bench.known_token("scope=repository:a:pull,push");
  CHECK(bench.with(narrow, "POST", mount).status == 202);
  const auto both = bench.known_token("scope=repository:a:pull,push&scope=repository:src:pull");
  CHECK(bench.with(both, "POST", mount).status == 201);
}

}  // namespace
}  // namespace mpk::sandbox
