// Resilient: a Transport that sends again what retry_delay() finds worth it.
#pragma once

#include "base/log.hpp"
#include "base/parallel.hpp"
#include "http/attempt.hpp"
#include "http/transport.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace mpk::http {

/// Handed in, so that tests neither sleep nor throw dice.
struct Patience {
  std::function<void(std::chrono::milliseconds)> sleep;
  std::function<double()> jitter;  // in [0,1); called from many threads
};
Patience real_patience();

/// Reads `cancel`, `logger` and `attempts` of the options. An error of the request's own source or
/// sink is never retried; nor is anything once the sink is not restartable().
std::unique_ptr<Transport> make_resilient(std::unique_ptr<Sender> inner, TransportOptions options,
                                          Patience patience);

}  // namespace mpk::http
