// Timestamp (RFC 3339) and the Clock that is handed in.
#pragma once

#include "base/result.hpp"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace mpk {

/// A point in time, UTC, nanoseconds since 1970; years 1 to 9999 (a number of seconds outside of
/// them becomes the nearest of their ends, so that arithmetic and text() are always defined).
class Timestamp {
 public:
  constexpr Timestamp() = default;
  static constexpr Timestamp from_seconds(std::int64_t seconds) { return Timestamp(seconds, 0); }
  /// `nanoseconds` in [0, 999'999'999].
  static constexpr Timestamp from_parts(std::int64_t seconds, std::int32_t nanoseconds) {
    return Timestamp(seconds, nanoseconds);
  }
  static Timestamp from_milliseconds(std::int64_t milliseconds);
  /// RFC 3339 §5.6: any offset, 0 to 9 fraction digits, second 60 only as a leap second (read as
  /// 59). malformed: a date without a time, a missing offset, month 13, 30 February, …
  static Result<Timestamp> parse(std::string_view text);

  std::int64_t seconds() const { return seconds_; }
  std::int32_t nanoseconds() const { return nanoseconds_; }
  std::int64_t milliseconds() const;

  /// "2026-11-20T14:03:00Z"; a fraction of 3, 6 or 9 digits only when it is not zero.
  std::string text() const;
  /// "2026-11-20 14:03 UTC", for screens.
  std::string brief() const;

  Timestamp plus_seconds(std::int64_t delta) const;
  auto operator<=>(const Timestamp&) const = default;

 private:
  static constexpr std::int64_t kFirst = -62'135'596'800;  // 0001-01-01T00:00:00Z
  static constexpr std::int64_t kLast = 253'402'300'799;   // 9999-12-31T23:59:59Z
  constexpr Timestamp(std::int64_t seconds, std::int32_t nanoseconds)
      : seconds_(std::clamp(seconds, kFirst, kLast)), nanoseconds_(nanoseconds) {}
  std::int64_t seconds_ = 0;
  std::int32_t nanoseconds_ = 0;
};

/// Thread-safe. The real one is made only in cli/session.cpp.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
};

/// For tests: stands still until it is set.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(Timestamp now) : now_(now) {}
  Timestamp now() const override { return now_; }
  void set(Timestamp now) { now_ = now; }

 private:
  Timestamp now_;
};

/// The value of SOURCE_DATE_EPOCH (decimal seconds, reproducible-builds.org). usage: not a number.
Result<Timestamp> parse_source_date_epoch(std::string_view text);

}  // namespace mpk
