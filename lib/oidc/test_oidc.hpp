// Tokens and surroundings for tests: no network, no machine, a clock that stands still.
#pragma once

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "json/value.hpp"
#include "oidc/request.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <utility>

namespace mpk::oidc::test {

inline constexpr Timestamp kNow = Timestamp::from_seconds(1'790'000'000);

inline std::string jwt(const Json& claims, const std::string& header = R"({"alg":"ES256"})") {
  return base64url_encode(as_bytes(header)) + "." +
         base64url_encode(as_bytes(json::compact(claims))) + "." +
         base64url_encode(as_bytes("sig"));
}

inline Json claims() {
  return {{"iss", "https://issuer.example"}, {"sub", "s"},        {"email", "ci@example.com"},
          {"email_verified", true},          {"aud", "sigstore"}, {"exp", kNow.seconds() + 600}};
}

inline Json changed(const char* name, Json value) {
  auto out = claims();
  out[name] = std::move(value);
  return out;
}

inline http::Response answer(int status, std::string body, http::Headers headers = {}) {
  return http::Response{
      .status = status, .headers = std::move(headers), .body = std::move(body), .url = {}};
}

/// Nothing answers unless a test says so.
struct World {
  using Answer = mpk::testing::FakeTransport::Answer;
  explicit World(Answer answers = {})
      : transport(answers ? std::move(answers)
                          : [](const http::Request&, const std::string&) -> Result<http::Response> {
          return Error(ErrorKind::network, "no network in this test");
        }) {}

  Surroundings around() {
    Surroundings out{.env = env,
                     .transport = transport,
                     .clock = clock,
                     .random = random,
                     .logger = {},
                     .cancel = {},
                     .root = root.path()};
    out.run = [](const ProcessOptions&) -> Result<ProcessOutcome> {
      return Error(ErrorKind::not_found, "no programs in this test");
    };
    out.call_grpc = [](const http::GrpcCall&, const CancelToken&) -> Result<http::GrpcReply> {
      return Error(ErrorKind::network, "no sockets in this test");
    };
    out.start = [](const std::vector<std::string>&) -> Result<void> {
      return Error(ErrorKind::not_found, "no browser in this test");
    };
    out.wait = [this](std::chrono::milliseconds time) -> Result<void> {
      clock.set(
          clock.now().plus_seconds(std::chrono::duration_cast<std::chrono::seconds>(time).count()));
      return {};
    };
    return out;
  }
  void file(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root.path() / path).parent_path());
    REQUIRE(write_file_atomic(root.path() / path, text));
  }

  MapEnv env;
  FixedClock clock{kNow};
  crypto::SystemRandom random;
  TempDir root = TempDir::create("mpk-oidc-test").take();
  mpk::testing::FakeTransport transport;
};

inline bool says(const Error& error, const std::string& text) {
  return (error.text() + "\n" + error.hint()).find(text) != std::string::npos;
}

}  // namespace mpk::oidc::test
