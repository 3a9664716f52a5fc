// traceparent and tracestate, strictly.
#include "trace/trace_context.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace mpk::trace {
namespace {

constexpr std::size_t kLength = 55;  // of version 00: 2 + 32 + 16 + 2 digits, three dashes
constexpr std::size_t kMembers = 32;
constexpr std::size_t kPart = 256;  // of a key, and of a value

template <std::size_t kSize>
bool read_id(std::string_view digits, std::array<std::uint8_t, kSize>& out) {
  if (!is_lower_hex(digits)) return false;
  const auto bytes = hex_decode(digits);
  if (!bytes || bytes->size() != kSize) return false;
  std::ranges::copy(*bytes, out.begin());
  return out != std::array<std::uint8_t, kSize>{};
}

bool is_lower(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= kPart && is_lower(key.front()) &&
         std::ranges::all_of(key, [](char c) {
           return is_lower(c) || std::string_view("_-*/@").find(c) != std::string_view::npos;
         });
}

bool is_value(std::string_view value) {
  return !value.empty() && value.size() <= kPart && value.back() != ' ' &&
         std::ranges::all_of(value,
                             [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; });
}

// RFC 9110 §5.6.3: OWS.
std::string_view without_space(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

SpanContext read(std::optional<std::string_view> parent, std::string state) {
  if (!parent) return {};
  auto out = parse_traceparent(without_space(*parent)).value_or(SpanContext{});
  out.remote = out.valid();
  if (out.valid() && !without_space(state).empty() && is_tracestate(state))
    out.state = std::make_shared<const std::string>(std::move(state));
  return out;
}

}  // namespace

std::optional<SpanContext> parse_traceparent(std::string_view text) {
  if (text.size() < kLength || text[2] != '-' || text[35] != '-' || text[52] != '-')
    return std::nullopt;
  const auto version = text.substr(0, 2);
  const auto flags = hex_decode(text.substr(53, 2));
  if (!is_lower_hex(version) || version == "ff" || !flags || !is_lower_hex(text.substr(53, 2)))
    return std::nullopt;
  // §4.3: a later version may go on behind another dash.
  if (text.size() > kLength && (version == "00" || text[kLength] != '-')) return std::nullopt;
  SpanContext out;
  if (!read_id(text.substr(3, 32), out.trace_id) || !read_id(text.substr(36, 16), out.span_id))
    return std::nullopt;
  // Of a later version only `sampled` is known to mean the same.
  out.flags = flags->front() & (version == "00" ? kSampled | kRandom : kSampled);
  return out;
}

bool is_tracestate(std::string_view text) {
  if (text.size() > kTraceState) return false;
  std::set<std::string_view> keys;
  for (const auto part : split(text, ',')) {
    const auto member = without_space(part);
    if (member.empty()) continue;
    const auto at = member.find('=');
    if (at == std::string_view::npos) return false;
    const auto key = member.substr(0, at);
    if (!is_key(key) || !is_value(member.substr(at + 1))) return false;
    if (!keys.insert(key).second || keys.size() > kMembers) return false;
  }
  return true;
}

std::string traceparent(const SpanContext& context) {
  return "00-" + hex_encode(context.trace_id) + "-" + hex_encode(context.span_id) + "-" +
         hex_encode({&context.flags, 1});
}

SpanContext read_headers(const http::Headers& headers) {
  const auto parents = headers.all("traceparent");
  if (parents.size() != 1) return {};
  return read(parents.front(), join(headers.all("tracestate"), ","));
}

SpanContext read_environment(const Env& env) {
  const auto parent = env.get("TRACEPARENT");
  return read(parent, env.get("TRACESTATE").value_or(""));
}

void write_headers(const SpanContext& context, http::Headers& headers) {
  if (!context.valid()) return;
  headers.set("traceparent", traceparent(context));
  headers.remove("tracestate");
  if (context.state) headers.set("tracestate", *context.state);
}

}  // namespace mpk::trace
