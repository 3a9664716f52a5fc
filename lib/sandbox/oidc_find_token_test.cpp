// Log-ins of oidc/ against the issuer, by real HTTP: every flow, and every way it can go wrong.
#include "base/url.hpp"
#include "http/server.hpp"
#include "oidc/find_token.hpp"
#include "oidc/redirect_url.hpp"
#include "sandbox/oidc_pages.hpp"
#include "sandbox/test_sandbox.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace mpk::sandbox {
namespace {

using testing::must;

/// A person whose browser does what it is told.
struct User {
  User() { env.set("BROWSER", "the-browser"); }

  oidc::TokenRequest request(oidc::Flow flow) {
    oidc::TokenRequest out;
    out.flow = flow;
    out.issuer = bench.services->issuer().url();
    out.patience = std::chrono::seconds(20);
    out.person = {.tell = [this](const std::string& line) { told.push_back(line); },
                  .ask = [this](const std::string&) -> Result<std::string> { return typed(); }};
    return out;
  }
  Result<oidc::IdentityToken> find(const oidc::TokenRequest& asked) {
    oidc::Surroundings around{.env = env,
                              .transport = *bench.transport,
                              .clock = bench.clock,
                              .random = random,
                              .logger = {},
                              .cancel = cancel};
    around.start = [this](const std::vector<std::string>& argv) -> Result<void> {
      visit(argv.back());  // at once, so that no case depends on how fast it is
      return {};
    };
    around.wait = [this](std::chrono::milliseconds time) -> Result<void> {
      waits.push_back(time.count());
      if (waits.size() == 2 && !idle) bench.send("GET", device_link());
      bench.clock.set(bench.clock.now().plus_seconds(time.count() / 1000));
      return cancel.check();
    };
    return oidc::find_token(asked, around);
  }
  Result<oidc::IdentityToken> find(oidc::Flow flow) { return find(request(flow)); }

  // As Chromium does: the page, where it is sent on to, and the icon of what it got.
  void visit(const std::string& url) {
    if (idle) return;
    const testing::Client client;
    const auto page = client.try_send("GET", url);
    if (!page) return;
    const auto at = page->url;
    static_cast<void>(client.try_send("GET", must(at.resolve("/favicon.ico")).text()));
  }
  std::string device_link() const {
    const auto& line = told.back();
    return line.substr(line.find("http"));
  }
  std::string typed() {
    const auto& line = told.back();
    const auto page = bench.send("GET", line.substr(line.find("http"))).body;
    const auto from = page.find("code-");
    return page.substr(from, page.find('<', from) - from) + "\r";
  }
  void fault(const std::string& name) {
    CHECK(bench.send("POST", bench.services->issuer().url() + "/fault?is=" + name).status == 200);
  }

  testing::Bench bench;
  MapEnv env;
  crypto::SystemRandom random;
  CancelToken cancel;
  bool idle = false;  // does nothing, and opens no page
  std::vector<std::string> told;
  std::vector<long> waits;
};

/// Something that has a port.
std::unique_ptr<http::Server> start_anything() {
  return must(
      http::Server::start(0, [](const http::ServerRequest&) { return http::ServerResponse(); }, 1));
}

bool says(const Error& error, const std::string& text) {
  return (error.text() + "\n" + error.hint()).find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("each flow ends with a token that the issuer's Fulcio takes") {
  for (const auto flow : {oidc::Flow::browser, oidc::Flow::device, oidc::Flow::out_of_band}) {
    CAPTURE(static_cast<int>(flow));
    User user;
    const auto token = user.find(flow);
    REQUIRE_MESSAGE(token, token.error().text());
    CHECK(token->identity() == Sandbox::kIdentity);
    CHECK(user.bench.services->issuer().verify(token->raw, "sigstore"));
    CHECK(user.told.front().find(user.bench.services->issuer().url()) != std::string::npos);
  }
}

TEST_CASE(
    "a browser comes back to the redirect address that was named, or the port is told taken") {
  User user;
  auto request = user.request(oidc::Flow::browser);
  std::string text;
  Result<oidc::IdentityToken> token = Error(ErrorKind::io, "nothing tried");
  // A port that was free a moment ago may be another test's by now.
  for (int attempt = 0; attempt < 10 && !token; ++attempt) {
    text = "http://127.0.0.1:" + std::to_string(start_anything()->port()) + "/auth/callback";
    request.redirect = must(oidc::parse_redirect_url(text));
    token = user.find(request);
  }
  REQUIRE_MESSAGE(token, token.error().text());
  CHECK(user.told.front().find("redirect_uri=" + percent_encode(text)) != std::string::npos);

  // Somebody else is there: nothing is sent, and nobody is asked to log in.
  user.told.clear();
  const auto taken = start_anything();
  request.redirect = must(oidc::parse_redirect_url(
      "http://localhost:" + std::to_string(taken->port()) + "/auth/callback"));
  const auto refused = user.find(request);
  REQUIRE_FALSE(refused);
  CHECK(says(refused.error(), "--oidc-redirect-url: 127.0.0.1:" + std::to_string(taken->port())));
  CHECK(says(refused.error(), "another program has the port"));
  CHECK(user.told.empty());

  // It says nothing to the other flows.
  for (const auto flow :
       {oidc::Flow::device, oidc::Flow::out_of_band, oidc::Flow::client_credentials}) {
    request.flow = flow;
    CHECK(says(user.find(request).error(), "--oidc-redirect-url is for a log-in in the browser"));
  }
  request.flow.reset();
  request.token_text = "x";
  CHECK(says(user.find(request).error(), "--oidc-redirect-url is for a log-in in the browser"));
}

TEST_CASE("a client with its secret needs nobody, with another secret gets nothing") {
  User user;
  auto request = user.request(oidc::Flow::client_credentials);
  CHECK(says(user.find(request).error(), "--oidc-client-secret-file"));
  request.client_secret = kClientSecret;
  const auto token = user.find(request);
  REQUIRE_MESSAGE(token, token.error().text());
  CHECK(token->identity() == request.issuer + "/clients/sigstore");
  request.client_id = "robot";
  CHECK(user.find(request)->audience == "robot");
  request.client_secret = "guess";
  const auto refused = user.find(request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::unauthorized);
  CHECK(says(refused.error(), "check --oidc-client-id"));
  CHECK(user.told.empty());
}

TEST_CASE("what an issuer does wrong is refused and named") {
  const struct {
    const char* fault;
    ErrorKind kind;
    const char* says;
  } rows[] = {{"deny", ErrorKind::unauthorized, "access_denied"},
              {"error_page", ErrorKind::network, "answered 500"},
              {"no_id_token", ErrorKind::malformed, "an access token and no identity token"},
              {"wrong_nonce", ErrorKind::untrusted, "nonce"},
              {"wrong_audience", ErrorKind::usage, "aud is \"another\""},
              {"wrong_issuer", ErrorKind::untrusted, "https://another.example"},
              {"expired_token", ErrorKind::usage, "expired at"},
              {"future_token", ErrorKind::usage, "timedatectl"}};
  for (const auto& row : rows) {
    CAPTURE(row.fault);
    User user;
    user.fault(row.fault);
    const auto token = user.find(oidc::Flow::browser);
    REQUIRE_FALSE(token);
    CHECK(token.error().kind() == row.kind);
    CHECK_MESSAGE(says(token.error(), row.says), token.error().text());
    CHECK_FALSE(says(token.error(), "Something went wrong"));
  }
}

TEST_CASE("a callback with a wrong state is not taken, and the end says so") {
  User user;
  user.fault("wrong_state");
  auto request = user.request(oidc::Flow::browser);
  request.patience = std::chrono::seconds(0);
  const auto token = user.find(request);
  REQUIRE_FALSE(token);
  CHECK(token.error().kind() == ErrorKind::timeout);
  CHECK(says(token.error(), "a wrong state came"));
}

TEST_CASE("a log-in that nobody answers ends by time or by Ctrl-C") {
  User user;
  user.idle = true;
  auto request = user.request(oidc::Flow::browser);
  request.patience = std::chrono::seconds(0);
  const auto late = user.find(request);
  REQUIRE_FALSE(late);
  CHECK(late.error().kind() == ErrorKind::timeout);
  CHECK(says(late.error(), "--oidc-flow device"));
  const auto device = user.find(oidc::Flow::device);
  REQUIRE_FALSE(device);
  CHECK(says(device.error(), "nobody entered the code"));
  request.patience = std::chrono::seconds(20);
  user.cancel.cancel();
  CHECK(user.find(request).error().kind() == ErrorKind::cancelled);
}

TEST_CASE("a device polls at the issuer's pace, and slower when told to") {
  User user;
  user.fault("slow_down");
  const auto token = user.find(oidc::Flow::device);
  REQUIRE_MESSAGE(token, token.error().text());
  CHECK(user.waits == std::vector<long>{1000, 6000});
  for (const auto& [fault, expected] :
       {std::pair("deny", "the log-in was refused"), std::pair("device_expired", "in time")}) {
    User other;
    other.fault(fault);
    const auto refused = other.find(oidc::Flow::device);
    REQUIRE_FALSE(refused);
    CHECK_MESSAGE(says(refused.error(), expected), refused.error().text());
  }
}

TEST_CASE("the issuer refuses a log-in without PKCE, state or a loopback to come back to") {
  const testing::Bench bench;
  const auto url = bench.services->issuer().url();
  const std::string good =
      "/auth?response_type=code&client_id=sigstore&scope=openid%20email&state=s&nonce=n"
      "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
      "&redirect_uri=urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob";
  CHECK(bench.send("GET", url + good).status == 200);
  const std::pair<const char*, const char*> rows[] = {
      {"&state=s", ""},
      {"S256", "plain"},
      {"code_challenge=E", "code_challenge="},
      {"response_type=code", "response_type=token"},
      {"openid", "profile"},
      {"client_id=sigstore", "client_id="},
      {"urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob", "http%3A%2F%2Fevil.example%3A1%2Fauth%2Fcallback"},
      {"urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob", "http%3A%2F%2Flocalhost%3A1%2Felsewhere"}};
  for (const auto& [from, to] : rows) {
    auto bad = good;
    bad.replace(bad.find(from), std::string(from).size(), to);
    CAPTURE(bad);
    CHECK(bench.send("GET", url + bad).status == 400);
  }
  const auto form = bench.send("GET", url + good + "&display=page").body;
  CHECK(form.find("submit()") != std::string::npos);
  CHECK(form.find("code-") == std::string::npos);
}

}  // namespace mpk::sandbox
