// The bounded buffers, driven from both ends on one thread.
#include "http/exchange.hpp"

#include "base/bytes.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace mpk::http {
namespace {

using Event = Exchange::Event;
using Flow = Exchange::Flow;
constexpr std::chrono::milliseconds kNow{0};

Bytes filled(std::size_t size, std::uint8_t value = 'x') { return Bytes(size, value); }

TEST_CASE("an engine that finds no body pauses and is woken by the next buffer") {
  int woken = 0;
  Exchange exchange([&] { ++woken; });
  Bytes into(10);
  CHECK(exchange.pull(into).flow == Flow::pause);
  CHECK(exchange.waiting_for_caller());
  CHECK(exchange.wait(kNow) == Event::room);
  exchange.give(filled(15));
  CHECK(woken == 1);
  CHECK(exchange.take_resume());
  CHECK_FALSE(exchange.take_resume());
  CHECK_FALSE(exchange.waiting_for_caller());
  CHECK(exchange.pull(into).size == 10);
  CHECK(exchange.pull(into).size == 5);
  exchange.finish_body();
  CHECK(woken == 1);  // nobody waited
  const auto end = exchange.pull(into);
  CHECK(end.flow == Flow::go);
  CHECK(end.size == 0);
  CHECK(exchange.body_gone());
}

TEST_CASE("no more than the bound waits in either direction") {
  Exchange exchange([] {});
  for (std::size_t i = 0; i < Exchange::kBuffers; ++i) {
    REQUIRE(exchange.wait(kNow) == Event::room);
    exchange.give(filled(1));
  }
  CHECK(exchange.wait(kNow) == Event::nothing);

  const Bytes piece = filled(Exchange::kBufferSize);
  for (std::size_t i = 0; i < Exchange::kBuffers; ++i) CHECK(exchange.push(piece) == Flow::go);
  CHECK(exchange.push(as_bytes("y")) == Flow::pause);
  CHECK(exchange.wait(kNow) == Event::bytes);
  exchange.recycle(exchange.take());
  CHECK(exchange.take_resume());
  CHECK(exchange.push(as_bytes("y")) == Flow::go);
}

TEST_CASE("small pieces share a buffer") {
  Exchange exchange([] {});
  for (int i = 0; i < 1000; ++i) CHECK(exchange.push(filled(100)) == Flow::go);
  CHECK(exchange.take().size() == 100'000);
}

TEST_CASE("the answer comes before its bytes, the end after them") {
  Exchange exchange([] {});
  exchange.answer(206, {{"X", "1"}});
  CHECK(exchange.push(as_bytes("abc")) == Flow::go);
  exchange.end({});
  CHECK(exchange.wait(kNow) == Event::answer);
  CHECK(exchange.status() == 206);
  CHECK(exchange.take_headers().get("x") == "1");
  CHECK(exchange.wait(kNow) == Event::bytes);
  CHECK(as_text(exchange.take()) == "abc");
  CHECK(exchange.wait(kNow) == Event::ended);
}

TEST_CASE("a restart drops what waits and asks the caller to rewind") {
  int woken = 0;
  Exchange exchange([&] { ++woken; });
  Bytes into(10);
  exchange.give(filled(10, 'a'));
  exchange.restart();  // nothing was pulled: what waits is still the start
  CHECK(exchange.wait(kNow) == Event::room);
  CHECK(exchange.pull(into).size == 10);
  exchange.finish_body();
  exchange.restart();
  CHECK(exchange.wait(kNow) == Event::rewind);
  CHECK(exchange.pull(into).flow == Flow::pause);
  exchange.give(filled(10, 'b'));  // read before the caller knew
  exchange.finish_body();
  CHECK(exchange.pull(into).flow == Flow::pause);
  exchange.rewound();
  CHECK(exchange.wait(kNow) == Event::room);
  exchange.give(filled(10, 'c'));
  CHECK(woken == 1);
  CHECK(exchange.pull(into).size == 10);
  CHECK(into[0] == 'c');
}

TEST_CASE("an abandoned transfer stops the engine") {
  int woken = 0;
  Exchange exchange([&] { ++woken; });
  exchange.give(filled(10));
  exchange.abandon();
  CHECK(woken == 1);
  CHECK(exchange.abandoned());
  Bytes into(10);
  CHECK(exchange.pull(into).flow == Flow::stop);
  CHECK(exchange.push(into) == Flow::stop);
}

}  // namespace
}  // namespace mpk::http
