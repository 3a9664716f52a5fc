// Pins in a document: written, replaced, read back.
#include "agent/pins.hpp"

#include "agent/document.hpp"
#include "agent/test_tools.hpp"
#include "aibom/validate.hpp"
#include "crypto/hash.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::agent;

namespace {

Json pinned(const Json& answers = test::answers()) {
  auto document = pin(test::bom(), {.servers = {test::server_of(answers)}});
  REQUIRE(document);
  return document.take();
}

Json& service(Json& bom, std::size_t index) { return bom["services"][index]; }

std::string property(const Json& owner, const std::string& name) {
  for (const auto& each : owner.at("properties")) {
    if (each.at("name") == Json("mpk:" + name)) return each.at("value").get<std::string>();
  }
  return {};
}

}  // namespace

TEST_CASE("servers, tools and prompts become services and data components that the model needs") {
  auto bom = pinned();
  REQUIRE(bom["services"].size() == 2);
  const auto& server = service(bom, 1);
  CHECK(server["bom-ref"] == "mcp:files");
  CHECK(server["name"] == "files");
  CHECK(server["version"] == "1.0.0");
  CHECK(property(server, "mcp:instructions") == "Read before you write.");
  CHECK(property(server, "mcp:tools") == "3");
  REQUIRE(server["services"].size() == 3);
  const auto& read = server["services"][1];
  CHECK(read["bom-ref"] == "mcp:files/read");
  CHECK(property(read, "mcp:tool:sha256") ==
        test::server_of(test::answers()).tools->at(1).digest.hex());
  CHECK(property(read, "mcp:hint:readOnly") == "true");
  CHECK(property(read, "mcp:hint:destructive") == "true");
  CHECK(property(read, "mcp:hint:openWorld") == "false");
  CHECK(property(read, "oauth:scope") == "files:read");
  REQUIRE(bom["components"].size() == 2);
  CHECK(bom["components"][1]["bom-ref"] == "mcp:files/prompt:review");
  CHECK(bom["components"][1]["data"][0]["type"] == "definition");
  CHECK(bom["dependencies"][0]["dependsOn"] ==
        Json::array({"data", "mcp:files", "mcp:files/prompt:review"}));
  CHECK(!aibom::has_errors(aibom::validate_aibom(bom).take()));
}

TEST_CASE("the digest of a pin is that of its text") {
  auto bom = pinned();
  const auto& list = service(bom, 1)["services"][0];
  const std::string_view text =
      R"({"description":"Lists.","inputSchema":{"type":"object"},"name":"list"})";
  CHECK(property(list, "mcp:tool:definition") == text);
  CHECK(property(list, "mcp:tool:sha256") == crypto::sha256(text).hex());
}

TEST_CASE("pinning twice gives the same document, and a new pin replaces the old one") {
  const auto bom = pinned();
  CHECK(pin(bom, {.servers = {test::server_of(test::answers())}}).take() == bom);
  auto other = test::answers();
  other[3]["result"]["prompts"] = Json::array();
  other[2]["result"]["tools"] = Json::array();
  const auto replaced = pin(bom, {.servers = {test::server_of(other)}}).take();
  CHECK(replaced == pinned(other));
  CHECK(replaced["components"].size() == 1);
  // Of another name both stay.
  auto both = pin(bom, {.servers = {test::server_of(other, "more")}}).take();
  CHECK(both["services"].size() == 3);
  CHECK(read_pins(both).take().size() == 2);
}

TEST_CASE("the order of the input does not matter") {
  auto a = test::server_of(test::answers(), "a"), b = test::server_of(test::answers(), "b");
  CHECK(pin(test::bom(), {.servers = {a, b}}).take() ==
        pin(test::bom(), {.servers = {b, a}}).take());
}

TEST_CASE("names with separators keep apart") {
  auto document = test::answers();
  test::first_tool(document)["name"] = "a/b c";
  const auto bom = pin(
      test::bom(), {.servers = {test::server_of(document, "x/y"), test::server_of(document, "x")}});
  REQUIRE(bom);
  CHECK(read_pins(*bom).take().size() == 2);
}

TEST_CASE("a place and a list of tools become one pin; two lists are refused") {
  auto place =
      read_document(R"({"mcpServers": {"files": {"command": "x", "env": {"T": "s"}}}})", {}, "f")
          .take()
          .front();
  auto merged = merge_servers({place, test::server_of(test::answers())});
  REQUIRE(merged);
  REQUIRE(merged->size() == 1);
  CHECK(merged->front().command == "x");
  CHECK(merged->front().tools);
  const auto bom = pin(test::bom(), {.servers = *merged}).take();
  CHECK(property(bom["services"][1], "mcp:environment") == R"(["T"])");
  const auto read = read_pins(bom).take().front();
  CHECK(read.command == "x");
  CHECK(read.environment == std::vector<std::string>{"T"});
  CHECK(!merge_servers({test::server_of(test::answers()), test::server_of(test::answers())}));
}

TEST_CASE("what is read back is what was pinned") {
  const auto live = test::server_of(test::answers());
  const auto read = read_pins(pinned()).take().front();
  CHECK(read.name == live.name);
  CHECK(read.said_name == live.said_name);
  CHECK(read.instructions == live.instructions);
  REQUIRE(read.tools->size() == live.tools->size());
  for (std::size_t i = 0; i < live.tools->size(); ++i) {
    CHECK(read.tools->at(i).digest == live.tools->at(i).digest);
    CHECK(read.tools->at(i).scopes == live.tools->at(i).scopes);
  }
  REQUIRE(read.prompts);
  CHECK(read.prompts->front().digest == live.prompts->front().digest);
}

TEST_CASE("documents that can't take pins are refused with the reason") {
  struct Row {
    std::function<void(Json&)> change;
    const char* reason;
  };
  const std::vector<Row> rows = {
      {[](Json& bom) { bom.erase("bomFormat"); }, "bomFormat"},
      {[](Json& bom) { bom["signature"] = {{"algorithm", "ES256"}, {"value", "eA"}}; },
       "signed inside"},
      {[](Json& bom) { bom["services"] = 1; }, "not valid"},
      {[](Json& bom) {
         bom.erase("metadata");
         bom.erase("dependencies");
       },
       "about nothing"},
      {[](Json& bom) { bom["specVersion"] = "1.9"; }, "1.9"},
      {[](Json& bom) { bom["services"][0]["bom-ref"] = "model"; }, "not valid"},
  };
  for (const auto& row : rows) {
    auto bom = test::bom();
    row.change(bom);
    const auto result = pin(bom, {.servers = {test::server_of(test::answers())}});
    REQUIRE(!result);
    CAPTURE(result.error().text());
    CHECK(result.error().text().find(row.reason) != std::string::npos);
  }
  CHECK(!pin(Json(1), {}));
}

TEST_CASE("a model without a bom-ref, dependencies or services gets them") {
  auto bom = test::bom();
  bom["metadata"]["component"].erase("bom-ref");
  for (const char* name : {"components", "services", "dependencies"}) bom.erase(name);
  const auto result = pin(bom, {.servers = {test::server_of(test::answers())}});
  REQUIRE(result);
  CHECK((*result)["dependencies"][0]["ref"] == "model");
}

TEST_CASE("pins that do not agree with themselves are refused") {
  const auto set = [](Json& owner, const std::string& name, const char* value) {
    for (auto& each : owner["properties"]) {
      if (each["name"] == Json("mpk:" + name)) each["value"] = value;
    }
  };
  struct Row {
    std::function<void(Json& bom, Json& tool)> change;
    const char* reason;
  };
  const std::vector<Row> rows = {
      {[&](Json&, Json& tool) { set(tool, "mcp:tool:definition", R"({"name":"list"})"); },
       "does not agree with itself"},
      {[&](Json&, Json& tool) { set(tool, "mcp:tool:definition", "{"); }, "tool list"},
      {[&](Json&, Json& tool) { set(tool, "mcp:tool:sha256", "00"); }, "no mpk:mcp:tool:sha256"},
      {[](Json&, Json& tool) { tool["name"] = "other"; }, "does not agree"},
      {[](Json& bom, Json&) { bom["services"][1]["services"].erase(0); }, "mpk:mcp:tools says 3"},
      {[](Json& bom, Json&) { bom["services"].push_back(Json(bom["services"][1])); },
       "pinned twice"},
      {[](Json& bom, Json&) { bom["components"][1].erase("hashes"); }, "without a SHA-256"},
      {[](Json& bom, Json&) { bom["services"] = 1; }, "expected an array"},
  };
  for (const auto& row : rows) {
    auto bom = pinned();
    row.change(bom, service(bom, 1)["services"][0]);
    const auto result = read_pins(bom);
    REQUIRE(!result);
    CAPTURE(result.error().text());
    CHECK(result.error().text().find(row.reason) != std::string::npos);
  }
  CHECK(read_pins(test::bom()).take().empty());
}
