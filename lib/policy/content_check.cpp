// Formats of weights, and the test-result of a scan.
#include "policy/content_check.hpp"

#include "base/text.hpp"
#include "json/lookup.hpp"
#include "policy/judgement.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace mpk::policy {
namespace {

using json::items;
using json::member;
using json::text;

constexpr int kUnsafe = 23;

constexpr Fault kFormatDenied{"format-denied", "weights in a format that is denied",
                              "convert them, to safetensors for example"};
constexpr Fault kFormatNotAllowed{"format-not-allowed",
                                  "weights in a format that the policy does not name",
                                  "convert them, or add it to content.formats.allow"};
constexpr Fault kScanMalformed{"scan-malformed", "no in-toto test-result v0.1",
                               "make it anew with mpk scan REF --attest"};
constexpr Fault kScanForeign{"scan-foreign", "the test-result is not of mpk's scan",
                             "make one with mpk scan REF --attest"};
constexpr Fault kScanFailed{"scan-failed", "the scan found unsafe content",
                            "mpk scan REF lists what it is"};
constexpr Fault kScanWarned{"scan-warned", "the scan has warnings",
                            "mpk scan REF lists them; content.scan.warnings accepts them"};

bool has(const std::vector<std::string>& list, const std::string& word) {
  return std::ranges::find(list, word) != list.end();
}

bool names_the_scan(const Json& configuration) {
  return std::ranges::any_of(configuration,
                             [](const Json& each) { return text(each, "name") == kScanName; });
}

std::string listed(const Json& list, const char* key) {
  std::string out;
  for (const auto& each : items(list)) {
    const auto& word = key == nullptr ? text(each) : text(each, key);
    if (!word.empty()) out += (out.empty() ? "" : ", ") + word;
  }
  return out;
}

// The result and its lists may contradict each other: the worse counts. One code only; what another
// program found is no scan's result, whatever it says.
void judge_scan(const ContentRule& rule, const Json& predicate, Judgement& judged) {
  const auto& result = text(predicate, "result");
  const auto& configuration = member(predicate, "configuration");
  const auto &failed = member(predicate, "failedTests"), &warned = member(predicate, "warnedTests");
  if (!configuration.is_array() ||
      (result != "PASSED" && result != "WARNED" && result != "FAILED")) {
    judged.refuse(kScanMalformed, "result " + (result.empty() ? "none" : result),
                  {"result PASSED, WARNED or FAILED, and a configuration"});
  } else if (!names_the_scan(configuration)) {
    judged.refuse(kScanForeign, "configuration " + listed(configuration, "name"),
                  {"configuration " + std::string(kScanName)});
  } else if (result == "FAILED" || !items(failed).empty()) {
    judged.refuse(kScanFailed, result + " " + listed(failed, nullptr), {"PASSED"});
  } else if (!rule.scan_warnings && (result == "WARNED" || !items(warned).empty())) {
    judged.refuse(kScanWarned, result + " " + listed(warned, nullptr), {"PASSED"});
  }
}

}  // namespace

Check check_formats(const ContentRule& rule, const std::vector<LayerFormat>& layers) {
  Judgement denied("content.formats", "content", kUnsafe), others = denied;
  std::set<std::string> formats;
  for (const auto& layer : layers) {
    if (layer.format.empty()) continue;
    formats.insert(layer.format);
    const auto found = fmt::format("{}: {}", layer.format, layer.path);
    if (has(rule.formats_denied, layer.format)) {
      denied.refuse(kFormatDenied, found, {"none of " + join(rule.formats_denied, ", ")});
    } else if (!rule.formats_allowed.empty() && !has(rule.formats_allowed, layer.format)) {
      others.refuse(kFormatNotAllowed, found, rule.formats_allowed);
    }
  }
  const std::vector<std::string> names(formats.begin(), formats.end());
  const auto& judged = denied.refused() ? denied : others;
  return judged.only(names.empty() ? "no weights"
                                   : "weights: " + printable(join(names, ", "), 200));
}

Check check_scan(const ContentRule& rule, const Json& predicate) {
  Judgement judged("content.scan", "content", kUnsafe);
  judge_scan(rule, predicate, judged);
  return judged.only("mpk scan: " + printable(text(predicate, "result"), 20));
}

}  // namespace mpk::policy
