// Log-ins: issuers read, callbacks judged, answers of the token endpoint; all without a network.
#include "base/url.hpp"
#include "oidc/callback.hpp"
#include "oidc/discovery.hpp"
#include "oidc/logins.hpp"
#include "oidc/open_browser.hpp"
#include "oidc/pkce.hpp"
#include "oidc/redirect_url.hpp"
#include "oidc/test_oidc.hpp"
#include "oidc/token_endpoint.hpp"

using namespace mpk;
using namespace mpk::oidc;
using namespace mpk::oidc::test;

namespace {

const std::string kIssuer = "https://issuer.example";
constexpr const char* kPath = "/auth/callback";

Json document() {
  return {{"issuer", kIssuer},
          {"authorization_endpoint", kIssuer + "/auth"},
          {"token_endpoint", kIssuer + "/token"},
          {"device_authorization_endpoint", kIssuer + "/device"}};
}

Result<Issuer> discovered(int status, const std::string& body) {
  World world([&](const http::Request&, const std::string&) -> Result<http::Response> {
    return answer(status, body);
  });
  return discover(world.transport, kIssuer);
}

http::ServerRequest get(const std::string& path, const std::string& query) {
  http::ServerRequest request;
  request.method = "GET";
  request.path = path;
  request.query = query;
  return request;
}

Json with(const char* name, Json value) {
  auto out = document();
  out[name] = std::move(value);
  return out;
}

}  // namespace

TEST_CASE("an issuer's document is taken when it is that issuer's and leads to TLS only") {
  const auto good = discovered(200, json::compact(document()));
  REQUIRE(good);
  CHECK(good->token == kIssuer + "/token");
  CHECK(good->secret_in_header);
  CHECK_FALSE(discovered(200, json::compact(with("token_endpoint_auth_methods_supported",
                                                 {"client_secret_post"})))
                  ->secret_in_header);
  const struct {
    int status;
    std::string body;
    const char* says;
  } rows[] = {
      {404, "<html>", "/.well-known/openid-configuration"},
      {200, "<html>", "OIDC issuer https://issuer.example"},
      {200, json::compact(with("issuer", "https://other.example")), "another issuer's"},
      {200, json::compact(with("token_endpoint", "http://issuer.example/token")), "not https"},
      {200, json::compact(with("authorization_endpoint", "http://issuer.example/a")), "not https"},
      {200, json::compact(with("device_authorization_endpoint", "http://i.example/")), "not https"},
      {200, json::compact(with("token_endpoint", nullptr)), "token_endpoint"}};
  for (const auto& row : rows) {
    CAPTURE(row.says);
    const auto issuer = discovered(row.status, row.body);
    REQUIRE_FALSE(issuer);
    CHECK_MESSAGE(says(issuer.error(), row.says), issuer.error().text());
  }
}

TEST_CASE("a challenge is the verifier's hash, and secrets differ from log-in to log-in") {
  // RFC 7636, appendix B.
  CHECK(pkce_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") ==
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  crypto::SystemRandom random;
  const auto one = make_login_secrets(random);
  const auto two = make_login_secrets(random);
  CHECK(one.verifier.size() == 43);
  CHECK(one.challenge == pkce_challenge(one.verifier));
  CHECK(one.state != two.state);
  CHECK(one.nonce != two.nonce);
  CHECK(one.state != one.nonce);
}

TEST_CASE("the first callback with the right state decides, nothing else does") {
  Callback callback(kPath, "right", kIssuer, false);
  CHECK(callback.handle(get("/favicon.ico", "")).status == 404);
  CHECK(callback.handle(get("/", "code=c&state=right")).status == 404);
  CHECK(callback.handle(get(kPath, "code=c&state=wrong")).status == 400);
  CHECK(callback.handle(get(kPath, "code=c")).status == 400);
  auto post = get(kPath, "code=c&state=right");
  post.method = "POST";
  CHECK(callback.handle(post).status == 405);
  CHECK_FALSE(callback.wait_for(std::chrono::milliseconds(0)));
  CHECK(callback.strangers() == 2);

  const auto page = callback.handle(get(kPath, "code=the%2Bcode&state=right"));
  CHECK(page.status == 200);
  CHECK(page.body.find("the+code") == std::string::npos);
  CHECK(callback.handle(get(kPath, "code=other&state=right")).status == 400);
  const auto outcome = callback.wait_for(std::chrono::milliseconds(0));
  REQUIRE(outcome);
  CHECK(**outcome == "the+code");
}

TEST_CASE("a callback can also end a log-in without a code") {
  const struct {
    const char* query;
    bool must_name_issuer;
    ErrorKind kind;
    const char* says;
  } rows[] = {
      {"state=s&error=access_denied&error_description=no%20way", false, ErrorKind::unauthorized,
       "access_denied: no way"},
      {"state=s&error=access_denied", false, ErrorKind::unauthorized, "allow it in the browser"},
      {"state=s&error=server_error", false, ErrorKind::unauthorized, "--oidc-flow device"},
      {"state=s", false, ErrorKind::malformed, "without a code"},
      {"state=s&code=c&iss=https%3A%2F%2Fevil.example", false, ErrorKind::untrusted,
       "another "
       "issuer"},
      {"state=s&code=c", true, ErrorKind::untrusted, "does not name its issuer"}};
  for (const auto& row : rows) {
    CAPTURE(row.query);
    Callback callback(kPath, "s", kIssuer, row.must_name_issuer);
    CHECK(callback.handle(get(kPath, row.query)).status == 400);
    const auto outcome = callback.wait_for(std::chrono::milliseconds(0));
    REQUIRE(outcome);
    REQUIRE_FALSE(*outcome);
    CHECK(outcome->error().kind() == row.kind);
    CHECK_MESSAGE(says(outcome->error(), row.says), outcome->error().text());
  }
  Callback named(kPath, "s", kIssuer, true);
  CHECK(named.handle(get(kPath, "state=s&code=c&iss=" + percent_encode(kIssuer))).status == 200);
}

TEST_CASE("the token endpoint's answer is an identity token or a reason with a hint") {
  CHECK(*id_token_of(answer(200, R"({"id_token":"a.b.c"})")) == "a.b.c");
  const struct {
    int status;
    ErrorKind kind;
    const char* body;
    const char* says;
  } rows[] = {
      {400, ErrorKind::denied, R"({"error":"invalid_grant","error_description":"used"})",
       "invalid_grant: used"},
      {400, ErrorKind::denied, R"({"error":"invalid_grant"})", "log in again"},
      {401, ErrorKind::unauthorized, R"({"error":"invalid_client"})", "--oidc-client-secret-file"},
      {400, ErrorKind::denied, R"({"error":"unsupported_grant_type"})", "another --oidc-flow"},
      {400, ErrorKind::timeout, R"({"error":"expired_token"})", "in time"},
      {200, ErrorKind::unauthorized, R"({"error":"access_denied"})", "refused"},
      {500, ErrorKind::network, "<html>secret page</html>", "answered 500"},
      {200, ErrorKind::malformed, "<html>secret page</html>", "token endpoint"},
      {200, ErrorKind::malformed, R"({"access_token":"x"})", "an access token and no identity"},
      {200, ErrorKind::malformed, "{}", "scope openid"}};
  for (const auto& row : rows) {
    CAPTURE(row.body);
    const auto token = id_token_of(answer(row.status, row.body));
    REQUIRE_FALSE(token);
    CHECK(token.error().kind() == row.kind);
    CHECK_MESSAGE(says(token.error(), row.says), token.error().text());
    CHECK_FALSE(says(token.error(), "secret page"));
  }
}

TEST_CASE("a secret goes where the issuer wants it, a name into the form") {
  World world([](const http::Request&, const std::string&) -> Result<http::Response> {
    return answer(200, "{}");
  });
  Issuer issuer{.url = kIssuer, .authorization = {}, .token = kIssuer + "/token", .device = {}};
  const auto post = [&](const Client& client) {
    REQUIRE(post_form(world.transport, "t", issuer.token, issuer, client, {{"a", "b c"}}));
    return world.transport.seen().back();
  };
  CHECK(post({.id = "sigstore", .secret = {}}).body == "a=b+c&client_id=sigstore");
  const auto basic = post({.id = "i:d", .secret = "p w"});
  CHECK(basic.headers.get("authorization").value() ==
        "Basic " + base64_encode(as_bytes("i%3Ad:p%20w")));
  CHECK(basic.body == "a=b+c");
  issuer.secret_in_header = false;
  const auto in_form = post({.id = "i", .secret = "s"});
  CHECK(in_form.body == "a=b+c&client_id=i&client_secret=s");
  CHECK_FALSE(in_form.headers.get("authorization"));
}

TEST_CASE("$BROWSER's commands are tried in turn, %s or not") {
  World world;
  CHECK_FALSE(has_browser(world.env));
  world.env.set("BROWSER", "missing: firefox --new %s:later");
  CHECK(has_browser(world.env));
  auto around = world.around();
  std::vector<std::vector<std::string>> tried;
  around.start = [&](const std::vector<std::string>& argv) -> Result<void> {
    tried.push_back(argv);
    if (argv[0] == "missing") return Error(ErrorKind::not_found, "missing: no such program");
    return {};
  };
  REQUIRE(open_browser(around, "https://a/"));
  CHECK(tried == std::vector<std::vector<std::string>>{{"missing", "https://a/"},
                                                       {"firefox", "--new", "https://a/"}});
  CHECK(says(open_browser(world.around(), "https://a/").error(), "--oidc-flow device"));
}

TEST_CASE("a redirect address is one of loopback, and goes to the issuer letter by letter") {
  CHECK(RedirectUrl().text(4711) == "http://localhost:4711/auth/callback");
  const struct {
    std::string text;
    const char *path, *sent;  // with port 4711 bound
    std::uint16_t port;
  } good[] = {
      {"http://localhost:0/auth/callback", "/auth/callback", "http://localhost:4711/auth/callback",
       0},
      {"http://127.0.0.1:4711/cb", "/cb", "http://127.0.0.1:4711/cb", 4711},
      {"http://LOCALHOST:4711", "/", "http://LOCALHOST:4711", 4711},
      {"http://localhost:4711/", "/", "http://localhost:4711/", 4711},
  };
  for (const auto& row : good) {
    CAPTURE(row.text);
    const auto address = parse_redirect_url(row.text);
    REQUIRE_MESSAGE(address, address.error().text());
    CHECK(address->port == row.port);
    CHECK(address->path() == row.path);
    CHECK(address->text(4711) == row.sent);
  }
  for (const std::string text :
       {"", "localhost:4711", "http://localhost:0x/", "http://localhost:00/",
        "https://localhost:4711/", "http://evil.example:4711/",
        "http://localhost.evil.example:4711/", "http://127.0.0.2:4711/", "http://[::1]:4711/",
        "http://0.0.0.0:4711/", "http://localhost/auth/callback", "http://localhost:99999/",
        "http://u:p@localhost:4711/", "http://localhost:4711/?a=b", "http://localhost:4711/#f",
        "http://localhost:4711/%2e", "ftp://localhost:4711/"}) {
    CAPTURE(text);
    const auto refused = parse_redirect_url(text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::usage);
    CHECK(says(refused.error(), "http://localhost:PORT/PATH"));
  }
}
