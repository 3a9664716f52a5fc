// OTLP in JSON: spans as a collector reads them (opentelemetry-proto, ExportTraceServiceRequest).
#pragma once

#include "trace/span_data.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mpk::trace {

struct Resource {
  Attributes attributes;
  std::string version;  // of mpk, which is the scope of all its spans
};

/// The body of a request. Identifiers in hex, 64-bit numbers as texts, enumerations as numbers
/// (OTLP §"JSON Protobuf Encoding").
std::string encode(const Resource& resource, std::span<const SpanData> spans);

/// What a collector said of a batch that it took.
struct PartialSuccess {
  std::uint64_t rejected = 0;
  std::string message;
};
/// Total: of an answer that says nothing, nothing was rejected.
PartialSuccess read_answer(std::string_view body);

}  // namespace mpk::trace
