// Spans as OTLP's JSON, and its answers.
#include "trace/otlp.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "json/lookup.hpp"
#include "json/parse.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <type_traits>
#include <variant>

namespace mpk::trace {
namespace {

constexpr std::size_t kAnswer = 64U << 10;
// SpanFlags: whether the parent is another program's is known, and that it is.
constexpr std::uint32_t kHasIsRemote = 0x100, kIsRemote = 0x200;

Json value_of(const Value& value) {
  return std::visit(
      [](const auto& held) -> Json {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::string>) {
          return {{"stringValue", printable(held, kText)}};
        } else if constexpr (std::is_same_v<Held, std::int64_t>) {
          return {{"intValue", std::to_string(held)}};
        } else if constexpr (std::is_same_v<Held, bool>) {
          return {{"boolValue", held}};
        } else {
          // JSON has no number for the others; protobuf's has a text.
          if (std::isnan(held)) return {{"doubleValue", "NaN"}};
          if (std::isinf(held)) return {{"doubleValue", held > 0 ? "Infinity" : "-Infinity"}};
          return {{"doubleValue", held}};
        }
      },
      value);
}

Json attributes_of(const Attributes& attributes) {
  Json out = Json::array();
  for (const auto& [key, value] : attributes)
    out.push_back({{"key", printable(key, kText)}, {"value", value_of(value)}});
  return out;
}

// Before 1970 there are no spans.
std::string nanoseconds(Timestamp time) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  if (time.seconds() < 0) return "0";
  return std::to_string(static_cast<std::uint64_t>(time.seconds()) * kSecond +
                        static_cast<std::uint64_t>(time.nanoseconds()));
}

std::uint32_t flags_of(const SpanContext& context, bool remote) {
  return context.flags | kHasIsRemote | (remote ? kIsRemote : 0U);
}

Json json_of(const Event& event) {
  return {{"timeUnixNano", nanoseconds(event.time)},
          {"name", printable(event.name, kText)},
          {"attributes", attributes_of(event.attributes)}};
}

void add_context(Json& out, const SpanContext& context) {
  out["traceId"] = hex_encode(context.trace_id);
  out["spanId"] = hex_encode(context.span_id);
  if (context.state) out["traceState"] = *context.state;
}

Json json_of(const SpanData& span) {
  Json out = {{"name", printable(span.name, kText)},
              {"kind", static_cast<int>(span.kind)},
              {"flags", flags_of(span.context, span.parent_remote)},
              {"startTimeUnixNano", nanoseconds(span.start)},
              {"endTimeUnixNano", nanoseconds(span.end)},
              {"attributes", attributes_of(span.attributes)},
              {"status", Json::object()}};
  add_context(out, span.context);
  if (span.parent != SpanId{}) out["parentSpanId"] = hex_encode(span.parent);
  for (const auto& event : span.events) out["events"].push_back(json_of(event));
  for (const auto& link : span.links) {
    Json to = {{"flags", flags_of(link, link.remote)}};
    add_context(to, link);
    out["links"].push_back(std::move(to));
  }
  const auto dropped = [&](const char* name, std::uint32_t count) {
    if (count > 0) out[name] = count;
  };
  dropped("droppedAttributesCount", span.attributes_dropped);
  dropped("droppedEventsCount", span.events_dropped);
  dropped("droppedLinksCount", span.links_dropped);
  if (span.status != Status::unset) out["status"]["code"] = static_cast<int>(span.status);
  if (!span.message.empty()) out["status"]["message"] = printable(span.message, kText);
  return out;
}

}  // namespace

std::string encode(const Resource& resource, std::span<const SpanData> spans) {
  Json list = Json::array();
  for (const auto& span : spans) list.push_back(json_of(span));
  const Json scope = {{"name", "mpk"}, {"version", printable(resource.version, kText)}};
  Json scoped = {{"scope", scope}, {"spans", std::move(list)}};
  Json one = {{"resource", {{"attributes", attributes_of(resource.attributes)}}},
              {"scopeSpans", Json::array({std::move(scoped)})}};
  return json::compact({{"resourceSpans", Json::array({std::move(one)})}});
}

PartialSuccess read_answer(std::string_view body) {
  PartialSuccess out;
  const auto document = json::parse(body, {.max_bytes = kAnswer});
  if (!document) return out;
  const auto& partial = json::member(*document, "partialSuccess");
  out.message = printable(json::text(partial, "errorMessage"), kText);
  const auto& rejected = json::member(partial, "rejectedSpans");
  if (rejected.is_number_unsigned()) out.rejected = rejected.get<std::uint64_t>();
  if (rejected.is_string())
    out.rejected = parse_u64(rejected.get_ref<const std::string&>()).value_or(0);
  return out;
}

}  // namespace mpk::trace
