// Tests of the signing services' clients: who may be sent elsewhere, and what a refusal is called.
#include "sigstore/services.hpp"

#include "crypto/hash.hpp"
#include "crypto/key.hpp"
#include "sigstore/service_error.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::sigstore;

namespace {

// Points every request to another host and notes what it was allowed to do about it.
struct Mover {
  std::vector<http::Redirects> allowed;
  testing::FakeTransport transport{
      [this](const http::Request& request, const std::string&) -> Result<http::Response> {
        allowed.push_back(request.redirects);
        http::Response response;
        response.status = 307;
        response.headers.set("Location", "https://evil.example/");
        return response;
      }};
};

}  // namespace

TEST_CASE("a request with a token in it stays with its host; what becomes public may be sent on") {
  Mover mover;
  auto key = crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256).take();
  oidc::IdentityToken token;
  token.raw = "a.b.c";
  const auto refused = request_certificate(mover.transport, "https://fulcio.example", token, key);
  CHECK(refused.error().kind() == ErrorKind::network);
  CHECK(refused.error().hint().find("signing config") != std::string::npos);

  MapEnv env;
  env.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "secret");
  env.set("ACTIONS_ID_TOKEN_REQUEST_URL", "https://actions.example/?a=b");
  CHECK(oidc::find_token(std::nullopt, "", env, mover.transport, Timestamp::from_seconds(1))
            .error()
            .kind() == ErrorKind::network);

  const Bytes bytes(32, 1);
  const LogRequest entry{.digest = crypto::sha256("x"),
                         .signature = bytes,
                         .key = key.public_key(),
                         .certificate = {}};
  for (const unsigned version : {1U, 2U}) {
    const Service log{.url = "https://rekor.example",
                      .major_api_version = version,
                      .valid_for = {},
                      .operator_name = {}};
    CHECK_FALSE(log_signature(mover.transport, log, entry));
  }
  CHECK_FALSE(request_timestamp(mover.transport, "https://tsa.example/", bytes, bytes));
  using enum http::Redirects;
  CHECK(mover.allowed == std::vector{none, none, all, all, all});
}

TEST_CASE("a service that limits requests is told to be waited for, with one certificate for all") {
  http::Response response;
  response.status = 429;
  const auto error = service_error("Fulcio", response);
  CHECK(error.kind() == ErrorKind::network);
  CHECK(error.hint().find("wait and run the command again") != std::string::npos);
  CHECK(error.hint().find("share one certificate") != std::string::npos);
}

TEST_CASE("the refusal of a service has the kind of its status, and a hint") {
  const struct {
    int status;
    ErrorKind kind;
  } rows[] = {{400, ErrorKind::denied},  {401, ErrorKind::unauthorized}, {404, ErrorKind::network},
              {307, ErrorKind::network}, {303, ErrorKind::network},      {503, ErrorKind::network}};
  for (const auto& row : rows) {
    CAPTURE(row.status);
    http::Response response;
    response.status = row.status;
    response.body = R"({"code":3,"message":"no\u001b"})";
    const auto error = service_error("Fulcio", response);
    CHECK(error.kind() == row.kind);
    CHECK(error.text() == "Fulcio answered " + std::to_string(row.status) + ": no\\x1b");
    CHECK_FALSE(error.hint().empty());
  }
}
