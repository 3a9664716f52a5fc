// Trace context: the specification's rules, each with a neighbour that breaks it.
#include "trace/trace_context.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

namespace mpk::trace {
namespace {

constexpr const char* kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::string members(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += (i > 0 ? ",k" : "k") + std::to_string(i) + "=v";
  return out;
}

}  // namespace

TEST_CASE("a traceparent of version 00 is read and written again") {
  const auto context = parse_traceparent(kParent);
  REQUIRE(context);
  CHECK(context->sampled());
  CHECK(context->trace_id[0] == 0x4b);
  CHECK(context->span_id[7] == 0xb7);
  CHECK(traceparent(*context) == kParent);
}

TEST_CASE("which traceparents are read") {
  const std::string ids = "-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-";
  struct Row {
    std::string text;
    int flags;  // -1: refused
  };
  const Row rows[] = {
      {"00" + ids + "01", 1},
      {"00" + ids + "00", 0},
      {"00" + ids + "03", 3},
      {"00" + ids + "fd", 1},  // only the two that are known
      {"00" + ids + "02", 2},
      {"01" + ids + "03", 1},  // of another version only the first
      {"cc" + ids + "01", 1},
      {"cc" + ids + "01-what-the-future-brings", 1},
      {"cc" + ids + "01-", 1},
      {"cc" + ids + "01.what", -1},
      {"ff" + ids + "01", -1},
      {"00" + ids + "01-", -1},
      {"00" + ids + "01-more", -1},
      {"00" + ids + "1", -1},
      {"00" + ids + "0X", -1},
      {"00" + ids + "0A", -1},
      {"0" + ids + "01", -1},
      {"0X" + ids + "01", -1},
      {"CC" + ids + "01", -1},
      {"00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", -1},
      {"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", -1},
      {"00-4bf92f3577b34da6a3ce929d0e0e4736-00F067aa0ba902b7-01", -1},
      {"00-00000000000000000000000000000000-00f067aa0ba902b7-01", -1},
      {"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", -1},
      {"00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01", -1},
      {std::string("00") + ids + std::string("0\0", 2), -1},
      {"", -1},
      {std::string(55, '-'), -1},
      {std::string(1U << 20, '0'), -1},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text.substr(0, 80));
    const auto read = parse_traceparent(row.text);
    CHECK((read ? read->flags : -1) == row.flags);
  }
}

TEST_CASE("no bytes at all break the reading") {
  std::minstd_rand dice(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = kParent;
    for (int j = 0; j < 2; ++j) text[dice() % text.size()] = static_cast<char>(dice());
    if (const auto read = parse_traceparent(text)) CHECK(read->valid());
    static_cast<void>(is_tracestate(text));
  }
}

TEST_CASE("which tracestates are passed on") {
  struct Row {
    std::string text;
    bool good;
  };
  const Row rows[] = {
      {"congo=t61rcWkgMzE", true},
      {"rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", true},
      {"rojo=1 , \tcongo=2", true},
      {"tenant@system=1", true},
      {"0a_-*/=1", true},
      {"a=1,,b=2,", true},  // empty members are members of none
      {"a= 1", true},       // a value may begin with a space
      {"a=1 2", true},
      {members(32), true},
      {members(33), false},
      {"a=1,a=2", false},
      {"A=1", false},
      {"_a=1", false},
      {"a b=1", false},
      {"a =1", false},
      {"=1", false},
      {"a=", false},
      {"a", false},
      {"a=1=2", false},
      {"a=\x01", false},
      {"a=\xc3\xa4", false},
      {"a=" + std::string(256, 'v'), true},
      {"a=" + std::string(257, 'v'), false},
      {std::string(256, 'k') + "=1", true},
      {std::string(257, 'k') + "=1", false},
      {std::string(kTraceState, ','), true},
      {std::string(kTraceState + 1, ','), false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text.substr(0, 80));
    CHECK(is_tracestate(row.text) == row.good);
  }
}

TEST_CASE("headers: one traceparent, and any number of tracestates") {
  const auto one =
      read_headers({{"Traceparent", kParent}, {"tracestate", "a=1"}, {"TraceState", "b=2"}});
  REQUIRE(one.valid());
  CHECK(one.remote);
  REQUIRE(one.state);
  CHECK(*one.state == "a=1,b=2");
  CHECK_FALSE(read_headers({{"traceparent", kParent}, {"traceparent", kParent}}).valid());
  CHECK_FALSE(read_headers({{"tracestate", "a=1"}}).valid());
  CHECK_FALSE(read_headers({}).valid());
}

TEST_CASE("a tracestate that is none is dropped, and nothing else") {
  const auto context = read_headers({{"traceparent", kParent}, {"tracestate", "a=1,a=2"}});
  CHECK(context.valid());
  CHECK_FALSE(context.state);
}

TEST_CASE("the environment carries the same") {
  const auto context = read_environment(MapEnv({{"TRACEPARENT", kParent}, {"TRACESTATE", "a=1"}}));
  CHECK(traceparent(context) == kParent);
  CHECK(context.remote);
  CHECK(*context.state == "a=1");
  CHECK_FALSE(read_environment(MapEnv({{"TRACEPARENT", "00"}, {"TRACESTATE", "a=1"}})).valid());
}

TEST_CASE("what is written replaces what was there; nothing is written of no span") {
  http::Headers headers{{"Traceparent", "old"}, {"TraceState", "old"}};
  write_headers({}, headers);
  CHECK(headers.get("traceparent") == "old");
  write_headers(*parse_traceparent(kParent), headers);
  CHECK(headers.all("traceparent") == std::vector<std::string>{kParent});
  CHECK_FALSE(headers.get("tracestate"));
}

}  // namespace mpk::trace
