// A Context for tests: a clock that stands still, an environment of one's own, and no progress.
#pragma once

#include "base/env.hpp"
#include "base/progress.hpp"
#include "base/time.hpp"
#include "crypto/random.hpp"
#include "flow/context.hpp"
#include "http/transport.hpp"

#include <memory>
#include <utility>

namespace mpk::flow::test {

struct TestContext {
  TestContext(std::unique_ptr<http::Transport> network, Timestamp now)
      : transport(std::move(network)), clock(now) {}
  TestContext(const TestContext&) = delete;
  TestContext& operator=(const TestContext&) = delete;
  ~TestContext() = default;

  std::unique_ptr<http::Transport> transport;
  FixedClock clock;
  MapEnv env;
  crypto::SystemRandom random;
  NoProgress progress;
  Stats stats;
  Context context{.transport = *transport,
                  .clock = clock,
                  .env = env,
                  .random = random,
                  .logger = {},
                  .progress = progress,
                  .stats = stats,
                  .cancel = {},
                  .mpk_version = "0.0.0-test"};
};

}  // namespace mpk::flow::test
