// Exporter: what arrives, what is sent again, what is dropped, and that nobody waits.
#include "trace/exporter.hpp"

#include "json/parse.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mpk::trace {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

SpanData span(const std::string& name = "a") {
  SpanData out;
  out.context.trace_id.fill(1);
  out.context.span_id.fill(0);  // no jitter: what is sent again is sent at once
  out.name = name;
  return out;
}

std::size_t spans_in(const std::string& body) {
  return json::parse(body).take()["resourceSpans"][0]["scopeSpans"][0]["spans"].size();
}

http::Response status(int code, http::Headers headers = {}) {
  return {.status = code, .headers = std::move(headers), .body = {}, .url = {}};
}

struct Scene {
  using Answer = std::function<Result<http::Response>(int request)>;
  explicit Scene(Answer answers, const std::function<void(Options&)>& change = nullptr)
      : answer(std::move(answers)) {
    options.endpoint = Url::parse("http://collector:4318/v1/traces").take();
    options.headers.set("X-Key", "hush");
    options.delay = milliseconds(20);
    if (change) change(options);
    exporter.emplace(options, Resource{.attributes = {{"a", std::string("own")}}, .version = "1"},
                     transport, stop, Logger(LogLevel::warning, [this](LogLevel, auto text) {
                       const std::scoped_lock lock(mutex);
                       said.emplace_back(text);
                     }));
  }
  std::size_t arrived() const {
    std::size_t out = 0;
    for (const auto& each : transport.seen()) out += spans_in(each.body);
    return out;
  }
  std::vector<std::string> warnings() {
    const std::scoped_lock lock(mutex);
    return said;
  }

  Answer answer;
  std::atomic<int> requests{0};
  mpk::testing::FakeTransport transport{[this](const http::Request& request, const std::string&) {
    CHECK(request.redirects == http::Redirects::none);
    return answer(++requests);
  }};
  CancelToken stop;
  Options options;
  std::mutex mutex;
  std::vector<std::string> said;
  std::optional<Exporter> exporter;
};

Scene::Answer always(int code) {
  return [code](int) { return status(code); };
}

}  // namespace

TEST_CASE("spans arrive as JSON with the headers that were asked for") {
  Scene scene(always(200), [](Options& o) {
    o.service = "gate";
    o.resource = {{"a", std::string("given")}};
  });
  scene.exporter->take(span());
  scene.exporter->finish(milliseconds(2000));
  const auto seen = scene.transport.seen();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].method == "POST");
  CHECK(seen[0].url == "http://collector:4318/v1/traces");
  CHECK(seen[0].headers.get("X-Key") == "hush");
  CHECK(seen[0].headers.get("Content-Type") == "application/json");
  const auto body = json::parse(seen[0].body).take();
  const auto& attributes = body["resourceSpans"][0]["resource"]["attributes"];
  REQUIRE(attributes.size() == 2);
  CHECK(attributes[0]["value"]["stringValue"] == "gate");
  CHECK(attributes[1]["value"]["stringValue"] == "given");
  CHECK(scene.exporter->counts().taken == 1);
  CHECK(scene.exporter->counts().dropped == 0);
  CHECK(scene.warnings().empty());
}

TEST_CASE("without a span there is no request") {
  Scene scene(always(200));
  scene.exporter->finish(milliseconds(2000));
  CHECK(scene.transport.seen().empty());
}

TEST_CASE("batches are no larger than asked, and all of them are sent at the end") {
  Scene scene(always(200), [](Options& o) {
    o.batch = 2;
    o.delay = std::chrono::hours(1);
  });
  for (int i = 0; i < 5; ++i) scene.exporter->take(span());
  scene.exporter->finish(milliseconds(5000));
  CHECK(scene.arrived() == 5);
  for (const auto& each : scene.transport.seen()) CHECK(spans_in(each.body) <= 2);
}

TEST_CASE("a batch that is not full goes after the delay") {
  Scene scene(always(200));
  scene.exporter->take(span());
  for (int i = 0; i < 500 && scene.requests == 0; ++i)
    std::this_thread::sleep_for(milliseconds(10));
  CHECK(scene.requests == 1);
}

TEST_CASE("which answers are worth another try") {
  struct Row {
    int status;
    int requests;
  };
  for (const auto& row : {Row{429, 2}, Row{502, 2}, Row{503, 2}, Row{504, 2}, Row{500, 1},
                          Row{408, 1}, Row{400, 1}, Row{302, 1}, Row{404, 1}}) {
    CAPTURE(row.status);
    Scene scene([&](int request) { return status(request == 1 ? row.status : 200); });
    scene.exporter->take(span());
    scene.exporter->finish(milliseconds(5000));
    CHECK(scene.requests == row.requests);
    CHECK(scene.exporter->counts().dropped == (row.requests == 2 ? 0 : 1));
    CHECK(scene.warnings().size() == (row.requests == 2 ? 0 : 1));
  }
}

TEST_CASE("tries have an end") {
  Scene scene(always(503));
  scene.exporter->take(span());
  scene.exporter->finish(milliseconds(5000));
  CHECK(scene.requests == 5);
  CHECK(scene.exporter->counts().dropped == 1);
}

TEST_CASE("a server that wants more time than there is at the end is not waited for") {
  Scene scene([](int) { return status(503, {{"Retry-After", "60"}}); });
  const auto begun = Clock::now();
  scene.exporter->take(span());
  scene.exporter->finish(milliseconds(2000));
  CHECK(Clock::now() - begun < milliseconds(1900));
  CHECK(scene.requests == 1);
  CHECK(scene.exporter->counts().dropped == 1);
}

TEST_CASE("a server that is down is asked once at the end, and told of once") {
  Scene scene([](int) { return Error(ErrorKind::network, "refused\x1b"); },
              [](Options& o) { o.batch = 1; });
  for (int i = 0; i < 3; ++i) scene.exporter->take(span());
  scene.exporter->finish(milliseconds(2000));
  CHECK(scene.exporter->counts().dropped == 3);
  REQUIRE(scene.warnings().size() == 1);
  CHECK(scene.warnings()[0].find("http://collector:4318/v1/traces: refused\\x1b") !=
        std::string::npos);
}

TEST_CASE("trouble is told of again after something arrived") {
  Scene scene(
      [](int request) -> Result<http::Response> { return status(request == 2 ? 200 : 400); });
  for (int i = 1; i <= 3; ++i) {
    scene.exporter->take(span());
    for (int wait = 0; wait < 500 && scene.requests < i; ++wait)
      std::this_thread::sleep_for(milliseconds(10));
  }
  scene.exporter->finish(milliseconds(2000));
  CHECK(scene.warnings().size() == 2);
}

TEST_CASE("a server that never answers is left at the end of the time") {
  CancelToken stop;
  Scene scene([&](int) -> Result<http::Response> {
    while (!stop.cancelled()) std::this_thread::sleep_for(milliseconds(5));
    return Error(ErrorKind::cancelled, "cancelled");
  });
  stop = scene.stop;
  scene.exporter->take(span());
  const auto begun = Clock::now();
  scene.exporter->finish(milliseconds(100));
  CHECK(Clock::now() - begun >= milliseconds(100));
  CHECK(scene.exporter->counts().dropped == 1);
  CHECK(scene.warnings().size() == 1);
  scene.exporter->take(span());
  CHECK(scene.exporter->counts().dropped == 2);
}

TEST_CASE("a full queue drops what comes, at once") {
  std::mutex held;
  std::unique_lock hold(held);
  Scene scene(
      [&](int) {
        const std::scoped_lock wait(held);
        return status(200);
      },
      [](Options& o) { o.queue = o.batch = 2; });
  for (int i = 0; i < 2; ++i) scene.exporter->take(span());
  for (int i = 0; i < 500 && scene.requests == 0; ++i)
    std::this_thread::sleep_for(milliseconds(10));
  for (int i = 0; i < 5; ++i) scene.exporter->take(span());
  CHECK(scene.exporter->counts().dropped == 3);
  CHECK(scene.warnings().size() == 1);
  hold.unlock();
  scene.exporter->finish(milliseconds(5000));
  CHECK(scene.arrived() == 4);
}

TEST_CASE("what a collector rejects is counted and said") {
  Scene scene([](int) {
    auto out = status(200);
    out.body = R"({"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}})";
    return out;
  });
  scene.exporter->take(span());
  scene.exporter->finish(milliseconds(2000));
  CHECK(scene.exporter->counts().dropped == 1);
  REQUIRE(scene.warnings().size() == 1);
  CHECK(scene.warnings()[0].find("rejected 1 spans: too old") != std::string::npos);
}

TEST_CASE("one that goes without an end waits for nobody and says nothing") {
  CancelToken stop;
  {
    Scene scene([&](int) -> Result<http::Response> {
      while (!stop.cancelled()) std::this_thread::sleep_for(milliseconds(5));
      return Error(ErrorKind::cancelled, "cancelled");
    });
    stop = scene.stop;
    scene.exporter->take(span());
    for (int i = 0; i < 500 && scene.requests == 0; ++i)
      std::this_thread::sleep_for(milliseconds(10));
    scene.exporter.reset();
    CHECK(scene.warnings().empty());
  }
}

TEST_CASE("many threads end spans at the same time") {
  Scene scene(always(200), [](Options& o) { o.batch = 16; });
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) scene.exporter->take(span());
    });
  }
  for (auto& thread : threads) thread.join();
  scene.exporter->finish(milliseconds(10'000));
  CHECK(scene.arrived() + scene.exporter->counts().dropped == 400);
  CHECK(scene.exporter->counts().dropped == 0);
}

}  // namespace mpk::trace
