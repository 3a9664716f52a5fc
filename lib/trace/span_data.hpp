// SpanData: what is known of a span when it has ended.
#pragma once

#include "base/time.hpp"
#include "trace/trace_context.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mpk::trace {

using Value = std::variant<std::string, std::int64_t, bool, double>;
using Attributes = std::vector<std::pair<std::string, Value>>;

/// Numbers as in opentelemetry.proto.trace.v1.
enum class Kind { internal = 1, server = 2, client = 3 };
enum class Status { unset = 0, ok = 1, error = 2 };

inline constexpr std::size_t kAttributes = 128;  // OpenTelemetry's own default
inline constexpr std::size_t kEvents = 128;      // likewise
inline constexpr std::size_t kLinks = 128;       // likewise
inline constexpr std::size_t kText = 1024;       // characters of a value; longer ones are cut

struct Event {
  std::string name;
  Timestamp time;
  Attributes attributes;
};

struct SpanData {
  SpanContext context;
  SpanId parent{};  // zeros: none
  bool parent_remote = false;
  std::string name;
  Kind kind = Kind::internal;
  Timestamp start, end;
  Attributes attributes;
  std::vector<Event> events;
  std::vector<SpanContext> links;
  std::uint32_t attributes_dropped = 0, events_dropped = 0, links_dropped = 0;
  Status status = Status::unset;
  std::string message;  // of an error
};

/// Takes what has ended.
class SpanSink {
 public:
  virtual ~SpanSink() = default;
  /// Thread-safe; never waits for anybody.
  virtual void take(SpanData span) = 0;
};

}  // namespace mpk::trace
