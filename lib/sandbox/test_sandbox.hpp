// A running sandbox with a clock that stands still, spoken to by real HTTP.
#pragma once

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "base/limits.hpp"
#include "crypto/hash.hpp"
#include "http/transport.hpp"
#include "json/parse.hpp"
#include "sandbox/sandbox.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <utility>

namespace mpk::sandbox::testing {

/// Fails the test case when there is an error.
template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().text());
  return result.take();
}

inline const Timestamp kNow = Timestamp::from_seconds(1'790'000'000);

struct Client {
  /// One attempt: a refusal is what the test is about.
  Client() : transport(http::make_curl_transport({.attempts = 1})) {}

  Result<http::Response> try_send(const std::string& method, const std::string& url,
                                  http::Headers headers = {}, const std::string& body = {}) const {
    http::TextSource source(body);
    http::Request request;
    request.method = method;
    request.url = must(Url::parse(url));
    request.headers = std::move(headers);
    if (method != "GET" && method != "HEAD") request.body = &source;
    return transport->send(request);
  }
  http::Response send(const std::string& method, const std::string& url, http::Headers headers = {},
                      const std::string& body = {}) const {
    return must(try_send(method, url, std::move(headers), body));
  }
  http::Response post_json(const std::string& url, const Json& body) const {
    return send("POST", url, {{"Content-Type", "application/json"}}, json::compact(body));
  }

  std::unique_ptr<http::Transport> transport;
};

struct Bench : Client {
  Bench() {
    services = must(Sandbox::start({.directory = directory.path(), .clock = &clock}));
    config = read("signing-config.json");
    root = read("trusted-root.json");
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  // First of all, so that no server has to wait for it.
  ~Bench() { transport.reset(); }

  Json read(const std::string& name) const { return must(json::parse(text(name))); }
  std::string text(const std::string& name) const {
    return must(read_file(directory.path() / name, limits::kTrustedRoot));
  }
  std::string service(const std::string& member) const {
    return config[member][0]["url"].get<std::string>();
  }
  std::string fulcio(const std::string& path) const { return service("caUrls") + path; }
  std::string rekor(const std::string& path) const { return service("rekorTlogUrls") + path; }

  TempDir directory = must(TempDir::create("mpk-sandbox-test"));
  FixedClock clock{kNow};
  std::unique_ptr<Sandbox> services;
  Json config, root;
};

inline Json body_of(const http::Response& response) { return must(json::parse(response.body)); }

}  // namespace mpk::sandbox::testing
