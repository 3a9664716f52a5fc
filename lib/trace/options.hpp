// Options: what OpenTelemetry's environment variables ask for.
#pragma once

#include "base/env.hpp"
#include "base/url.hpp"
#include "http/message.hpp"
#include "trace/tracer.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mpk::trace {

struct Options {
  Url endpoint;                               // with its path
  http::Headers headers;                      // secrets, as a rule
  std::chrono::milliseconds timeout{10'000};  // of one request
  /// PEM files: whom to trust, too, and who we are; empty: none.
  std::filesystem::path authorities, certificate, key;
  Sampler sampler;
  std::size_t queue = 2048, batch = 512;   // spans
  std::chrono::milliseconds delay{5'000};  // between two batches that are not full
  std::string service = "mpk";
  Attributes resource;  // beside `service`
};

struct ReadOptions {
  std::optional<Options> options;  // nullopt: nobody asked for traces
  std::vector<std::string> warnings;
};

/// Nothing is read, and nothing warned of, unless an endpoint is given: there is no default one. A
/// wrong value never refuses: the default is used, with a warning that has no value of a header.
/// Without a usable endpoint there are no traces.
ReadOptions read_options(const Env& env);

}  // namespace mpk::trace
