// TracedTransport: what a request's span says, and what goes along with the request.
#include "trace/traced_transport.hpp"

#include "testing/fake_transport.hpp"
#include "trace/test_sink.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

namespace mpk::trace {
namespace {

struct Scene {
  Result<http::Response> answer =
      http::Response{.status = 200, .headers = {}, .body = {}, .url = {}};
  mpk::testing::FakeTransport inner{
      [this](const http::Request&, const std::string&) { return answer; }};
  testing::Bench bench;
  Job job = Job::make();
  TracedTransport transport{inner, job};

  static http::Request request(const char* url = "https://me:pw@reg.example:5000/v2/?token=hush",
                               const char* method = "GET") {
    http::Request out;
    out.method = method;
    out.url = Url::parse(url).take();
    out.headers = {{"Authorization", "Bearer hush"}};
    return out;
  }
};

}  // namespace

TEST_CASE("a request of a job that nobody traces is sent as it is") {
  Scene scene;
  CHECK(scene.transport.send(Scene::request()));
  CHECK(scene.inner.seen()[0].headers.list().size() == 1);
  CHECK(scene.bench.kept.spans().empty());
}

TEST_CASE("a request is a client span with its method, server and status, and no secret") {
  Scene scene;
  auto root = scene.bench.tracer.start("root", Kind::internal, {});
  scene.job.under(root);
  CHECK(scene.transport.send(Scene::request()));
  const auto span = scene.bench.kept.spans().at(0);
  CHECK(span.name == "GET");
  CHECK(span.kind == Kind::client);
  CHECK(span.parent == root.context().span_id);
  CHECK(testing::text_of(span, "http.request.method") == "GET");
  CHECK(testing::text_of(span, "server.address") == "reg.example");
  CHECK(testing::text_of(span, "server.port") == "5000");
  CHECK(testing::text_of(span, "http.response.status_code") == "200");
  CHECK(testing::text_of(span, "error.type") == "(none)");
  CHECK(span.status == Status::unset);
  const auto url = testing::text_of(span, "url.full");
  CHECK(url.starts_with("https://reg.example:5000/v2/?token="));
  for (const auto& [key, value] : span.attributes) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) continue;
    CHECK(text->find("hush") == std::string::npos);
    CHECK(text->find("pw") == std::string::npos);
  }
  CHECK(scene.inner.seen()[0].headers.get("traceparent") == traceparent(span.context));
}

TEST_CASE("what is no success is an error, by its status or its kind") {
  Scene scene;
  auto root = scene.bench.tracer.start("root", Kind::internal, {});
  scene.job.under(root);
  scene.answer->status = 404;
  CHECK(scene.transport.send(Scene::request()));
  scene.answer = Error(ErrorKind::timeout, "no answer");
  CHECK_FALSE(scene.transport.send(Scene::request()));
  scene.answer = http::Response{.status = 304, .headers = {}, .body = {}, .url = {}};
  CHECK(scene.transport.send(Scene::request()));
  scene.answer->status = 404;
  CHECK(scene.transport.send(Scene::request("http://reg.example/blob", "HEAD")));
  const auto spans = scene.bench.kept.spans();
  REQUIRE(spans.size() == 4);
  CHECK(spans[3].status == Status::unset);
  CHECK(spans[0].status == Status::error);
  CHECK(testing::text_of(spans[0], "error.type") == "404");
  CHECK(testing::text_of(spans[1], "error.type") == "timeout");
  CHECK(testing::text_of(spans[1], "http.response.status_code") == "(none)");
  CHECK(spans[2].status == Status::unset);
}

TEST_CASE("names are few, and an address of IPv6 has no brackets") {
  Scene scene;
  auto root = scene.bench.tracer.start("root", Kind::internal, {});
  scene.job.under(root);
  CHECK(scene.transport.send(Scene::request("http://[::1]/", "BREW")));
  const auto span = scene.bench.kept.spans().at(0);
  CHECK(span.name == "HTTP");
  CHECK(testing::text_of(span, "server.address") == "::1");
  CHECK(testing::text_of(span, "server.port") == "80");
}

TEST_CASE("what is not sampled is said so to the server, with the caller's tracestate") {
  Scene scene;
  SpanContext caller;
  caller.trace_id.fill(1);
  caller.span_id.fill(2);
  caller.state = std::make_shared<const std::string>("a=1");
  auto root = scene.bench.tracer.start("root", Kind::internal, caller);
  scene.job.under(root);
  CHECK(scene.transport.send(Scene::request()));
  CHECK(scene.bench.kept.spans().empty());
  const auto headers = scene.inner.seen()[0].headers;
  const auto sent = read_headers(headers);
  CHECK(sent.trace_id == caller.trace_id);
  CHECK(sent.span_id != caller.span_id);
  CHECK_FALSE(sent.sampled());
  CHECK(headers.get("tracestate") == "a=1");
}

TEST_CASE("many threads send at the same time") {
  Scene scene;
  auto root = scene.bench.tracer.start("root", Kind::internal, {});
  scene.job.under(root);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) static_cast<void>(scene.transport.send(Scene::request()));
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(scene.bench.kept.spans().size() == 200);
}

}  // namespace mpk::trace
