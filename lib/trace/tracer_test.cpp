// Spans: what they know when they end, and who ends up with them.
#include "trace/tracer.hpp"

#include "trace/test_sink.hpp"

#include <doctest/doctest.h>

#include <thread>

namespace mpk::trace {
namespace {

using testing::Bench;

SpanContext caller(std::uint8_t flags) {
  SpanContext out;
  out.trace_id.fill(7);
  out.span_id.fill(9);
  out.flags = flags;
  out.remote = true;
  return out;
}

/// All bytes are zero.
struct NoRandom final : crypto::Random {
  Bytes bytes(std::size_t count) override { return Bytes(count, 0); }
};

}  // namespace

TEST_CASE("a default span takes everything and is nothing") {
  Span span;
  span.text("a", "b");
  span.fail("c");
  span.link(caller(1));
  span.event("d");
  CHECK_FALSE(span.recording());
  CHECK_FALSE(span.context().valid());
  CHECK(span.tracer() == nullptr);
  CHECK_FALSE(span.child("e").context().valid());
}

TEST_CASE("a first span begins a trace, a child goes on with it") {
  Bench bench;
  auto first = bench.tracer.start("first", Kind::server, {});
  auto second = first.child("second");
  const auto id = first.context().span_id;
  CHECK(first.context().sampled());
  CHECK((first.context().flags & kRandom) != 0);
  second.end();
  first.end();
  const auto spans = bench.kept.spans();
  REQUIRE(spans.size() == 2);
  CHECK(spans[0].name == "second");
  CHECK(spans[0].parent == id);
  CHECK(spans[0].context.trace_id == spans[1].context.trace_id);
  CHECK(spans[0].kind == Kind::internal);
  CHECK(spans[1].parent == SpanId{});
  CHECK(spans[1].kind == Kind::server);
  CHECK_FALSE(spans[0].parent_remote);
}

TEST_CASE("ids are never zero") {
  Bench bench;
  NoRandom zeros;
  const Tracer tracer(bench.clock, zeros, {}, bench.kept);
  CHECK(tracer.start("a", Kind::internal, {}).context().valid());
}

TEST_CASE("times are the clock's at the start, and go on steadily over a second's end") {
  Bench bench;
  auto span = bench.tracer.start("a", Kind::internal, {});
  bench.clock.set(Timestamp::from_seconds(1));  // the clock is set back
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  span.end();
  const auto kept = bench.kept.spans().front();
  CHECK(kept.start == Timestamp::from_parts(1'700'000'000, 999'999'999));
  CHECK(kept.end.seconds() == 1'700'000'001);
  CHECK(kept.end.nanoseconds() >= 1'999'999);
}

TEST_CASE("a span ends once, where it is destroyed or replaced; one that is dropped never does") {
  Bench bench;
  {
    auto a = bench.tracer.start("a", Kind::internal, {});
    a = bench.tracer.start("b", Kind::internal, {});
    CHECK(bench.kept.spans().size() == 1);
    auto c = std::move(a);
    c.end();
    c.end();
    bench.tracer.start("d", Kind::internal, {}).drop();
  }
  CHECK(bench.kept.spans().size() == 2);
}

TEST_CASE("who decides what is recorded") {
  struct Row {
    Sampler sampler;
    int parent;  // flags; -1: none
    bool recorded;
  };
  for (const auto& row :
       {Row{{1, true}, -1, true}, Row{{0, true}, -1, false}, Row{{1, true}, 1, true},
        Row{{1, true}, 0, false}, Row{{0, true}, 1, true}, Row{{0, false}, 1, false},
        Row{{1, false}, 0, true}}) {
    Bench bench(row.sampler);
    const auto parent =
        row.parent < 0 ? SpanContext{} : caller(static_cast<std::uint8_t>(row.parent));
    auto span = bench.tracer.start("a", Kind::internal, parent);
    CHECK(span.recording() == row.recorded);
    CHECK(span.context().sampled() == row.recorded);
    CHECK(span.child("b").recording() ==
          (row.sampler.parent_based || row.sampler.ratio > 0 ? row.recorded : false));
    // It is passed on in either case.
    if (parent.valid()) CHECK(span.context().trace_id == parent.trace_id);
    CHECK(span.context().span_id != parent.span_id);
    span.end();
    CHECK(bench.kept.find("a").has_value() == row.recorded);
  }
}

TEST_CASE("a ratio takes the traces whose ids are below it") {
  struct Row {
    std::uint8_t byte;  // the ninth of the trace id
    bool recorded;
  };
  for (const auto& row : {Row{0x00, true}, Row{0x3f, true}, Row{0x40, false}, Row{0xff, false}}) {
    Bench bench({.ratio = 0.25, .parent_based = false});
    auto parent = caller(0);
    parent.trace_id[8] = row.byte;
    CHECK(bench.tracer.start("a", Kind::internal, parent).recording() == row.recorded);
  }
}

TEST_CASE("errors: status, type, and an event without secrets") {
  Bench bench;
  auto span = bench.tracer.start("a", Kind::internal, {});
  span.fail(Error(ErrorKind::network, "Authorization: Bearer abcdefgh\ngone\x1b"));
  span.end();
  const auto kept = bench.kept.spans().front();
  CHECK(kept.status == Status::error);
  CHECK(testing::text_of(kept, "error.type") == "network");
  CHECK(kept.message.find("abcdefgh") == std::string::npos);
  CHECK(kept.message.find('\x1b') == std::string::npos);
  REQUIRE(kept.events.size() == 1);
  CHECK(kept.events[0].name == "exception");
  CHECK(kept.events[0].attributes.size() == 2);
}

TEST_CASE("there is an end to attributes, events, links and lengths, and what is over is counted") {
  Bench bench;
  auto span = bench.tracer.start("a", Kind::internal, {});
  for (std::size_t i = 0; i < kAttributes + 2; ++i) {
    span.number("k" + std::to_string(i), 1);
    span.event("e");
    span.link(caller(1));
  }
  span.link({});  // none at all
  span.end();
  const auto kept = bench.kept.spans().front();
  CHECK(kept.attributes.size() == kAttributes);
  CHECK(kept.attributes_dropped == 2);
  CHECK(kept.events_dropped == 2);
  CHECK(kept.links_dropped == 2);
  auto other = bench.tracer.start("b", Kind::internal, {});
  other.text("long", std::string(100'000, 'x'));
  other.real("real", 0.5);
  other.flag("flag", true);
  other.end();
  const auto texts = *bench.kept.find("b");
  CHECK(testing::text_of(texts, "long").size() <= kText + 3);
  CHECK(testing::text_of(texts, "flag") == "true");
  CHECK(std::get<double>(texts.attributes[1].second) == 0.5);
}

TEST_CASE("many threads make spans at the same time") {
  Bench bench;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) bench.tracer.start("a", Kind::internal, {}).child("b").end();
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(bench.kept.spans().size() == 1600);
}

}  // namespace mpk::trace
