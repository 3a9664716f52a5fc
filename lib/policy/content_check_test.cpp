// Formats and scans: each rule passes once, and each fails with its own code.
#include "policy/content_check.hpp"

#include "policy/test_documents.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::policy;

namespace {

// As flow/scan.cpp writes it.
Json result(const char* word = "PASSED") {
  auto out = json::parse(R"({"configuration": [{"name": "mpk scan", "digest": {"sha256": "00"},
      "annotations": {"failOn": "medium"}}], "passedTests": ["pickle-import"], "warnedTests": [],
      "failedTests": []})")
                 .take();
  out["result"] = word;
  return out;
}

}  // namespace

TEST_CASE("formats of weights are held to what is allowed and denied, other files are not") {
  struct Row {
    std::vector<std::string> allowed, denied;
    std::vector<LayerFormat> layers;
    const char* code;
  };
  const LayerFormat card{"README.md", ""}, safe{"a.safetensors", "safetensors"},
      pickle{"b.bin", "pytorch"};
  for (const auto& row : std::vector<Row>{
           {{}, {}, {card, safe, pickle}, ""},
           {{"safetensors"}, {}, {card, safe}, ""},
           {{"safetensors"}, {}, {card}, ""},
           {{"safetensors"}, {}, {safe, pickle}, "format-not-allowed"},
           {{}, {"pytorch"}, {safe}, ""},
           {{}, {"pytorch"}, {safe, pickle}, "format-denied"},
           {{"safetensors", "pytorch"}, {"pytorch"}, {pickle}, "format-denied"},
       }) {
    ContentRule rule;
    rule.formats_allowed = row.allowed;
    rule.formats_denied = row.denied;
    const auto check = check_formats(rule, row.layers);
    CHECK(check.id == "content.formats");
    CHECK(check.code == row.code);
    CHECK(test::is_whole(check));
    if (!check.code.empty()) {
      CHECK(check.exit_code == 23);
      CHECK(check.found == "pytorch: b.bin");
    }
  }
}

TEST_CASE("a scan must have passed, be mpk's own, and may warn where the rule lets it") {
  struct Row {
    const char* what;
    const char* patch;
    const char *code, *with_warnings;
  };
  for (const auto& row : std::vector<Row>{
           {"passed", R"({})", "", ""},
           {"warned", R"({"result": "WARNED", "warnedTests": ["x"]})", "scan-warned", ""},
           {"passed with warnings", R"({"warnedTests": ["x"]})", "scan-warned", ""},
           {"failed", R"({"result": "FAILED"})", "scan-failed", "scan-failed"},
           {"passed with failures", R"({"failedTests": ["x"]})", "scan-failed", "scan-failed"},
           {"another tool", R"({"configuration": [{"name": "other"}]})", "scan-foreign",
            "scan-foreign"},
           {"nobody's", R"({"configuration": []})", "scan-foreign", "scan-foreign"},
           {"another's that failed", R"({"configuration": [], "result": "FAILED"})", "scan-foreign",
            "scan-foreign"},
           {"another result", R"({"result": "passed"})", "scan-malformed", "scan-malformed"},
           {"no configuration", R"({"configuration": null})", "scan-malformed", "scan-malformed"},
       }) {
    CAPTURE(row.what);
    auto predicate = result();
    predicate.merge_patch(json::parse(row.patch).take());
    ContentRule rule;
    const auto check = check_scan(rule, predicate);
    CHECK(check.id == "content.scan");
    CHECK(check.code == row.code);
    CHECK(test::is_whole(check));
    rule.scan_warnings = true;
    CHECK(check_scan(rule, predicate).code == row.with_warnings);
  }
}

TEST_CASE("a scan with any value in any place is judged") {
  std::size_t passed = 0;
  test::each_damaged(result(), [&](const Json& damaged) {
    const auto check = check_scan({}, damaged);
    CHECK(test::is_whole(check));
    passed += check.result == CheckResult::pass ? 1U : 0U;
  });
  // Only what nobody looks at may change: the digest, the annotations, the tests that passed, and
  // lists that say no more than empty ones.
  CHECK(passed > 0);
  CHECK(check_scan({}, Json()).code == "scan-malformed");
}
