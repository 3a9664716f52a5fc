// BoundedTransport: a Transport for one job, whose requests all end by one moment.
#pragma once

#include "http/transport.hpp"

#include <atomic>
#include <chrono>

namespace mpk::http {

/// Sends through another transport. Thread-safe.
class BoundedTransport final : public Transport {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Both must outlive it. `stats`: its `requests` counts what is sent here (may be null).
  explicit BoundedTransport(Transport& inner, Stats* stats = nullptr)
      : inner_(inner), stats_(stats) {}

  /// Requests that are sent from now on end by then with a timeout: those with a sink within a
  /// second of it, others within the tries that the inner transport makes.
  void end_by(Time end) { end_.store(end, std::memory_order_relaxed); }

  Result<Response> send(Request request) override;

 private:
  Transport& inner_;
  Stats* stats_;
  std::atomic<Time> end_{Time::max()};
};

}  // namespace mpk::http
