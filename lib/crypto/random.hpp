// Randomness (RAND_bytes), handed in where tests need it fixed.
#pragma once

#include "base/bytes.hpp"

#include <cstddef>

namespace mpk::crypto {

class Random {
 public:
  virtual ~Random() = default;
  virtual Bytes bytes(std::size_t count) = 0;
};

/// Thread-safe. Throws std::runtime_error when the generator fails (caught as kind internal).
class SystemRandom final : public Random {
 public:
  Bytes bytes(std::size_t count) override;
};

}  // namespace mpk::crypto
