// The policy files of testdata/policy: what the reader and the schema say of each.
#include "base/file.hpp"
#include "base/text.hpp"
#include "json/lookup.hpp"
#include "json/parse.hpp"
#include "json/schema.hpp"
#include "json/yaml.hpp"
#include "policy/policy.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <ostream>
#include <set>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::policy;

namespace {

struct File {
  std::string name, text;
};

std::vector<File> files_of(const std::string& folder) {
  std::vector<File> out;
  for (const auto& entry : std::filesystem::directory_iterator("testdata/policy/" + folder)) {
    const auto name = entry.path().string();
    out.push_back({name, read_file(name, 1U << 20).take()});
  }
  std::ranges::sort(out, {}, &File::name);
  return out;
}

Json schema_text() {
  return json::parse(read_file("schemas/aibom/policy.schema.json", 1U << 20).take()).take();
}

json::Schema schema() { return json::Schema::compile(schema_text()).take(); }

std::string violations(const json::Schema& schema, const File& file) {
  const auto document = json::parse_yaml(file.text, file.name);
  if (!document) return document.error().text();
  std::string out;
  for (const auto& each : schema.validate(*document->value))
    out += each.instance + ": " + each.message + "\n";
  return out;
}

// Every name below a "properties" of the schema; those without a description, too.
void keys_of_schema(const Json& root, const Json& schema, std::set<std::string>& out,
                    std::set<std::string>& unsaid) {
  if (!schema.is_structured()) return;
  for (const auto& [key, value] : json::member(schema, "properties").items()) {
    out.insert(key);
    const auto& target = json::text(value, "$ref");
    const auto& said = target.empty() ? value : root.at(Json::json_pointer(target.substr(1)));
    if (!value.contains("description") && !said.contains("description")) unsaid.insert(key);
  }
  for (const auto& each : schema) keys_of_schema(root, each, out, unsaid);
}

void keys_of(const Json& value, std::set<std::string>& out) {
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) out.insert(key);
  }
  if (!value.is_structured()) return;
  for (const auto& each : value) keys_of(each, out);
}

}  // namespace

TEST_CASE("each valid policy file is read, and the schema takes it, too") {
  const auto files = files_of("valid");
  CHECK(files.size() >= 12);
  const auto grammar = schema();
  for (const auto& file : files) {
    CAPTURE(file.name);
    const auto policy = parse_policy(file.text, file.name);
    CHECK_MESSAGE(policy, policy.error().text());
    CHECK(violations(grammar, file) == "");
  }
}

// The first line: "# form: ERROR | HINT", where the schema has to see it, too, or "# sense: …".
TEST_CASE("each refused policy file is refused as its first line says") {
  const auto files = files_of("refused");
  CHECK(files.size() >= 50);
  const auto grammar = schema();
  for (const auto& file : files) {
    CAPTURE(file.name);
    const auto line = file.text.substr(0, file.text.find('\n'));
    const bool form = line.starts_with("# form: ");
    REQUIRE((form || line.starts_with("# sense: ")));
    const auto expected = line.substr(line.find(": ") + 2);
    const auto policy = parse_policy(file.text, file.name);
    REQUIRE_FALSE(policy);
    CHECK(policy.error().kind() == ErrorKind::usage);
    const auto said = policy.error().text() + " | " + policy.error().hint();
    CHECK_MESSAGE(said.starts_with(file.name + ":" + expected), said);
    if (form) CHECK_FALSE(violations(grammar, file).empty());
  }
}

TEST_CASE("every key of the schema is in a valid file, and says what it means") {
  const auto schema = schema_text();
  std::set<std::string> known, unsaid, used;
  keys_of_schema(schema, schema, known, unsaid);
  for (const auto& file : files_of("valid"))
    keys_of(*json::parse_yaml(file.text, file.name).take().value, used);
  std::vector<std::string> unused;
  std::ranges::set_difference(known, used, std::back_inserter(unused));
  CHECK(known.size() > 60);
  CHECK(join(unused, " ") == "");
  CHECK(unsaid.empty());
}
