// Tests of the documents: every member is there, SARIF's own rules hold.
#include "scan/report.hpp"

#include "base/file.hpp"
#include "scan/test_pickles.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::scan;
using namespace mpk::scan::test;

namespace {

Report report() {
  Report out;
  out.files.push_back(
      scan_file(memory_content(zip(torch_members(exploit()))), "a b/model.pt").take());
  out.files.push_back(scan_file(memory_content(exploit("\xff", "\x01")), "x.pkl").take());
  out.files.push_back(scan_file(memory_content("print()"), "code.py").take());
  out.ignored.emplace_back(".git/");
  return out;
}

}  // namespace

TEST_CASE("the JSON document counts what was scanned and lists every finding") {
  const auto document = report_json(report(), Severity::medium);
  CHECK(document["result"] == "unsafe");
  CHECK(document["scanned"]["files"] == 3);
  CHECK(document["scanned"]["members"] == 5);
  CHECK(document["scanned"]["pickles"] == 2);
  CHECK(document["counts"]["critical"] == 2);
  CHECK(document["counts"]["info"] == 1);
  CHECK(document["ignored"] == Json::array({".git/"}));
  const auto& first = document["findings"][0];
  CHECK(first["file"] == "a b/model.pt");
  CHECK(first["member"] == "archive/data.pkl");
  CHECK(first["offset"] == 2);
  CHECK(first["found"] == "posix.system");
  CHECK_FALSE(json::compact(document).empty());  // valid UTF-8, whatever the pickle names
}

TEST_CASE("findings below the level leave a report clean") {
  Report one;
  one.files.push_back(scan_file(memory_content("print()"), "code.py").take());
  CHECK(report_json(one, Severity::low)["result"] == "clean");
  CHECK(report_json(one, Severity::info)["result"] == "unsafe");
}

TEST_CASE("SARIF names a rule for each result, and places in the form that it asks for") {
  const auto sarif = sarif_json(report(), "1.0");
  CHECK(sarif["version"] == "2.1.0");
  const auto& run = sarif["runs"][0];
  CHECK(run["results"].size() == report().findings().size());
  for (const auto& result : run["results"]) {
    const auto index = result["ruleIndex"].get<std::size_t>();
    CHECK(run["tool"]["driver"]["rules"][index]["id"] == result["ruleId"]);
    CHECK_FALSE(result["message"]["text"].get<std::string>().empty());
  }
  const auto& first = run["results"][0];
  CHECK(first["level"] == "error");
  CHECK(first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/model.pt");
  CHECK(first["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] ==
        "a b/model.pt!archive/data.pkl");
}

TEST_CASE("docs/scan.md lists every code with its severity") {
  const auto page = read_file(MPK_SOURCE_DIR "/docs/scan.md", 1U << 20);
  REQUIRE(page.has_value());
  for (const auto& one : rules()) {
    const auto row =
        "| `" + std::string(one.code) + "` | " + std::string(to_string(one.severity)) + " |";
    CAPTURE(row);
    CHECK(page->find(row) != std::string::npos);
  }
}

TEST_CASE("severities are parsed by their names, another word is refused") {
  for (const auto* const word : {"info", "low", "medium", "high", "critical"})
    CHECK(to_string(parse_severity(word).value()) == word);
  CHECK_FALSE(parse_severity("HIGH").has_value());
}
