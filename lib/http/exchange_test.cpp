// A transfer's end at the caller, driven as libcurl drives it.
#include "http/exchange.hpp"

#include "base/bytes.hpp"
#include "base/limits.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <new>
#include <ostream>
#include <string>
#include <vector>

namespace mpk::http {
namespace {

struct Source final : BodySource {
  explicit Source(std::string text, std::optional<std::uint64_t> announced = {})
      : text_(std::move(text)), announced_(announced) {}
  std::optional<std::uint64_t> size() const override { return announced_; }
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    const auto count = std::min(buffer.size(), text_.size() - at_);
    std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(at_), count, buffer.begin());
    at_ += count;
    return count;
  }
  Result<void> seek(std::uint64_t offset) override {
    at_ = static_cast<std::size_t>(offset);
    return {};
  }

 private:
  std::string text_;
  std::optional<std::uint64_t> announced_;
  std::size_t at_ = 0;
};

struct Sink final : BodySink {
  Result<void> begin(int, const Headers&) override { return {}; }
  Result<void> write(BytesView bytes) override {
    sizes.push_back(bytes.size());
    return on_write ? on_write() : Result<void>();
  }
  Result<void> poll() override {
    ++polls;
    return {};
  }
  std::vector<std::size_t> sizes;
  int polls = 0;
  std::function<Result<void>()> on_write;
};

Request with(BodySource& body) {
  Request request;
  request.method = "PUT";
  request.url = Url::parse("http://host.example/").value();
  request.body = &body;
  return request;
}

Request with(Sink& sink) {
  Request request;
  request.url = Url::parse("http://host.example/").value();
  request.sink = &sink;
  return request;
}

TEST_CASE("a body is fed up to its announced end, and again from its start") {
  Source source("0123456789", 10);
  const Request request = with(source);
  Exchange exchange(request);
  CHECK(exchange.start().has_value());
  Bytes into(6);
  CHECK(exchange.feed(into) == 6);
  CHECK_FALSE(exchange.body_gone());
  CHECK(exchange.feed(into) == 4);
  CHECK(exchange.body_gone());
  CHECK(exchange.feed(into) == 0);
  CHECK(exchange.rewind());
  CHECK_FALSE(exchange.body_gone());
  CHECK(exchange.feed(into) == 6);
  CHECK(into[0] == '0');
  CHECK(exchange.was_busy());
  CHECK_FALSE(exchange.was_busy());
}

TEST_CASE("a body of another length than announced stops the transfer before its last byte") {
  for (const std::uint64_t announced : {9U, 11U, 0U}) {
    CAPTURE(announced);
    Source source("0123456789", announced);
    const Request request = with(source);
    Exchange exchange(request);
    Bytes into(20);
    auto ready = exchange.start();
    if (announced == 0) {
      REQUIRE_FALSE(ready.has_value());
      CHECK(ready.error().kind() == ErrorKind::mismatch);
      continue;
    }
    const auto fed = exchange.feed(into);
    if (fed) CHECK_FALSE(exchange.feed(into).has_value());
    REQUIRE(exchange.stopped());
    CHECK(exchange.take_error()->kind() == ErrorKind::mismatch);
  }
}

TEST_CASE("small pieces reach the sink together, large ones as they are") {
  Sink sink;
  const Request request = with(sink);
  Exchange exchange(request);
  CHECK(exchange.answer(200, {}));
  for (int i = 0; i < 1000; ++i) CHECK(exchange.take(Bytes(100, 'x')));
  CHECK(sink.sizes.empty());
  CHECK(exchange.holds_bytes());
  CHECK(exchange.take(Bytes(Exchange::kGathered, 'x')));
  CHECK(sink.sizes == std::vector<std::size_t>{100'000, Exchange::kGathered});
  CHECK_FALSE(exchange.holds_bytes());
}

TEST_CASE("gathered bytes do not wait when nothing follows, or for long") {
  Sink sink;
  const Request request = with(sink);
  Exchange exchange(request);
  CHECK(exchange.answer(200, {}));
  const auto now = std::chrono::steady_clock::now();
  CHECK(exchange.take(Bytes(1, 'x')));
  CHECK(exchange.rest(now, false));
  CHECK(sink.sizes.empty());
  CHECK(exchange.rest(now, true));
  CHECK(sink.sizes.size() == 1);
  CHECK(exchange.take(Bytes(1, 'x')));
  CHECK(exchange.rest(now + std::chrono::hours(1), false));
  CHECK(sink.sizes.size() == 2);
  CHECK(exchange.take(Bytes(1, 'x')));
  CHECK(exchange.flush());
  CHECK(sink.sizes.size() == 3);
  CHECK(sink.polls == 0);
  CHECK(exchange.rest(now, true));
  CHECK(sink.polls == 1);
}

TEST_CASE("a sink that fails or throws stops the transfer, and is asked no more") {
  const std::function<Result<void>()> failures[] = {
      [] { return Result<void>(Error(ErrorKind::io, "disk full")); },
      []() -> Result<void> { throw std::bad_alloc(); }};
  for (const auto& failure : failures) {
    Sink sink;
    sink.on_write = failure;
    const Request request = with(sink);
    Exchange exchange(request);
    CHECK(exchange.answer(200, {}));
    CHECK_FALSE(exchange.take(Bytes(Exchange::kGathered, 'x')));
    CHECK_FALSE(exchange.take(Bytes(Exchange::kGathered, 'x')));
    CHECK_FALSE(exchange.flush());
    CHECK(sink.sizes.size() == 1);
    CHECK(exchange.stopped());
    CHECK(exchange.take_error().has_value());
  }
}

TEST_CASE("of an error page enough is kept, and the sink sees none of it") {
  Sink sink;
  const Request request = with(sink);
  Exchange exchange(request);
  CHECK(exchange.answer(404, {}));
  CHECK(exchange.take(Bytes(limits::kErrorBody - 1, 'x')));
  CHECK_FALSE(exchange.stopped());
  CHECK_FALSE(exchange.take(Bytes(2, 'x')));
  CHECK(exchange.stopped());
  CHECK_FALSE(exchange.take_error().has_value());
  CHECK(exchange.refused_by_server());
  CHECK(exchange.take_response().body.size() == limits::kErrorBody);
  CHECK(sink.sizes.empty());
}

TEST_CASE("the first error is the one that counts") {
  Sink sink;
  const Request request = with(sink);
  Exchange exchange(request);
  CHECK_FALSE(exchange.stop({ErrorKind::cancelled, "first"}));
  CHECK_FALSE(exchange.stop({ErrorKind::io, "second"}));
  CHECK(exchange.take_error()->message() == "first");
}

}  // namespace
}  // namespace mpk::http
