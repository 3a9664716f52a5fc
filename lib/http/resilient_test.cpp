// Retries, without a clock or a network.
#include "http/resilient.hpp"

#include "testing/http_bodies.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <vector>

namespace mpk::http {
namespace {

using std::chrono::milliseconds;

Attempt answer(int status, Headers headers = {}) {
  Response response;
  response.status = status;
  response.headers = std::move(headers);
  return {response};
}

Attempt failure(ErrorKind kind, bool sent = true, bool final = false) {
  return {Error(kind, "made to fail"), sent, final};
}

class Script final : public Sender {
 public:
  Script(std::vector<Attempt> attempts, int& made) : attempts_(std::move(attempts)), made_(made) {}
  Attempt send_once(const Request&) override {
    const auto index = std::min(static_cast<std::size_t>(made_), attempts_.size() - 1);
    ++made_;
    return attempts_[index];
  }

 private:
  std::vector<Attempt> attempts_;
  int& made_;
};

struct Run {
  Result<Response> send(std::vector<Attempt> attempts) {
    Patience patience{[this](milliseconds time) {
                        slept += time;
                        if (cancel_in_sleep) options.cancel.cancel();
                      },
                      [] { return 0.5; }};
    request.url = Url::parse("http://a/").value();
    return make_resilient(std::make_unique<Script>(std::move(attempts), made), options, patience)
        ->send(request);
  }
  TransportOptions options;
  Request request;
  int made = 0;
  milliseconds slept{0};
  bool cancel_in_sleep = false;
};

TEST_CASE("a passing failure is retried until it passes") {
  Run run;
  CHECK(run.send({answer(503), failure(ErrorKind::network), answer(200)}).value().status == 200);
  CHECK(run.made == 3);
  CHECK(run.slept == milliseconds{125 + 250});
}

TEST_CASE("the last outcome is returned when the attempts are used up") {
  Run status;
  status.options.attempts = 3;
  CHECK(status.send({answer(503)}).value().status == 503);
  CHECK(status.made == 3);
  Run error;
  error.options.attempts = 2;
  CHECK(error.send({failure(ErrorKind::timeout)}).error().kind() == ErrorKind::timeout);
  CHECK(error.made == 2);
}

TEST_CASE("what would come out the same is sent once") {
  Run missing;
  CHECK(missing.send({answer(404)}).value().status == 404);
  CHECK(missing.made == 1);
  Run final;
  CHECK_FALSE(final.send({failure(ErrorKind::network, true, true)}).has_value());
  CHECK(final.made == 1);
  Run wanted;
  wanted.request.no_retry = {500, 503};
  CHECK(wanted.send({answer(503)}).value().status == 503);
  CHECK(wanted.made == 1);
}

TEST_CASE("a request that is not idempotent is retried only while nothing was sent") {
  Run sent;
  sent.request.idempotent = false;
  CHECK_FALSE(sent.send({failure(ErrorKind::network), answer(200)}).has_value());
  CHECK(sent.made == 1);
  Run unsent;
  unsent.request.idempotent = false;
  CHECK(unsent.send({failure(ErrorKind::network, false), answer(200)}).has_value());
  CHECK(unsent.made == 2);
}

TEST_CASE("a body is rewound before each further attempt, and is the end if it can't be") {
  testing::PatternSource body(10);
  Run run;
  run.request.body = &body;
  CHECK(run.send({answer(503), answer(502), answer(201)}).value().status == 201);
  CHECK(body.rewinds == 2);
  body.rewindable = false;
  Run stuck;
  stuck.request.body = &body;
  CHECK(stuck.send({answer(503), answer(201)}).value().status == 503);
  CHECK(stuck.made == 1);
  CHECK(stuck.slept == milliseconds{0});
}

TEST_CASE("item 26: Retry-After is waited for, a date by the server's own clock") {
  Run seconds;
  CHECK(seconds.send({answer(429, {{"Retry-After", "2"}}), answer(200)}).has_value());
  CHECK(seconds.slept == milliseconds{2000});
  Run date;
  CHECK(date.send({answer(503, {{"Retry-After", "Fri, 20 Nov 2026 14:00:03 GMT"},
                                {"Date", "Fri, 20 Nov 2026 14:00:00 GMT"}}),
                   answer(200)})
            .has_value());
  CHECK(date.slept == milliseconds{3000});
  Run undated;
  CHECK(undated.send({answer(503, {{"Retry-After", "Fri, 20 Nov 2099 14:00:03 GMT"}}), answer(200)})
            .has_value());
  CHECK(undated.slept == milliseconds{125});
  Run endless;
  CHECK(endless.send({answer(429, {{"Retry-After", "3600"}})}).value().status == 429);
  CHECK(endless.made == 1);
}

TEST_CASE("a long wait is told to the user, a short one to the log") {
  for (const auto& [seconds, expected] :
       {std::pair("2", LogLevel::info), std::pair("3", LogLevel::warning)}) {
    CAPTURE(seconds);
    Run run;
    std::vector<std::pair<LogLevel, std::string>> lines;
    run.options.logger = Logger(LogLevel::debug, [&](LogLevel level, std::string_view text) {
      lines.emplace_back(level, text);
    });
    CHECK(run.send({answer(429, {{"Retry-After", seconds}}), answer(200)}).has_value());
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].first == expected);
    CHECK(lines[0].second ==
          "GET http://a/: status 429, trying again in " + std::string(seconds) + " s");
  }
}

TEST_CASE("a sink that has lost interest ends a wait") {
  struct Bored final : BodySink {
    Result<void> begin(int, const Headers&) override { return {}; }
    Result<void> write(BytesView) override { return {}; }
    Result<void> poll() override {
      return ++polls < 3 ? Result<void>() : Error(ErrorKind::cancelled, "enough");
    }
    int polls = 0;
  } sink;
  Run run;
  run.request.sink = &sink;
  CHECK(run.send({answer(503, {{"Retry-After", "60"}}), answer(200)}).error().message() ==
        "enough");
  CHECK(run.made == 1);
  CHECK(run.slept == milliseconds{200});
}

TEST_CASE("cancelling ends a wait, and nothing is sent afterwards") {
  Run run;
  run.cancel_in_sleep = true;
  const auto result = run.send({answer(503, {{"Retry-After", "60"}}), answer(200)});
  CHECK(result.error().kind() == ErrorKind::cancelled);
  CHECK(run.made == 1);
  CHECK(run.slept == milliseconds{100});
  Run before;
  before.options.cancel.cancel();
  CHECK(before.send({answer(200)}).error().kind() == ErrorKind::cancelled);
  CHECK(before.made == 0);
}

}  // namespace
}  // namespace mpk::http
