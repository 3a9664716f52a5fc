// BoundedTransport: what is left of the time, and what comes too late.
#include "http/bounded_transport.hpp"

#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>

#include <string>

namespace mpk::http {
namespace {

using Clock = std::chrono::steady_clock;

struct Scene {
  Response answer{.status = 200, .headers = {}, .body = "bytes", .url = {}};
  unsigned seconds = 0;  // that the inner transport was given
  testing::FakeTransport inner{[this](const Request& request, const std::string&) {
    seconds = request.timeout_seconds;
    return Result<Response>(answer);
  }};
  Stats stats;
  BoundedTransport transport{inner, &stats};

  static Request request() {
    Request out;
    out.url = Url::parse("https://registry.example/v2/").take();
    return out;
  }
};

struct Kept final : BodySink {
  Result<void> begin(int, const Headers&) override { return {}; }
  Result<void> write(BytesView bytes) override {
    text += as_text(bytes);
    return {};
  }
  std::string text;
};

}  // namespace

TEST_CASE("without an end a request keeps its own limit") {
  Scene scene;
  CHECK(scene.transport.send(Scene::request()));
  CHECK(scene.seconds == 60);
  CHECK(scene.stats.requests == 1);
}

TEST_CASE("the time that is left is the request's limit, and never prolongs it") {
  Scene scene;
  scene.transport.end_by(Clock::now() + std::chrono::milliseconds(2'500));
  CHECK(scene.transport.send(Scene::request()));
  CHECK(scene.seconds == 3);
  scene.transport.end_by(Clock::now() + std::chrono::hours(1));
  CHECK(scene.transport.send(Scene::request()));
  CHECK(scene.seconds == 60);
}

TEST_CASE("after the end nothing is sent") {
  Scene scene;
  scene.transport.end_by(Clock::now());
  const auto response = scene.transport.send(Scene::request());
  REQUIRE_FALSE(response);
  CHECK(response.error().kind() == ErrorKind::timeout);
  CHECK(response.error().text().find("registry.example") != std::string::npos);
  CHECK(scene.inner.seen().empty());
}

TEST_CASE("a body for a sink arrives in time, and is cut off after the end") {
  Scene scene;
  Kept sink;
  auto request = Scene::request();
  request.sink = &sink;
  scene.transport.end_by(Clock::now() + std::chrono::minutes(1));
  CHECK(scene.transport.send(request));
  CHECK(sink.text == "bytes");

  testing::FakeTransport slow([](const Request& asked, const std::string&) -> Result<Response> {
    while (true) TRY(asked.sink->poll());  // no byte comes
  });
  BoundedTransport bounded(slow);
  bounded.end_by(Clock::now() + std::chrono::milliseconds(20));
  const auto late = bounded.send(request);
  REQUIRE_FALSE(late);
  CHECK(late.error().kind() == ErrorKind::timeout);
}

}  // namespace mpk::http
