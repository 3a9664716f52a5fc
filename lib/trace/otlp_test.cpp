// OTLP's JSON: its spelling of identifiers, numbers and enumerations.
#include "trace/otlp.hpp"

#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace mpk::trace {
namespace {

SpanData span() {
  SpanData out;
  out.context.trace_id.fill(0x1f);
  out.context.span_id.fill(0x2e);
  out.context.flags = 1;
  out.name = "verify";
  out.start = Timestamp::from_parts(1'700'000'000, 5);
  out.end = Timestamp::from_parts(1'700'000'001, 0);
  return out;
}

Json encoded(const SpanData& one) {
  return json::parse(encode({.attributes = {}, .version = "1"}, {&one, 1})).take();
}
Json only_span(const SpanData& one) {
  return encoded(one)["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
}

}  // namespace

TEST_CASE("a whole request, member by member") {
  auto one = span();
  one.parent.fill(0x3d);
  one.parent_remote = true;
  one.kind = Kind::client;
  one.context.state = std::make_shared<const std::string>("a=1");
  one.attributes = {{"text", std::string("x")},
                    {"number", std::numeric_limits<std::int64_t>::min()},
                    {"flag", true},
                    {"real", 0.5}};
  one.status = Status::error;
  one.message = "gone";
  one.events.push_back({"exception", one.end, {{"a", std::string("b")}}});
  one.links.push_back(span().context);
  one.attributes_dropped = 3;
  const Json expected = {{"traceId", "1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f"},
                         {"spanId", "2e2e2e2e2e2e2e2e"},
                         {"parentSpanId", "3d3d3d3d3d3d3d3d"},
                         {"traceState", "a=1"},
                         {"flags", 0x301},
                         {"name", "verify"},
                         {"kind", 3},
                         {"startTimeUnixNano", "1700000000000000005"},
                         {"endTimeUnixNano", "1700000001000000000"},
                         {"attributes",
                          {{{"key", "text"}, {"value", {{"stringValue", "x"}}}},
                           {{"key", "number"}, {"value", {{"intValue", "-9223372036854775808"}}}},
                           {{"key", "flag"}, {"value", {{"boolValue", true}}}},
                           {{"key", "real"}, {"value", {{"doubleValue", 0.5}}}}}},
                         {"droppedAttributesCount", 3},
                         {"status", {{"code", 2}, {"message", "gone"}}},
                         {"events",
                          {{{"name", "exception"},
                            {"timeUnixNano", "1700000001000000000"},
                            {"attributes", {{{"key", "a"}, {"value", {{"stringValue", "b"}}}}}}}}},
                         {"links",
                          {{{"traceId", "1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f"},
                            {"spanId", "2e2e2e2e2e2e2e2e"},
                            {"flags", 0x101}}}}};
  CHECK(only_span(one) == expected);
}

TEST_CASE("what there is not is not written") {
  const auto out = only_span(span());
  for (const auto* name : {"parentSpanId", "traceState", "events", "links", "droppedEventsCount"})
    CHECK_FALSE(out.contains(name));
  CHECK(out["status"] == Json::object());
  CHECK(out["kind"] == 1);
}

TEST_CASE("resource and scope stand around the spans") {
  const SpanData both[] = {span(), span()};
  const auto out =
      json::parse(
          encode({.attributes = {{"service.name", std::string("mpk")}}, .version = "0.9"}, both))
          .take();
  REQUIRE(out["resourceSpans"].size() == 1);
  const auto& one = out["resourceSpans"][0];
  CHECK(one["resource"]["attributes"][0]["value"]["stringValue"] == "mpk");
  CHECK(one["scopeSpans"][0]["scope"] == Json{{"name", "mpk"}, {"version", "0.9"}});
  CHECK(one["scopeSpans"][0]["spans"].size() == 2);
}

TEST_CASE("hostile texts are valid JSON, cut and harmless") {
  auto one = span();
  one.name = "\xff\xfe\"\n";
  one.message = std::string(5000, 'm');
  one.attributes = {{"\xc3", std::string("\xe2\x80\xae\x1b[31m")}};
  const auto out = only_span(one);
  CHECK(out["name"].get<std::string>().find('\n') == std::string::npos);
  CHECK(out["status"]["message"].get<std::string>().size() <= kText + 3);
  CHECK(out["attributes"][0]["value"]["stringValue"].get<std::string>().find('\x1b') ==
        std::string::npos);
}

TEST_CASE("numbers that JSON has not are texts, and times before 1970 are its first moment") {
  auto one = span();
  one.start = Timestamp::from_seconds(-5);
  one.attributes = {{"nan", std::numeric_limits<double>::quiet_NaN()},
                    {"inf", -std::numeric_limits<double>::infinity()}};
  const auto out = only_span(one);
  CHECK(out["startTimeUnixNano"] == "0");
  CHECK(out["attributes"][0]["value"]["doubleValue"] == "NaN");
  CHECK(out["attributes"][1]["value"]["doubleValue"] == "-Infinity");
}

TEST_CASE("answers, whatever they are") {
  struct Row {
    const char* body;
    std::uint64_t rejected;
    const char* message;
  };
  for (const auto& row :
       {Row{R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"full"}})", 3, "full"},
        Row{R"({"partialSuccess":{"rejectedSpans":4}})", 4, ""},
        Row{R"({"partialSuccess":{"rejectedSpans":"0","errorMessage":"be careful"}})", 0,
            "be careful"},
        Row{R"({"partialSuccess":{"rejectedSpans":-4}})", 0, ""},
        Row{R"({"partialSuccess":{"rejectedSpans":"x","errorMessage":7}})", 0, ""},
        Row{R"({"partialSuccess":[]})", 0, ""}, Row{R"({"partialSuccess":null})", 0, ""},
        Row{"{}", 0, ""}, Row{"[]", 0, ""}, Row{"7", 0, ""}, Row{"", 0, ""}, Row{"\xff", 0, ""},
        Row{"<html>", 0, ""}}) {
    CAPTURE(row.body);
    const auto answer = read_answer(row.body);
    CHECK(answer.rejected == row.rejected);
    CHECK(answer.message == row.message);
  }
}

}  // namespace mpk::trace
