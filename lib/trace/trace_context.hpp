// W3C Trace Context (Level 2): who has called, as headers and environment variables carry it.
#pragma once

#include "base/env.hpp"
#include "http/message.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::trace {

using TraceId = std::array<std::uint8_t, 16>;
using SpanId = std::array<std::uint8_t, 8>;

inline constexpr std::uint8_t kSampled = 1;
inline constexpr std::uint8_t kRandom = 2;        // the trace id's last seven bytes are
inline constexpr std::size_t kTraceState = 4096;  // bytes; 512 have to be passed on

/// A span as others name it. A value that is cheap to copy.
struct SpanContext {
  TraceId trace_id{};
  SpanId span_id{};
  std::uint8_t flags = 0;                    // kSampled, kRandom
  bool remote = false;                       // another program's
  std::shared_ptr<const std::string> state;  // `tracestate`, opaque; null: none

  /// False: no span at all.
  bool valid() const { return trace_id != TraceId{} && span_id != SpanId{}; }
  bool sampled() const { return (flags & kSampled) != 0; }
};

/// §3.2 `traceparent`. nullopt: version ff, an id of zeros, capitals, another form. Of a version
/// that is not known yet the first four fields count. Total.
std::optional<SpanContext> parse_traceparent(std::string_view text);
/// §3.3: whether it may be passed on: at most 32 members of keys and values, no key twice. Total.
bool is_tracestate(std::string_view text);

/// In version 00.
std::string traceparent(const SpanContext& context);

/// What the caller sent, with remote set; not valid() without a `traceparent`, or with two. A
/// `tracestate` that is none is dropped alone.
SpanContext read_headers(const http::Headers& headers);
/// The same from TRACEPARENT and TRACESTATE (OpenTelemetry, environment variables as carriers).
SpanContext read_environment(const Env& env);
/// Replaces both headers; nothing of a context that is not valid().
void write_headers(const SpanContext& context, http::Headers& headers);

}  // namespace mpk::trace
