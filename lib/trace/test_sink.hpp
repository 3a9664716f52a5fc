// A tracer whose spans stay here, for tests.
#pragma once

#include "trace/tracer.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mpk::trace::testing {

/// Different bytes each time, the same in each run. Thread-safe.
class CountingRandom final : public crypto::Random {
 public:
  Bytes bytes(std::size_t count) override {
    Bytes out(count, 0xa5);
    const auto number = ++number_;
    for (std::size_t i = 0; i < 8 && i < count; ++i)
      out[count - 1 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return out;
  }

 private:
  std::atomic<std::uint64_t> number_{0};
};

class KeptSpans final : public SpanSink {
 public:
  void take(SpanData span) override {
    const std::scoped_lock lock(mutex_);
    spans_.push_back(std::move(span));
  }
  std::vector<SpanData> spans() const {
    const std::scoped_lock lock(mutex_);
    return spans_;
  }
  /// Of those with that name, the first.
  std::optional<SpanData> find(std::string_view name) const {
    for (auto& span : spans()) {
      if (span.name == name) return span;
    }
    return std::nullopt;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<SpanData> spans_;
};

struct Bench {
  explicit Bench(Sampler sampler = {}) : tracer(clock, random, sampler, kept) {}
  FixedClock clock{Timestamp::from_parts(1'700'000'000, 999'999'999)};
  CountingRandom random;
  KeptSpans kept;
  Tracer tracer;
};

inline std::string text_of(const SpanData& span, std::string_view key) {
  for (const auto& [name, value] : span.attributes) {
    if (name != key) continue;
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  }
  return "(none)";
}

}  // namespace mpk::trace::testing
