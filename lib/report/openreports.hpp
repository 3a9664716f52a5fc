// What reports of openreports.io/v1alpha1 have in common, whatever they are about.
#pragma once

#include "base/time.hpp"
#include "json/value.hpp"

#include <map>
#include <string>

namespace mpk::report {

struct OpenResult {
  std::string policy, rule, category;
  std::string severity;  // "critical", "high", "medium", "low", "info"
  std::string result;    // "pass", "fail", "warn", "error", "skip"
  std::string message;
  std::map<std::string, std::string> properties;  // empty ones are left out
};

/// Texts are made visible, and cut where a cluster would keep too much.
Json open_result(const OpenResult& result, Timestamp now);
/// `kind`: "Report" or "ClusterReport". `results`: an array of open_result(), which is counted.
Json open_report(const std::string& kind, Json metadata, Json results);

}  // namespace mpk::report
