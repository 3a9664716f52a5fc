// Metrics in Prometheus' text format.
#include "admit/metrics.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace mpk::admit {
namespace {

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

std::string number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return fmt::format("{:.0f}", value);
  return fmt::format("{}", value);
}

}  // namespace

void MetricsText::describe(std::string_view name, std::string_view type, std::string_view help) {
  text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void MetricsText::value(std::string_view name, const Labels& labels, double value) {
  text_ += name;
  if (!labels.empty()) {
    text_ += '{';
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (i > 0) text_ += ',';
      text_ += fmt::format("{}=\"{}\"", labels[i].first, escaped(labels[i].second));
    }
    text_ += '}';
  }
  text_ += ' ' + number(value) + '\n';
}

void MetricsText::single(std::string_view name, std::string_view type, std::string_view help,
                         double value) {
  describe(name, type, help);
  this->value(name, {}, value);
}

void Histogram::observe(double seconds) {
  const auto at = std::ranges::lower_bound(kBounds, seconds);
  ++counts_[static_cast<std::size_t>(at - kBounds.begin())];
  microseconds_ += static_cast<std::uint64_t>(std::max(seconds, 0.0) * 1e6);
}

void Histogram::write(MetricsText& out, const std::string& name, const Labels& labels) const {
  std::uint64_t sum = 0;
  auto with_bound = labels;
  with_bound.emplace_back("le", "");
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    sum += counts_[i];
    with_bound.back().second = i < kBounds.size() ? fmt::format("{}", kBounds[i]) : "+Inf";
    out.value(name + "_bucket", with_bound, static_cast<double>(sum));
  }
  out.value(name + "_sum", labels, static_cast<double>(microseconds_) / 1e6);
  out.value(name + "_count", labels, static_cast<double>(sum));
}

void Answers::count(std::string_view outcome, double seconds) {
  times_.observe(seconds);
  const std::scoped_lock lock(mutex_);
  const auto at = outcomes_.find(outcome);
  if (at == outcomes_.end()) {
    outcomes_.emplace(outcome, 1);
  } else {
    ++at->second;
  }
}

void Answers::write_counts(MetricsText& out, const std::string& name, std::string_view path) const {
  const std::scoped_lock lock(mutex_);
  for (const auto& [outcome, count] : outcomes_) {
    out.value(name, {{"path", std::string(path)}, {"outcome", outcome}},
              static_cast<double>(count));
  }
}

void Answers::write_times(MetricsText& out, const std::string& name, std::string_view path) const {
  times_.write(out, name, {{"path", std::string(path)}});
}

}  // namespace mpk::admit
