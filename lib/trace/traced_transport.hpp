// TracedTransport: a Transport for one job, whose requests are spans and say whose they are.
#pragma once

#include "http/transport.hpp"
#include "trace/job.hpp"

#include <utility>

namespace mpk::trace {

/// Sends through another transport. A span is one send(), with its retries and redirects; its
/// context goes along as `traceparent` and `tracestate` (which the redirects to other origins
/// leave out: http/redirect.cpp). With a job that nobody traces it changes nothing. Thread-safe.
class TracedTransport final : public http::Transport {
 public:
  /// `inner` must outlive it.
  TracedTransport(http::Transport& inner, Job job) : inner_(inner), job_(std::move(job)) {}
  Result<http::Response> send(http::Request request) override;

 private:
  http::Transport& inner_;
  const Job job_;
};

}  // namespace mpk::trace
