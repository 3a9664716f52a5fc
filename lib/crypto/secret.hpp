// Secrets in memory: wiped when they are no longer needed.
#pragma once

#include "base/bytes.hpp"

#include <string>
#include <utility>

namespace mpk::crypto {

/// Overwrites all of it (no compiler leaves that out) and makes it empty.
void wipe(std::string& secret);
void wipe(Bytes& secret);

/// A password, PIN or key that is wiped at the end of its scope.
template <class T>
class Secret {
 public:
  Secret() = default;
  explicit Secret(T value) : value_(std::move(value)) {}
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { wipe(other.value_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe(value_);
      value_ = std::move(other.value_);
      wipe(other.value_);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(value_); }
  const T& get() const { return value_; }
  T& get() { return value_; }

 private:
  T value_;
};

}  // namespace mpk::crypto
