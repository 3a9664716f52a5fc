// Repositories of a registry: all pages, only what can be named, and registries that list none.
#include "oci/catalog.hpp"

#include "oci/test_registry_answers.hpp"
#include "testing/fake_transport.hpp"

using namespace mpk;
using namespace mpk::oci;
using mpk::testing::FakeTransport;
using test::always;
using test::answer;

namespace {

Result<std::vector<std::string>> list(FakeTransport& transport) {
  const MapEnv env;
  return list_repositories("reg.example", transport, env);
}

}  // namespace

TEST_CASE("repositories are collected over all pages, sorted, each once") {
  FakeTransport transport(
      [](const http::Request& request, const std::string&) -> Result<http::Response> {
        if (request.url.query.find("last=") == std::string::npos) {
          return answer(200, {{"Link", R"(</v2/_catalog?n=1000&last=b>; rel="next")"}},
                        R"({"repositories":["b/x","acme/llm"]})");
        }
        return answer(200, {}, R"({"repositories":["acme/llm","a","Not/A-Name",""]})");
      });
  CHECK(list(transport).take() == std::vector<std::string>{"a", "acme/llm", "b/x"});
  CHECK(test::requests(transport) ==
        std::vector<std::string>{"GET https://reg.example/v2/_catalog?n=1000",
                                 "GET https://reg.example/v2/_catalog?n=1000&last=b"});
}

TEST_CASE("the token asked for is that of the catalog") {
  FakeTransport transport([](const http::Request& request,
                             const std::string&) -> Result<http::Response> {
    if (request.url.path == "/token") return answer(200, {}, R"({"token":"t"})");
    if (request.headers.get("Authorization") == "Bearer t")
      return answer(200, {}, R"({"repositories":[]})");
    return answer(
        401, {{"WWW-Authenticate", R"(Bearer realm="https://reg.example/token",service="reg")"}});
  });
  CHECK(list(transport).take().empty());
  CHECK(test::requests(transport)[1] ==
        "GET https://reg.example/token?service=reg&scope=registry%3Acatalog%3A%2A");
}

TEST_CASE("a registry that lists none says so, and what to do") {
  for (const auto& [status, kind] : {std::pair{404, ErrorKind::unsupported},
                                     {405, ErrorKind::unsupported},
                                     {500, ErrorKind::unsupported},
                                     {403, ErrorKind::denied}}) {
    CAPTURE(status);
    FakeTransport transport(always(answer(status)));
    const auto error = list(transport).error();
    CHECK(error.kind() == kind);
    CHECK(error.text().find(std::to_string(status)) != std::string::npos);
    CHECK(error.hint().find("HOST/REPO") != std::string::npos);
  }
}

TEST_CASE("a list that is none, or never ends, is an error") {
  for (const auto* body : {"", "[]", "{\"repositories\":1}", "{\"repositories\":[1]}"}) {
    CAPTURE(body);
    FakeTransport transport(always(answer(200, {}, body)));
    CHECK(list(transport).error().kind() == ErrorKind::malformed);
  }
  FakeTransport endless(always(answer(200, {{"Link", R"(</v2/_catalog?last=a>; rel="next")"}},
                                      R"({"repositories":["a"]})")));
  CHECK(list(endless).error().kind() == ErrorKind::too_large);
  FakeTransport elsewhere(
      always(answer(200, {{"Link", R"(<https://evil.example/v2/_catalog>; rel="next")"}},
                    R"({"repositories":[]})")));
  CHECK(list(elsewhere).error().kind() == ErrorKind::malformed);
  CHECK(elsewhere.seen().size() == 1);
}
