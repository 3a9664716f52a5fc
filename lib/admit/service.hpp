// Service: the gate's answers over HTTP, whoever asks: the API server, Gatekeeper, or anybody by
// REST.
#pragma once

#include "admit/audit_log.hpp"
#include "admit/metrics.hpp"
#include "admit/verdicts.hpp"
#include "base/time.hpp"
#include "http/server.hpp"
#include "trace/tracer.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace mpk::admit {

struct ServiceOptions {
  std::chrono::milliseconds deadline{2500};  // of a request that names none
  std::size_t body_bytes = 32U << 20;        // of all requests at a time
  std::size_t large_bodies = 2;              // of over 256 KiB that are read at a time
  AuditLog* audit = nullptr;                 // not owned; null: none
  std::string mpk_version;
  const trace::Tracer* tracer = nullptr;  // not owned; null: nothing is traced
};

/// Thread-safe; everything handed in outlives it. Paths (docs/admission.md):
/// POST /validate, /mutate   AdmissionReview v1; `?timeout=` as the API server sends it
/// POST /gatekeeper          ProviderRequest; a value is an object, under /gatekeeper/mutate a text
/// GET  /verify?reference=   or POST {"reference":…}: the verdict document; 200 passed, 403
///                           refused, 503 undecided
/// GET  /metrics, /healthz, /livez, /readyz
/// Nothing is allowed because of an error, and every answer is there before its deadline.
class Service {
 public:
  Service(ServiceOptions options, Verdicts& verdicts, const Clock& clock);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();

  /// Judges by these from now on. Before the first call everything is answered with 503.
  void use(std::shared_ptr<const Rules> rules);
  /// From now on /readyz says no, so that nobody new is sent here.
  void leave();
  http::ServerResponse answer(const http::ServerRequest& request);
  /// The same without what judges: for a port without TLS.
  http::ServerResponse answer_probe(const http::ServerRequest& request);
  /// Adds metrics that others know of to /metrics. Before the first request.
  void also_measure(std::function<void(MetricsText& out)> write);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mpk::admit
