// All folders of the public conformance suite pass, or fail for the reason that they were made for.
#include "base/text.hpp"
#include "sigstore/test_bundles.hpp"

#include <map>
#include <set>
#include <vector>

namespace mpk::sigstore {
namespace {

using namespace testing;

// One row of testdata/conformance-codes.tsv.
struct Expected {
  std::string step, code;  // the reason
  std::string words;       // in its message, expected or found
  std::string failures;    // all that fails: "step=code, step=code"
};

std::map<std::string, Expected> expected_failures() {
  std::map<std::string, Expected> out;
  const auto text =
      read_file(std::filesystem::path(MPK_SOURCE_DIR) / "testdata" / "conformance-codes.tsv");
  for (const auto line : split(text, '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto columns = split(line, '\t');
    REQUIRE_MESSAGE(columns.size() == 5, std::string(line));
    const bool added = out.emplace(std::string(columns[0]),
                                   Expected{std::string(columns[1]), std::string(columns[2]),
                                            std::string(columns[3]), std::string(columns[4])})
                           .second;
    REQUIRE_MESSAGE(added, std::string(line));
  }
  return out;
}

std::set<std::string> folders() {
  std::set<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(conformance_folder())) {
    if (entry.is_directory()) out.insert(entry.path().filename().string());
  }
  return out;
}

std::string words_of(const Step& step) {
  return step.message + " | " + join(step.expected, " | ") + " | " + step.found;
}

TEST_CASE("every folder of the conformance suite has the outcome and the reason it was made for") {
  if (!have_vectors()) return;
  const auto expected = expected_failures();
  const auto names = folders();
  CHECK(names.size() == 70);
  std::size_t passed = 0;
  for (const auto& name : names) {
    CAPTURE(name);
    const auto row = expected.find(name);
    if (row != expected.end() && row->second.step == "key-file") {
      const auto key =
          crypto::PublicKey::from_pem(read_file(conformance_folder() / name / "key.pub"));
      REQUIRE(kind_of(key) == row->second.code);
      CHECK(key.error().text().find(row->second.words) != std::string::npos);
      continue;
    }
    const ConformanceCase one(name);
    if (row == expected.end()) {
      CHECK_MESSAGE(!name.ends_with("_fail"), "the table has no row for it");
      const auto report = one.verify();
      CHECK(failures(report) == "");
      CHECK(report.verified.has_value());
      ++passed;
      continue;
    }
    const auto& want = row->second;
    if (want.step == "trusted-root") {
      const auto root = parse_trusted_root(one.trusted_root);
      REQUIRE(kind_of(root) == want.code);
      CHECK(root.error().text().find(want.words) != std::string::npos);
      continue;
    }
    const auto report = one.verify();
    CHECK(!report.verified.has_value());
    CHECK(report.malformed == (want.step == "bundle.form"));
    CHECK(failures(report) == want.failures);
    const auto& step = step_of(report, want.step);
    CHECK(step.code == want.code);
    CAPTURE(words_of(step));
    CHECK(words_of(step).find(want.words) != std::string::npos);
  }
  CHECK(passed == 21);
}

TEST_CASE("the table of reasons names only folders of the suite") {
  if (!have_vectors()) return;
  const auto names = folders();
  for (const auto& [name, row] : expected_failures()) CHECK_MESSAGE(names.contains(name), name);
}

}  // namespace
}  // namespace mpk::sigstore
