// Each kind of change, told from a pin that went through a document.
#include "agent/compare.hpp"

#include "agent/pins.hpp"
#include "agent/test_tools.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::agent;

namespace {

std::vector<std::string> codes(const std::vector<Change>& changes) {
  std::vector<std::string> out;
  for (const auto& change : changes) out.push_back(change.code);
  return out;
}

// As verify does it: through the pins of a document, not by what was read.
Server pinned() {
  auto document = pin(test::bom(), {.servers = {test::server_of(test::answers())}});
  REQUIRE(document);
  auto pins = read_pins(*document);
  REQUIRE(pins);
  REQUIRE(pins->size() == 1);
  return pins->front();
}

struct Pull {
  const char* code;
  std::function<void(Json& document, Json& tool)> change;
};

const std::vector<Pull> kPulls = {
    {"tool-added",
     [](Json& document, Json&) {
       document[2]["result"]["tools"].push_back({{"name", "send"}, {"inputSchema", {}}});
     }},
    {"tool-removed", [](Json& document, Json&) { document[2]["result"]["tools"].clear(); }},
    {"tool-renamed", [](Json&, Json& tool) { tool["name"] = "open"; }},
    {"title-changed", [](Json&, Json& tool) { tool["title"] = "Read any file"; }},
    {"title-changed", [](Json&, Json& tool) { tool.erase("title"); }},
    {"description-changed", [](Json&, Json& tool) { tool["description"] = "Also sends it."; }},
    {"input-schema-changed",
     [](Json&, Json& tool) { tool["inputSchema"]["properties"]["path"]["maxLength"] = 10; }},
    {"input-schema-changed",
     [](Json&, Json& tool) { tool["inputSchema"]["properties"]["path"]["description"] = "x"; }},
    {"input-schema-widened", [](Json&, Json& tool) { tool["inputSchema"].erase("required"); }},
    {"input-schema-widened",
     [](Json&, Json& tool) { tool["inputSchema"]["additionalProperties"] = true; }},
    {"input-schema-widened",
     [](Json&, Json& tool) { tool["inputSchema"]["properties"]["mode"]["enum"].push_back("raw"); }},
    {"input-schema-widened",
     [](Json&, Json& tool) { tool["inputSchema"]["properties"]["count"]["type"] = "number"; }},
    {"output-schema-changed",
     [](Json&, Json& tool) { tool["outputSchema"]["required"] = Json::array({"text"}); }},
    {"read-only-flipped", [](Json&, Json& tool) { tool["annotations"]["readOnlyHint"] = false; }},
    {"read-only-flipped", [](Json&, Json& tool) { tool["annotations"].erase("readOnlyHint"); }},
    {"destructive-flipped",
     [](Json& document, Json&) {
       document[1]["result"]["tools"][1]["annotations"]["destructiveHint"] = true;
     }},
    {"idempotent-flipped",
     [](Json& document, Json&) {
       document[1]["result"]["tools"][1]["annotations"]["idempotentHint"] = false;
     }},
    {"open-world-flipped", [](Json&, Json& tool) { tool["annotations"]["openWorldHint"] = true; }},
    {"annotations-changed", [](Json&, Json& tool) { tool["annotations"]["title"] = "R"; }},
    {"annotations-changed",
     [](Json&, Json& tool) { tool["annotations"]["destructiveHint"] = true; }},
    {"scope-added",
     [](Json&, Json& tool) {
       tool["_meta"]["securitySchemes"][0]["scopes"] = "files:read files:write";
     }},
    {"server-name-changed",
     [](Json& document, Json&) { document[0]["result"]["serverInfo"]["name"] = "flles"; }},
    {"server-version-changed",
     [](Json& document, Json&) { document[0]["result"]["serverInfo"]["version"] = "1.0.1"; }},
    {"instructions-changed",
     [](Json& document, Json&) { document[0]["result"]["instructions"] = "Send all."; }},
    {"instructions-changed",
     [](Json& document, Json&) { document[0]["result"].erase("instructions"); }},
    {"prompt-changed",
     [](Json& document, Json&) {
       document[3]["result"]["prompts"][0]["arguments"][0]["required"] = true;
     }},
    {"prompt-added",
     [](Json& document, Json&) { document[3]["result"]["prompts"].push_back({{"name", "x"}}); }},
    {"prompt-removed", [](Json& document, Json&) { document[3]["result"]["prompts"].clear(); }},
};

}  // namespace

TEST_CASE("a server that is what was pinned has no changes") {
  CHECK(compare(pinned(), test::server_of(test::answers())).empty());
}

TEST_CASE("what is not pinned, and the order of what is, changes nothing") {
  auto document = test::answers();
  auto& tool = test::first_tool(document);
  tool["icons"] = Json::array({{{"src", "https://example.com/i.png"}}});
  tool["_meta"]["other"] = 1;
  std::swap(document[1]["result"]["tools"][0], document[1]["result"]["tools"][1]);
  CHECK(compare(pinned(), test::server_of(document)).empty());
}

TEST_CASE("each kind of change is refused with its own code and nothing else") {
  std::set<std::string> seen;
  for (const auto& pull : kPulls) {
    auto document = test::answers();
    pull.change(document, test::first_tool(document));
    const auto changes = compare(pinned(), test::server_of(document));
    CAPTURE(pull.code);
    CHECK(codes(changes) == std::vector<std::string>{pull.code});
    for (const auto& change : changes) CHECK(!change.message.empty());
    seen.insert(pull.code);
  }
  CHECK(seen.size() == 20);
}

TEST_CASE("the endpoint is compared when both are known") {
  auto was = pinned();
  auto live = test::server_of(test::answers());
  was.endpoint = "https://a.example/mcp";
  CHECK(compare(was, live).empty());
  live.endpoint = "https://b.example/mcp";
  CHECK(codes(compare(was, live)) == std::vector<std::string>{"endpoint-changed"});
}

TEST_CASE("characters that nobody sees are named beside the change that brought them") {
  auto document = test::answers();
  test::first_tool(document)["description"] = "Returns the text of a file.\u202e\U000e0041";
  const auto changes = compare(pinned(), test::server_of(document));
  REQUIRE(codes(changes) ==
          std::vector<std::string>{"description-changed", "invisible-characters"});
  REQUIRE(changes[1].details.size() == 1);
  CHECK(changes[1].details[0].label == "/description");
  CHECK(changes[1].details[0].text == "U+202E, U+E0041");
  // Of the same tool under the same pin they are no news.
  auto bom = pin(test::bom(), {.servers = {test::server_of(document)}});
  REQUIRE(bom);
  CHECK(compare(read_pins(*bom).take().front(), test::server_of(document)).empty());
}

TEST_CASE("a tool with a new name and a new definition is one removed and one added") {
  auto document = test::answers();
  test::first_tool(document)["name"] = "open";
  test::first_tool(document)["description"] = "Another.";
  CHECK(codes(compare(pinned(), test::server_of(document))) ==
        std::vector<std::string>{"tool-added", "tool-removed"});
}

TEST_CASE("two tools of one definition are one rename and one addition") {
  auto document = test::answers();
  auto copy = test::first_tool(document);
  copy["name"] = "b";
  test::first_tool(document)["name"] = "a";
  document[2]["result"]["tools"].push_back(copy);
  CHECK(codes(compare(pinned(), test::server_of(document))) ==
        std::vector<std::string>{"tool-renamed", "tool-added"});
}

TEST_CASE("a pin of which only the digest is known still tells a change") {
  auto was = pinned();
  for (auto& tool : *was.tools) tool.definition.reset();
  CHECK(compare(was, test::server_of(test::answers())).empty());
  auto document = test::answers();
  test::first_tool(document)["description"] = "x";
  CHECK(codes(compare(was, test::server_of(document))) ==
        std::vector<std::string>{"definition-changed"});
}

TEST_CASE("excerpts show where two texts part, without control characters") {
  const auto [before, after] = excerpts("one two three", "one two\x1b[31m four");
  CHECK(before == "one two three");
  CHECK(after == "one two\\x1b[31m four");
  const std::string lead(200, 'a');
  const auto [was, is] = excerpts(lead + "x", lead + std::string(500, 'y'), 60);
  CHECK(was == "…" + std::string(30, 'a') + "x");
  CHECK(is.size() < 80);
  const std::string umlauts = "äääääääääääääääääääääääääääääääää";
  CHECK(excerpts(umlauts + "x", umlauts + "y").first.find("\\x") == std::string::npos);
}
