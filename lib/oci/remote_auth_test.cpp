// Tests of remote_auth: tokens, Basic, and who gets to see which credential.
#include "oci/remote_auth.hpp"

#include "base/encoding.hpp"
#include "oci/test_registry_answers.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::oci;
using mpk::testing::FakeTransport;
using test::answer;
using test::authorization;

namespace {

const std::string kBasic = "Basic " + base64_encode(as_bytes("u:p"));
constexpr const char* kChallenge =
    R"(Bearer realm="https://auth.example/token",service="reg",scope="repository:a/b:pull")";
const std::vector<std::string> kPull = {"repository:a/b:pull"};

Authenticator::Lookup having(Credential credential) {
  return [credential]() -> Result<std::optional<Credential>> { return std::optional(credential); };
}
Result<std::optional<Credential>> nobody() { return std::optional<Credential>(); }

http::Request get(std::string_view text) {
  http::Request request;
  request.url = test::url(text);
  return request;
}

// A registry that wants the token "t1" (then "t2", …: whatever `valid` is), and its token service.
struct TokenRegistry {
  std::string challenge = kChallenge;
  std::string valid = "t1";
  std::string token_answer = R"({"token":"t1"})";
  int post_status = 404;

  Result<http::Response> operator()(const http::Request& request, const std::string&) const {
    if (request.url.path == "/token") {
      if (request.method == "POST" && post_status != 200) return answer(post_status);
      return answer(200, {}, token_answer);
    }
    if (request.headers.get("Authorization") == "Bearer " + valid) return answer(200);
    return answer(401, {{"WWW-Authenticate", challenge}});
  }
};

}  // namespace

TEST_CASE("a Bearer challenge is answered by a token, which is used again") {
  FakeTransport transport{TokenRegistry{}};
  Authenticator auth(transport, test::url("https://reg.example"), having({"u", "p", ""}));
  for (int i = 0; i < 2; ++i) {
    CHECK(auth.send(get("https://reg.example/v2/a/b/tags/list"), kPull).take().status == 200);
  }
  const auto seen = transport.seen();
  REQUIRE(seen.size() == 4);
  CHECK(authorization(seen[0]).empty());
  CHECK(seen[1].url == "https://auth.example/token?service=reg&scope=repository%3Aa%2Fb%3Apull");
  CHECK(authorization(seen[1]) == kBasic);
  CHECK(authorization(seen[2]) == "Bearer t1");
  CHECK(authorization(seen[3]) == "Bearer t1");
}

TEST_CASE("without a credential the token is asked for anonymously") {
  FakeTransport transport{TokenRegistry{}};
  Authenticator auth(transport, test::url("https://reg.example"), nobody);
  CHECK(auth.send(get("https://reg.example/v2/"), kPull).take().status == 200);
  for (const auto& seen : transport.seen()) CHECK(authorization(seen) != kBasic);
}

TEST_CASE("item 3: what the registry asks for is added to what we need") {
  TokenRegistry registry;
  registry.challenge =
      R"(Bearer realm="https://auth.example/token",scope="repository:a/b:pull repository:x:pull")";
  FakeTransport transport{registry};
  Authenticator auth(transport, test::url("https://reg.example"), nobody);
  CHECK(auth.send(get("https://reg.example/v2/"), {"repository:a/b:pull,push"}).has_value());
  CHECK(transport.seen()[1].url ==
        "https://auth.example/token?scope=repository%3Aa%2Fb%3Apull%2Cpush"
        "&scope=repository%3Aa%2Fb%3Apull&scope=repository%3Ax%3Apull");
}

TEST_CASE("item 3: each set of scopes has its own token") {
  FakeTransport transport{TokenRegistry{}};
  Authenticator auth(transport, test::url("https://reg.example"), nobody);
  CHECK(auth.send(get("https://reg.example/v2/"), {"repository:a:pull", "repository:b:pull"})
            .has_value());
  CHECK(auth.send(get("https://reg.example/v2/"), {"repository:b:pull", "repository:a:pull"})
            .has_value());
  CHECK(transport.seen().size() == 4);
  CHECK(auth.send(get("https://reg.example/v2/"), {"repository:a:pull"}).has_value());
  CHECK(transport.seen().size() == 7);
}

TEST_CASE("item 2: a token is read from either member, and must be there") {
  const struct {
    const char* body;
    bool accepted;
  } rows[] = {
      {R"({"token":"t1"})", true},
      {R"({"access_token":"t1","expires_in":60})", true},
      {R"({"token":"","access_token":"t1"})", true},
      {R"({"token":""})", false},
      {R"({"token":5})", false},
      {"{}", false},
      {"<html>", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.body);
    TokenRegistry registry;
    registry.token_answer = row.body;
    FakeTransport transport{registry};
    Authenticator auth(transport, test::url("https://reg.example"), nobody);
    const auto response = auth.send(get("https://reg.example/v2/"), kPull);
    CHECK(response.has_value() == row.accepted);
    if (!response) CHECK(response.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("item 5: an expired token is renewed once, with the body sent again") {
  int issued = 0;
  std::string valid = "t1";
  FakeTransport transport(
      [&](const http::Request& request, const std::string&) -> Result<http::Response> {
        if (request.url.path == "/token")
          return answer(200, {}, R"({"token":"t)" + std::to_string(++issued) + "\"}");
        if (request.headers.get("Authorization") == "Bearer " + valid) return answer(201);
        return answer(401, {{"WWW-Authenticate", kChallenge}});
      });
  Authenticator auth(transport, test::url("https://reg.example"), nobody);
  http::TextSource body("content");
  const auto put = [&] {
    http::Request request = get("https://reg.example/v2/x");
    request.method = "PUT";
    request.body = &body;
    REQUIRE(body.rewind().has_value());
    return auth.send(std::move(request), kPull);
  };
  CHECK(put().take().status == 201);
  valid = "t2";
  CHECK(put().take().status == 201);
  CHECK(issued == 2);
  CHECK(transport.seen().back().body == "content");

  // A registry that accepts none of its own tokens is not asked for ever.
  valid = "never";
  const auto before = transport.seen().size();
  CHECK(put().error().kind() == ErrorKind::unauthorized);
  CHECK(issued == 3);
  CHECK(transport.seen().size() == before + 3);
}

TEST_CASE("a token service that gives the refused token again is the end") {
  TokenRegistry registry;
  registry.valid = "other";
  FakeTransport transport{registry};
  Authenticator auth(transport, test::url("https://reg.example"), nobody);
  CHECK(auth.send(get("https://reg.example/v2/"), kPull).error().kind() == ErrorKind::unauthorized);
  const auto again = auth.send(get("https://reg.example/v2/"), kPull);
  CHECK(again.error().kind() == ErrorKind::unauthorized);
  CHECK(again.error().hint().find("mpk login reg.example") != std::string::npos);
  CHECK(transport.seen().size() == 3 + 2);
}

TEST_CASE("another origin never sees a credential") {
  FakeTransport transport{TokenRegistry{}};
  Authenticator auth(transport, test::url("https://reg.example"), having({"u", "p", ""}));
  REQUIRE(auth.send(get("https://reg.example/v2/"), kPull).has_value());
  for (const char* foreign :
       {"https://storage.example/x", "http://reg.example/x", "https://reg.example:8443/x",
        "https://reg.example.evil.example/x", "https://sub.reg.example/x"}) {
    CAPTURE(foreign);
    const auto before = transport.seen().size();
    // Its challenge is not answered either.
    CHECK(auth.send(get(foreign), kPull).take().status == 401);
    const auto seen = transport.seen();
    REQUIRE(seen.size() == before + 1);
    CHECK(authorization(seen.back()).empty());
  }
  CHECK(auth.send(get("https://reg.example:443/v2/"), kPull).take().status == 200);
}

TEST_CASE("the challenge of a host that the registry redirects to is not answered") {
  for (const char* where : {"https://evil.example/x", "http://reg.example/x"}) {
    for (const char* challenge :
         {R"(Bearer realm="https://evil.example/token",service="reg")", "Basic realm=\"r\""}) {
      CAPTURE(where);
      CAPTURE(challenge);
      FakeTransport transport(
          [&](const http::Request&, const std::string&) -> Result<http::Response> {
            auto response = answer(401, {{"WWW-Authenticate", challenge}});
            response.url = test::url(where);  // after a redirect
            return response;
          });
      bool asked = false;
      Authenticator auth(transport, test::url("https://reg.example"),
                         [&]() -> Result<std::optional<Credential>> {
                           asked = true;
                           return std::optional(Credential{"u", "p", ""});
                         });
      CHECK(auth.send(get("https://reg.example/v2/"), kPull).take().status == 401);
      CHECK(transport.seen().size() == 1);
      CHECK_FALSE(asked);
    }
  }
}

TEST_CASE("a refresh token is not sent on by a redirect") {
  bool posted = false;
  FakeTransport transport(
      [&](const http::Request& request, const std::string&) -> Result<http::Response> {
        if (request.method != "POST") return answer(401, {{"WWW-Authenticate", kChallenge}});
        posted = true;
        CHECK(request.redirects == http::Redirects::none);
        return answer(307, {{"Location", "https://evil.example/"}});
      });
  Authenticator auth(transport, test::url("https://reg.example"), having({"", "", "rt"}));
  CHECK(auth.send(get("https://reg.example/v2/"), kPull).error().kind() == ErrorKind::network);
  CHECK(posted);
}

TEST_CASE("item 4: the token realm has to be a URL, and as safe as the registry") {
  const struct {
    const char* origin;
    const char* realm;
    bool accepted;
    ErrorKind kind;
  } rows[] = {
      {"https://reg.example", "https://auth.example/token", true, {}},
      {"http://127.0.0.1:5000", "http://127.0.0.1:5000/token", true, {}},
      {"http://127.0.0.1:5000", "https://auth.example/token", true, {}},
      {"https://127.0.0.1:5000", "http://127.0.0.1:5001/token", true, {}},
      {"https://reg.example", "http://127.0.0.1:5001/token", false, ErrorKind::denied},
      {"https://127.0.0.1:5000", "http://auth.example/token", false, ErrorKind::denied},
      {"https://reg.example", "http://auth.example/token", false, ErrorKind::denied},
      {"https://reg.example", "HTTP://reg.example/token", false, ErrorKind::denied},
      {"https://reg.example", "", false, ErrorKind::malformed},
      {"https://reg.example", "/token", false, ErrorKind::malformed},
      {"https://reg.example", "file:///etc/passwd", false, ErrorKind::malformed},
  };
  for (const auto& row : rows) {
    CAPTURE(row.realm);
    TokenRegistry registry;
    registry.challenge = std::string("Bearer realm=\"") + row.realm + "\"";
    FakeTransport transport{registry};
    Authenticator auth(transport, test::url(row.origin), having({"u", "p", ""}));
    const auto response = auth.send(get(std::string(row.origin) + "/v2/"), kPull);
    CHECK(response.has_value() == row.accepted);
    if (response) continue;
    CHECK(response.error().kind() == row.kind);
    CHECK(transport.seen().size() == 1);
  }
}

TEST_CASE("item 2: an identity token is exchanged by POST, and stays out of URLs") {
  TokenRegistry registry;
  registry.post_status = 200;
  registry.token_answer = R"({"access_token":"t1"})";
  FakeTransport transport{registry};
  Authenticator auth(transport, test::url("https://reg.example"), having({"", "", "r&t"}));
  CHECK(auth.send(get("https://reg.example/v2/"), kPull).take().status == 200);
  const auto exchange = transport.seen()[1];
  CHECK(exchange.method == "POST");
  CHECK(exchange.url == "https://auth.example/token");
  CHECK(exchange.headers.get("Content-Type") == "application/x-www-form-urlencoded");
  CHECK(exchange.body ==
        "grant_type=refresh_token&client_id=mpk&service=reg&"
        "scope=repository%3Aa%2Fb%3Apull&refresh_token=r%26t");
}

TEST_CASE("item 2: a token service without POST is asked by GET; one that refuses is not") {
  for (const int status : {404, 405, 401, 500}) {
    CAPTURE(status);
    TokenRegistry registry;
    registry.post_status = status;
    FakeTransport transport{registry};
    Authenticator auth(transport, test::url("https://reg.example"), having({"", "", "rt"}));
    const auto response = auth.send(get("https://reg.example/v2/"), kPull);
    const bool falls_back = status == 404 || status == 405;
    CHECK(response.has_value() == falls_back);
    if (status == 401) CHECK(response.error().kind() == ErrorKind::unauthorized);
    if (status == 500) CHECK(response.error().kind() == ErrorKind::network);
    CHECK(transport.seen().size() == (falls_back ? 4 : 2));
    for (const auto& seen : transport.seen()) CHECK(seen.url.find("rt") == std::string::npos);
  }
}

TEST_CASE("Basic is answered with name and password, from then on at once") {
  FakeTransport transport(
      [](const http::Request& request, const std::string&) -> Result<http::Response> {
        if (request.headers.get("Authorization") == kBasic) return answer(200);
        return answer(401, {{"WWW-Authenticate", "Basic realm=\"r\""}});
      });
  Authenticator auth(transport, test::url("https://reg.example"), having({"u", "p", ""}));
  CHECK(auth.send(get("https://reg.example/v2/"), kPull).take().status == 200);
  CHECK(auth.send(get("https://reg.example/v2/"), {}).take().status == 200);
  CHECK(transport.seen().size() == 3);

  Authenticator wrong(transport, test::url("https://reg.example"), having({"u", "bad", ""}));
  CHECK(wrong.send(get("https://reg.example/v2/"), kPull).error().kind() ==
        ErrorKind::unauthorized);
  Authenticator anonymous(transport, test::url("https://reg.example"), nobody);
  CHECK(anonymous.send(get("https://reg.example/v2/"), kPull).error().kind() ==
        ErrorKind::unauthorized);
}

TEST_CASE("item 1: Bearer is preferred to Basic in either order") {
  TokenRegistry registry;
  for (const std::string& challenge : {"Basic realm=\"r\", " + std::string(kChallenge),
                                       std::string(kChallenge) + ", Basic realm=\"r\""}) {
    CAPTURE(challenge);
    registry.challenge = challenge;
    FakeTransport transport{registry};
    Authenticator auth(transport, test::url("https://reg.example"), having({"u", "p", ""}));
    CHECK(auth.send(get("https://reg.example/v2/"), kPull).take().status == 200);
    CHECK(authorization(transport.seen().back()) == "Bearer t1");
  }
}

TEST_CASE("a refused credential, an unknown scheme and a broken lookup are told apart") {
  FakeTransport refusing(
      [](const http::Request& request, const std::string&) -> Result<http::Response> {
        if (request.url.path == "/token") return answer(403);
        return answer(401, {{"WWW-Authenticate", kChallenge}});
      });
  Authenticator known(refusing, test::url("https://reg.example"), having({"u", "p", ""}));
  const auto refused = known.send(get("https://reg.example/v2/"), kPull);
  CHECK(refused.error().kind() == ErrorKind::unauthorized);
  CHECK(refused.error().message().find("not accepted") != std::string::npos);

  for (const char* challenge : {"Negotiate", ""}) {
    FakeTransport odd([&](const http::Request&, const std::string&) -> Result<http::Response> {
      return answer(401, {{"WWW-Authenticate", challenge}});
    });
    Authenticator auth(odd, test::url("https://reg.example"), having({"u", "p", ""}));
    CHECK(auth.send(get("https://reg.example/v2/"), kPull).error().kind() ==
          ErrorKind::unauthorized);
    CHECK(odd.seen().size() == 1);
  }

  Authenticator broken(refusing, test::url("https://reg.example"),
                       []() -> Result<std::optional<Credential>> {
                         return Error(ErrorKind::malformed, "config.json is broken");
                       });
  CHECK(broken.send(get("https://reg.example/v2/"), kPull).error().message() ==
        "config.json is broken");
}

TEST_CASE("nothing is looked up for a registry that asks for nothing, and a 403 is passed on") {
  FakeTransport transport([](const http::Request&, const std::string&) -> Result<http::Response> {
    return answer(403);
  });
  bool asked = false;
  Authenticator auth(transport, test::url("https://reg.example"),
                     [&]() -> Result<std::optional<Credential>> {
                       asked = true;
                       return std::optional<Credential>();
                     });
  CHECK(auth.send(get("https://reg.example/v2/"), kPull).take().status == 403);
  CHECK_FALSE(asked);
}
