// Exporter: ended spans go to a collector, from a thread of its own.
#pragma once

#include "base/log.hpp"
#include "base/parallel.hpp"
#include "http/transport.hpp"
#include "trace/options.hpp"
#include "trace/otlp.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

namespace mpk::trace {

struct ExportCounts {
  std::atomic<std::uint64_t> taken{0};    // spans that ended
  std::atomic<std::uint64_t> dropped{0};  // of them, those that no collector has
};

/// Thread-safe. Nobody waits for it but in finish(). Trouble is said once, as a warning, and again
/// only after something arrived.
class Exporter final : public SpanSink {
 public:
  /// `transport` must outlive it, make one try of a request, and end it once `stop` is cancelled.
  Exporter(const Options& options, Resource resource, http::Transport& transport,
           const CancelToken& stop, Logger logger);
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;
  /// What was not sent by now is not sent.
  ~Exporter() override;

  void take(SpanData span) override;
  /// Sends what there is, for `at_most` that long; then `stop` is cancelled. Nothing is taken after
  /// it.
  void finish(std::chrono::milliseconds at_most);
  const ExportCounts& counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mpk::trace
