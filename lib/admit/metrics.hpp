// Metrics in Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats, 0.0.4).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::admit {

/// Label names and values of one series, in the order in which they are written.
using Labels = std::vector<std::pair<std::string_view, std::string>>;

/// Writes one document. Not thread-safe.
class MetricsText {
 public:
  /// `type`: counter, gauge, histogram. Once for each name, before its values.
  void describe(std::string_view name, std::string_view type, std::string_view help);
  void value(std::string_view name, const Labels& labels, double value);
  /// Both, of a metric with one value and no labels.
  void single(std::string_view name, std::string_view type, std::string_view help, double value);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Seconds, in buckets from 1 ms to 30 s. Thread-safe.
class Histogram {
 public:
  static constexpr std::array<double, 14> kBounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                  0.25,  0.5,    1,     2.5,  5,     10,   30};
  void observe(double seconds);
  void write(MetricsText& out, const std::string& name, const Labels& labels) const;

 private:
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts_{};
  std::atomic<std::uint64_t> microseconds_{0};
};

/// Answers of one path by their outcome. Thread-safe.
class Answers {
 public:
  /// `outcome`: one of a few words of our own.
  void count(std::string_view outcome, double seconds);
  /// As `name`_total by path and outcome, and `name`_seconds by path.
  void write_counts(MetricsText& out, const std::string& name, std::string_view path) const;
  void write_times(MetricsText& out, const std::string& name, std::string_view path) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> outcomes_;
  Histogram times_;
};

}  // namespace mpk::admit
