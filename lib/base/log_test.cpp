// Log: levels, whole lines from many threads, and what never reaches the sink.
#include "base/log.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <thread>
#include <vector>

using namespace mpk;

TEST_CASE("a logger passes its level and what is more severe, a default one nothing") {
  std::vector<std::string> lines;
  const auto sink = [&](LogLevel, std::string_view text) { lines.emplace_back(text); };
  const Logger quiet(LogLevel::warning, sink), loud(LogLevel::debug, sink);
  quiet.warning("a");
  quiet.info("b");
  quiet.debug("c");
  loud.info("d");
  loud.debug("e");
  Logger().warning("f");
  CHECK(lines == std::vector<std::string>{"a", "d", "e"});
  CHECK(quiet.enabled(LogLevel::error));
  CHECK_FALSE(quiet.enabled(LogLevel::info));
  CHECK_FALSE(Logger().enabled(LogLevel::error));
}

TEST_CASE("the sink learns the level and gets the redacted text") {
  const Logger logger(LogLevel::info, [](LogLevel level, std::string_view text) {
    CHECK(level == LogLevel::info);
    CHECK(text == "GET https://***@a/?token=***");
  });
  logger.info("GET https://me:pw@a/?token=abc");
}

TEST_CASE("the sink is called by one thread at a time") {
  int inside = 0, lines = 0, overlaps = 0;
  const Logger logger(LogLevel::info, [&](LogLevel, std::string_view) {
    if (++inside != 1) ++overlaps;
    ++lines;
    --inside;
  });
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([copy = logger] {
      for (int i = 0; i < 200; ++i) copy.info("line");
    });
  }
  threads.clear();
  CHECK(lines == 800);
  CHECK(overlaps == 0);
}

TEST_CASE("secrets become stars") {
  struct Row {
    std::string_view in, out;
  };
  for (const auto& [in, out] : {
           Row{"Authorization: Bearer abc.def-ghi", "Authorization: ***"},
           Row{"> authorization: Basic dXNlcjpwdw==\r\n> accept: */*",
               "> authorization: ***\r\n> accept: */*"},
           Row{"Proxy-Authorization: Negotiate abc", "Proxy-Authorization: ***"},
           Row{"Set-Cookie: a=\"b\"; Path=/", "Set-Cookie: ***"},
           Row{"x-amz-security-token: abc", "x-amz-security-token: ***"},
           Row{"PRIVATE-TOKEN: abc", "PRIVATE-TOKEN: ***"},
           Row{"sent Bearer secret to it", "sent Bearer *** to it"},
           Row{"sent bearer Zm9v+/9= to it", "sent bearer *** to it"},
           Row{"sent Basic dXNlcjpwdw==", "sent Basic ***"},
           Row{"id eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln ok", "id *** ok"},
           Row{"cut eyJhbGciOiJFUzI1NiJ9.eyJz", "cut ***"},
           Row{"https://user:p@ss@host/x", "https://***@host/x"},
           Row{"https://token@host/x?a=b", "https://***@host/x?a=b"},
           Row{"/b?X-Amz-Signature=ab&X-Amz-Credential=cd%2F1&n=1",
               "/b?X-Amz-Signature=***&X-Amz-Credential=***&n=1"},
           Row{"/b?sv=2020&sig=a%2Bb%3D", "/b?sv=2020&sig=***"},
           Row{"/cb?code=4/abc&state=x", "/cb?code=***&state=x"},
           Row{"grant_type=password&password=pw&refresh_token=rt",
               "grant_type=password&password=***&refresh_token=***"},
           Row{"--identity-token=abc --key=file", "--identity-token=*** --key=file"},
           Row{"password=\"a b\" next", "password=*** next"},
           Row{R"({"access_token": "a\"b", "expires_in": 300})",
               R"({"access_token": "***", "expires_in": 300})"},
           Row{R"({"auths":{"ghcr.io":{"auth":"dTpw"}}})",
               R"({"auths":{"ghcr.io":{"auth":"***"}}})"},
           Row{R"({"identitytoken":"x","Secret":"y"})",
               R"({"identitytoken":"***","Secret":"***"})"},
           Row{"pkcs11:token=a;object=k?pin-value=1234", "pkcs11:token=***;object=k?pin-value=***"},
           Row{"password: hunter2", "password: ***"},
           Row{"key -----BEGIN PRIVATE KEY-----\nMC4C\nAQ==\n-----END PRIVATE KEY----- end",
               "key -----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY----- end"},
           Row{"cut -----BEGIN EC PRIVATE KEY-----\nMC4C", "cut -----BEGIN EC PRIVATE KEY-----***"},
           Row{"ghp_0123456789abcdefABCD and hf_abcdefghijklmnopqrst", "ghp_*** and hf_***"},
           Row{"ACCESS_TOKEN=a PASSWORD: b \"API-KEY\": \"c\"",
               "ACCESS_TOKEN=*** PASSWORD: *** \"API-KEY\": \"***\""},
           Row{"to\u212Aen=abc", "to\u212Aen=***"},
           Row{"token=a\xff"
               "b&n=1",
               "token=***&n=1"},
       }) {
    CAPTURE(in);
    CHECK(redact(in) == out);
  }
}

TEST_CASE("what only looks like a secret stays readable") {
  for (const std::string_view text : {
           "",
           "layer sha256:8ed4c0b15b43 pushed",
           R"(WWW-Authenticate: Bearer realm="https://auth.a/token",service="a",scope="x:pull")",
           "the registry wants basic authentication",
           "a bearer token is missing",
           "signature: the certificate has expired",
           "token: expected three parts",
           "https://host:5000/v2/a/manifests/sha256:00?n=100&last=x",
           "mailto me@example.com",
           "the secret is out",
           "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
           "exit code=3",
           "eyJub3QgYSB0b2tlbiJ9",
           "https://host/a@b",
       }) {
    CAPTURE(text);
    CHECK(redact(text) == text);
  }
}
