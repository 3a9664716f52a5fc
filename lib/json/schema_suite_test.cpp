// Draft-07 as its authors test it: the JSON-Schema-Test-Suite that Debian ships.
#include "json/parse.hpp"
#include "json/schema.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <vector>

namespace mpk::json {
namespace {

namespace fs = std::filesystem;

const fs::path kSuite = "/usr/share/json-schema-test-suite/tests/draft7";

struct Excluded {
  const char* file;
  const char* group;  // empty: the whole file
};

/// All of them need documents from the network or from a server of the suite, which compile()
/// refuses.
constexpr Excluded kRemote[] = {
    {"refRemote.json", ""},
    {"ref.json", "remote ref, containing refs itself"},
    {"definitions.json", "valid definition"},
    {"definitions.json", "invalid definition"},
};

bool is_remote(const std::string& file, const std::string& group) {
  return std::any_of(std::begin(kRemote), std::end(kRemote), [&](const Excluded& e) {
    return file == e.file && (*e.group == '\0' || group == e.group);
  });
}

Json load(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  auto value = parse(text);
  if (!value) FAIL(path.string() << ": " << value.error().text());
  return *value;
}

/// How many verdicts were compared.
std::size_t run_file(const fs::path& path) {
  std::size_t verdicts = 0;
  for (const Json& group : load(path)) {
    const auto name = group.at("description").get<std::string>();
    CAPTURE(path.filename().string());
    CAPTURE(name);
    const auto schema = Schema::compile(group.at("schema"));
    if (is_remote(path.filename().string(), name)) {
      REQUIRE_FALSE(schema);
      CHECK(schema.error().kind() == ErrorKind::unsupported);
      continue;
    }
    if (!schema) FAIL_CHECK(schema.error().text());
    if (!schema) continue;
    for (const Json& test : group.at("tests")) {
      CAPTURE(test.at("description").get<std::string>());
      CHECK(schema->validate(test.at("data")).empty() == test.at("valid").get<bool>());
      // One violation is as good a verdict as all of them.
      CHECK(schema->validate(test.at("data"), 1).size() == (test.at("valid").get<bool>() ? 0 : 1));
      ++verdicts;
    }
  }
  return verdicts;
}

}  // namespace

TEST_CASE("the official draft-07 suite agrees with every verdict") {
  if (!fs::exists(kSuite)) {
    MESSAGE("skipped: package json-schema-test-suite is not installed");
    return;
  }
  std::size_t files = 0, verdicts = 0;
  for (const auto& entry : fs::directory_iterator(kSuite)) {
    if (entry.path().extension() != ".json") continue;
    verdicts += run_file(entry.path());
    ++files;
  }
  CHECK(files >= 35);
  CHECK(verdicts >= 400);
}

TEST_CASE("the suite's optional tests of the asserted formats agree with every verdict") {
  if (!fs::exists(kSuite)) {
    MESSAGE("skipped: package json-schema-test-suite is not installed");
    return;
  }
  std::size_t verdicts = 0;
  for (const char* format :
       {"date", "date-time", "email", "idn-email", "iri-reference", "uri", "uri-reference"}) {
    verdicts += run_file(kSuite / "optional" / "format" / (std::string(format) + ".json"));
  }
  CHECK(verdicts >= 45);
}

}  // namespace mpk::json
