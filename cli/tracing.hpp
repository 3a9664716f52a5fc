// Tracing: the trace of one command, from what asks for it to the collector.
#pragma once

#include "base/env.hpp"
#include "base/log.hpp"
#include "base/time.hpp"
#include "crypto/random.hpp"
#include "http/transport.hpp"
#include "trace/exporter.hpp"
#include "trace/job.hpp"
#include "trace/options.hpp"
#include "trace/traced_transport.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::cli {

class Tracing {
 public:
  /// Null: nobody asked. What is wrong with the asking is warned of. All outlive it.
  static std::unique_ptr<Tracing> make(const Env& env, const Clock& clock, crypto::Random& random,
                                       const Logger& logger);
  Tracing(const Env& env, const Clock& clock, crypto::Random& random, const Logger& logger,
          const trace::Options& options);

  /// "verify": the span of the command, under TRACEPARENT.
  void begin(std::string_view command);
  /// A server's requests are traces of their own, and its life is none.
  void serve();
  /// Sends what there is; takes two seconds at most.
  void end(int exit_code, const Error* error);

  /// What is sent through it belongs to the command. `inner` must outlive it, and is given once.
  http::Transport& traced(http::Transport& inner);
  const trace::Job& job() const { return job_; }
  const trace::Tracer& tracer() const { return tracer_; }
  const trace::ExportCounts& counts() const { return exporter_.counts(); }

 private:
  const Env& env_;
  const CancelToken stop_;
  const std::unique_ptr<http::Transport> transport_;  // to the collector
  trace::Exporter exporter_;
  const trace::Tracer tracer_;
  const trace::Job job_ = trace::Job::make();
  std::optional<trace::TracedTransport> traced_;
  trace::Span command_;
};

}  // namespace mpk::cli
