// What crosses an origin, and what does not.
#include "http/redirect.hpp"

#include "base/limits.hpp"
#include "testing/http_bodies.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <vector>

namespace mpk::http {
namespace {

struct Hop {
  int status;
  std::string location;
};

/// Answers from a list; remembers what it was sent.
class Script final : public Sender {
 public:
  Script(std::vector<Hop> hops, std::vector<Request>& seen) : hops_(std::move(hops)), seen_(seen) {}
  Attempt send_once(const Request& request) override {
    const Hop hop = seen_.size() < hops_.size() ? hops_[seen_.size()] : hops_.back();
    seen_.push_back(request);
    Response response;
    response.status = hop.status;
    response.url = request.url;
    if (!hop.location.empty()) response.headers.set("Location", hop.location);
    return {response};
  }

 private:
  std::vector<Hop> hops_;
  std::vector<Request>& seen_;
};

struct Run {
  explicit Run(const char* method, const char* url) {
    request.method = method;
    request.url = Url::parse(url).value();
    request.headers = {
        {"Authorization", "Bearer t"}, {"Cookie", "c"},       {"Host", "h"},
        {"Proxy-Authorization", "p"},  {"Range", "bytes=1-"}, {"traceparent", "00-1-2-01"},
        {"tracestate", "a=b"}};
  }
  Attempt send(std::vector<Hop> hops) {
    return make_redirecting(std::make_unique<Script>(std::move(hops), seen), {})
        ->send_once(request);
  }
  Request request;
  std::vector<Request> seen;
};

TEST_CASE("item 7: credentials and whose request it is stay inside their origin, others travel") {
  struct Row {
    const char* location;
    bool kept;
  };
  for (const auto& row : {Row{"/other", true}, Row{"https://reg.example:443/x", true},
                          Row{"https://s3.example/x", false}, Row{"//s3.example/x", false},
                          Row{"https://reg.example:444/x", false}}) {
    CAPTURE(row.location);
    Run run("GET", "https://reg.example/v2/");
    const auto attempt = run.send({{307, row.location}, {200, ""}});
    REQUIRE(attempt.result.has_value());
    REQUIRE(run.seen.size() == 2);
    const auto& headers = run.seen[1].headers;
    for (const auto* name :
         {"Authorization", "Cookie", "Proxy-Authorization", "traceparent", "tracestate"}) {
      CHECK(headers.get(name).has_value() == row.kept);
    }
    CHECK(headers.get("Range") == "bytes=1-");
    CHECK_FALSE(headers.get("Host").has_value());
    CHECK(attempt.result.value().url.text() == run.seen[1].url.text());
  }
}

TEST_CASE("credentials that were dropped do not come back with the origin") {
  Run run("GET", "https://reg.example/");
  CHECK(run.send({{302, "https://s3.example/"}, {302, "https://reg.example/"}, {200, ""}})
            .result.has_value());
  REQUIRE(run.seen.size() == 3);
  CHECK_FALSE(run.seen[2].headers.get("Authorization").has_value());
}

TEST_CASE("which redirects are followed depends on status, method and what the request allows") {
  using enum Redirects;
  struct Row {
    const char* method;
    int status;
    Redirects allowed;
    bool followed;
  };
  for (const auto& row : {Row{"GET", 301, reads, true},    Row{"HEAD", 302, reads, true},
                          Row{"HEAD", 303, reads, true},   Row{"GET", 308, reads, true},
                          Row{"GET", 307, all, true},      Row{"GET", 307, none, false},
                          Row{"PUT", 307, all, true},      Row{"POST", 308, all, true},
                          Row{"PUT", 307, reads, false},   Row{"POST", 308, reads, false},
                          Row{"DELETE", 307, none, false}, Row{"POST", 303, all, false},
                          Row{"PUT", 303, all, false},     Row{"DELETE", 303, reads, false},
                          Row{"PUT", 301, all, false},     Row{"POST", 302, all, false},
                          Row{"DELETE", 302, all, false},  Row{"GET", 300, all, false},
                          Row{"GET", 304, all, false},     Row{"GET", 201, all, false}}) {
    CAPTURE(row.method);
    CAPTURE(row.status);
    Run run(row.method, "http://a/");
    run.request.redirects = row.allowed;
    const auto attempt = run.send({{row.status, "/b"}, {200, ""}});
    REQUIRE(attempt.result.has_value());
    REQUIRE(run.seen.size() == (row.followed ? 2 : 1));
    CHECK(attempt.result.value().status == (row.followed ? 200 : row.status));
    CHECK(run.seen.back().method == row.method);
  }
}

TEST_CASE("a body goes to another place only where that is allowed") {
  testing::PatternSource body(10);
  Run secret("POST", "https://auth.example/token");
  secret.request.body = &body;
  CHECK(secret.send({{307, "https://evil.example/"}, {200, ""}}).result.value().status == 307);
  CHECK(secret.seen.size() == 1);
  CHECK(body.rewinds == 0);
}

TEST_CASE("a body is rewound for its next hop") {
  testing::PatternSource body(10);
  Run kept("PUT", "http://a/");
  kept.request.redirects = Redirects::all;
  kept.request.body = &body;
  CHECK(kept.send({{307, "/b"}, {201, ""}}).result.has_value());
  CHECK(body.rewinds == 1);
  CHECK(kept.seen[1].body == &body);

  body.rewindable = false;
  Run stuck("PUT", "http://a/");
  stuck.request.redirects = Redirects::all;
  stuck.request.body = &body;
  CHECK(stuck.send({{307, "/b"}, {201, ""}}).result.error().kind() == ErrorKind::unsupported);
  CHECK(stuck.seen.size() == 1);
}

TEST_CASE("item 7: https never becomes http, while http may become https") {
  Run down("GET", "https://a/?secret=1");
  const auto refused = down.send({{302, "http://a/"}, {200, ""}});
  REQUIRE_FALSE(refused.result.has_value());
  CHECK(refused.result.error().kind() == ErrorKind::network);
  CHECK(refused.result.error().text().find("secret=1") == std::string::npos);
  CHECK(refused.final);
  CHECK(down.seen.size() == 1);
  Run up("GET", "http://a/");
  CHECK(up.send({{302, "https://a/"}, {200, ""}}).result.has_value());
}

TEST_CASE("the redirects have an end") {
  std::vector<Hop> hops(limits::kRedirects, Hop{302, "/next"});
  hops.push_back({200, ""});
  Run fits("GET", "http://a/");
  CHECK(fits.send(hops).result.has_value());
  Run loop("GET", "http://a/");
  const auto attempt = loop.send({{302, "/"}});
  CHECK(attempt.result.error().kind() == ErrorKind::network);
  CHECK(attempt.final);
  CHECK(loop.seen.size() == limits::kRedirects + 1);
}

TEST_CASE("a bad Location is an error, a missing or unwanted one is the answer") {
  Run bad("GET", "http://a/");
  CHECK(bad.send({{302, "ftp://b/"}}).result.error().kind() == ErrorKind::malformed);
  Run missing("GET", "http://a/");
  CHECK(missing.send({{302, ""}}).result.value().status == 302);
  Run unwanted("GET", "http://a/");
  unwanted.request.redirects = Redirects::none;
  CHECK(unwanted.send({{302, "/b"}}).result.value().status == 302);
  CHECK(unwanted.seen.size() == 1);
}

}  // namespace
}  // namespace mpk::http
