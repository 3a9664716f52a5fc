// The corpus: no miss, no false alarm. MPK_WRITE_CORPUS=DIR writes it for scripts/compare-scan.
#include "base/file.hpp"
#include "base/walk.hpp"
#include "scan/scan.hpp"
#include "scan/test_corpus.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::scan;
using namespace mpk::scan::test;

namespace {

ScannedFile scanned(const Case& each) {
  auto out = scan_file(memory_content(each.bytes), each.path);
  if (!out) FAIL(out.error().text());
  return out.take();
}

std::string codes(const ScannedFile& file) {
  std::string out;
  for (const auto& finding : file.findings)
    out += std::string(finding.rule->code) + " " + finding.found + " " + finding.detail + "; ";
  return out;
}

std::vector<Case> unsafe_cases() {
  auto out = pickle_cases();
  auto more = container_cases();
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

void write(const std::vector<Case>& cases, const std::filesystem::path& directory) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto folder = directory / (std::to_string(1000 + i) + "-" +
                                     (cases[i].code.empty() ? "benign" : cases[i].code));
    std::filesystem::create_directories(folder);
    REQUIRE(write_file_atomic(folder / cases[i].path, cases[i].bytes).has_value());
  }
}

}  // namespace

TEST_CASE("every unsafe file of the corpus is found, by the rule that it breaks") {
  const auto cases = unsafe_cases();
  CHECK(cases.size() > 100);
  for (const auto& each : cases) {
    CAPTURE(each.name);
    CAPTURE(each.path);
    const auto file = scanned(each);
    CAPTURE(codes(file));
    CHECK(std::ranges::any_of(file.findings, [&](const Finding& finding) {
      return finding.rule->code == each.code && finding.severity >= Severity::medium;
    }));
  }
}

TEST_CASE("no file that the libraries write is called unsafe") {
  for (const auto& each : benign_cases()) {
    CAPTURE(each.name);
    const auto file = scanned(each);
    CAPTURE(codes(file));
    CHECK(std::ranges::none_of(file.findings, [](const Finding& finding) {
      return finding.severity >= Severity::medium;
    }));
  }
}

TEST_CASE("a template begins as JSON does and is none") {
  for (const auto* const text : {"{% if tools %}{{ tools }}{% endif %}", "{{ bos_token }}\n"}) {
    CAPTURE(text);
    CHECK(codes(scanned({"a template", "chat_template.jinja", text, {}})).empty());
    CHECK_FALSE(codes(scanned({"no JSON", "config.json", text, {}})).empty());
  }
}

TEST_CASE("no file that the real libraries wrote is called unsafe") {
  std::size_t count = 0;
  for (const auto* const folder : {"testdata/scan", "testdata/models/tiny-llama",
                                   "testdata/models/tiny-gguf", "testdata/models/tiny-onnx",
                                   "testdata/models/saved-llama", "testdata/models/lora-adapter"}) {
    auto walked = walk_model(std::filesystem::path(MPK_SOURCE_DIR) / folder);
    REQUIRE(walked.has_value());
    for (const auto& each : walked->files) {
      CAPTURE(each.path);
      auto content = file_content(each.absolute);
      REQUIRE(content.has_value());
      const auto file = scan_file(*content, each.path);
      REQUIRE(file.has_value());
      CAPTURE(codes(*file));
      CHECK(std::ranges::none_of(file->findings, [](const Finding& finding) {
        return finding.severity >= Severity::medium;
      }));
      ++count;
    }
  }
  CHECK(count > 30);
}

TEST_CASE("a file that is cut off anywhere is judged, and twice the same") {
  for (const auto& each : unsafe_cases()) {
    CAPTURE(each.name);
    for (std::size_t size = 0; size < std::min<std::size_t>(each.bytes.size(), 120); size += 3) {
      const Case cut{each.name, each.path, each.bytes.substr(0, size), each.code};
      CHECK(codes(scanned(cut)) == codes(scanned(cut)));
    }
  }
}

TEST_CASE("a call that is there is found however the rest of the pickle is cut") {
  const auto cases = pickle_cases();
  const auto& first = cases.front().bytes;  // GLOBAL and REDUCE
  for (std::size_t size = 2; size < first.size(); ++size) {
    const auto file = scanned({"cut", "a.pkl", first.substr(0, size), {}});
    CHECK_FALSE(file.findings.empty());
  }
}

TEST_CASE("the corpus is written where MPK_WRITE_CORPUS says") {
  const char* const directory = std::getenv("MPK_WRITE_CORPUS");
  if (directory == nullptr) {
    MESSAGE("not asked for");
    return;
  }
  write(unsafe_cases(), std::filesystem::path(directory) / "unsafe");
  write(benign_cases(), std::filesystem::path(directory) / "benign");
}
