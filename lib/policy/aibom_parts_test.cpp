// Licences, datasets, evaluations and agents of an aiBOM: what is accepted beside what is not.
#include "policy/aibom_parts.hpp"

#include "agent/document.hpp"
#include "agent/pins.hpp"
#include "policy/test_documents.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::policy;

namespace {

std::vector<std::string> codes(const Judgement& judged) {
  std::vector<Check> checks;
  judged.add_to(checks, "ok");
  std::vector<std::string> out;
  for (const auto& check : checks) {
    CHECK(test::is_whole(check));
    if (check.result == CheckResult::fail) out.push_back(check.code);
  }
  return out;
}

using Codes = std::vector<std::string>;

Judgement judgement() { return {"x", "x", 1}; }

Json model(Json component) {
  component["type"] = "machine-learning-model";
  component["name"] = "m";
  return {{"metadata", {{"component", std::move(component)}}}};
}

Codes licenses(const LicenseRule& rule, const Json& bom) {
  auto judged = judgement();
  judge_licenses(rule, bom, judged);
  return codes(judged);
}

Json expression(const std::string& text) { return {{"expression", text}}; }
Json named(const char* key, const std::string& text) { return {{"license", {{key, text}}}}; }

Codes datasets(const DatasetRule& rule, const Json& bom) {
  auto judged = judgement();
  judge_datasets(rule, bom, judged);
  return codes(judged);
}

Codes evaluations(const EvaluationFloor& floor, const char* metrics) {
  auto judged = judgement();
  judge_evaluations(
      {floor},
      model({{"modelCard",
              {{"quantitativeAnalysis", {{"performanceMetrics", json::parse(metrics).take()}}}}}}),
      judged);
  return codes(judged);
}

// Servers "files" with the tools read and a/b, and "web" of which no tools are known.
Json pinned() {
  auto bom = json::parse(R"({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
    "metadata": {"component": {"type": "machine-learning-model", "bom-ref": "model", "name": "m",
                               "version": "1"}}})")
                 .take();
  auto servers = agent::read_document(R"([
    {"jsonrpc": "2.0", "id": 1, "result": {"protocolVersion": "2025-11-25",
      "capabilities": {"tools": {}}, "serverInfo": {"name": "files", "version": "1"}}},
    {"jsonrpc": "2.0", "id": 2, "result": {"tools": [
      {"name": "read", "inputSchema": {"type": "object"},
       "_meta": {"securitySchemes": [{"type": "oauth2", "scopes": ["files:read"]}]}},
      {"name": "a/b", "inputSchema": {"type": "object"}}]}}])",
                                      "files", "f");
  auto list = servers.take();
  auto places = agent::read_document(
      R"({"mcpServers": {"web": {"url": "https://x", "oauth": {"scopes": "web:all"}}}})", {}, "f");
  for (auto& each : places.take()) list.push_back(std::move(each));
  return agent::pin(std::move(bom), {.servers = std::move(list)}).take();
}

Codes agents(const AgentRule& rule, const Json& bom) {
  auto judged = judgement();
  judge_agent(rule, bom, judged);
  return codes(judged);
}

AgentRule agent_rule(const std::vector<std::string>& servers, const std::vector<std::string>& tools,
                     const std::vector<std::string>& scopes) {
  return {.servers = test::name_patterns(servers),
          .tools = test::name_patterns(tools),
          .scopes = test::name_patterns(scopes),
          .servers_given = true,
          .tools_given = true,
          .scopes_given = true};
}

}  // namespace

TEST_CASE("licences: one allowed alternative is enough, what is joined must all be allowed") {
  const LicenseRule rule{.allowed = {"MIT", "Apache-2.0", "LLVM-exception", "LicenseRef-llama3.1"},
                         .denied = {"GPL-3.0-only", "LicenseRef-no-good"}};
  struct Row {
    Json entry;
    const char* code;
  };
  for (const auto& row : std::vector<Row>{
           {named("id", "MIT"), ""},
           {expression("mit"), ""},
           {named("id", "ISC"), "license-not-allowed"},
           {named("id", "GPL-3.0-only"), "license-denied"},
           {named("id", "GPL-3.0"), "license-denied"},
           {named("id", "GPL-2.0-only"), "license-not-allowed"},
           {named("name", "llama3.1"), ""},
           {named("name", "llama4"), "license-unknown"},
           {named("name", "no good"), "license-denied"},
           {named("name", "gpl-3.0-only"), "license-denied"},
           {named("name", "MIT OR ISC"), ""},
           {expression("MIT OR GPL-3.0-only"), ""},
           {expression("ISC OR GPL-3.0-only"), "license-not-allowed"},
           {expression("MIT AND GPL-3.0-only"), "license-denied"},
           {expression("MIT AND ISC"), "license-not-allowed"},
           {expression("MIT AND (ISC OR Apache-2.0)"), ""},
           {expression("Apache-2.0 WITH LLVM-exception"), ""},
           {expression("Apache-2.0 WITH Classpath-exception-2.0"), "license-not-allowed"},
           {expression("Apache-2.0+"), ""},
           {expression("LicenseRef-other"), "license-unknown"},
           {expression("MIT OR"), "license-unknown"},
           {Json::object(), "license-unknown"},
           {Json(7), "license-unknown"},
       }) {
    const auto text = json::compact(row.entry);
    CAPTURE(text);
    const Codes expected = *row.code == '\0' ? Codes{} : Codes{row.code};
    CHECK(licenses(rule, model({{"licenses", Json::array({row.entry})}})) == expected);
  }
}

TEST_CASE("licences: with a list of denied ones only, all others that SPDX knows are accepted") {
  LicenseRule rule{.allowed = {}, .denied = {"GPL-3.0-only"}};
  const auto judged = [&](const std::string& text) {
    return licenses(rule, model({{"licenses", Json::array({expression(text)})}}));
  };
  CHECK(judged("ISC").empty());
  CHECK(judged("ISC AND MIT").empty());
  CHECK(judged("ISC AND GPL-3.0-only") == Codes{"license-denied"});
  CHECK(judged("LicenseRef-x") == Codes{"license-unknown"});
  rule.unknown = true;
  CHECK(judged("LicenseRef-x").empty());
  CHECK(judged("LicenseRef-x AND GPL-3.0-only") == Codes{"license-denied"});
}

TEST_CASE("licences: each entry is judged, none at all is unknown, two codes are told apart") {
  LicenseRule rule{.allowed = {"MIT"}, .denied = {}};
  CHECK(licenses(rule, model({})) == Codes{"license-unknown"});
  CHECK(licenses(rule, model({{"licenses", Json::array()}})) == Codes{"license-unknown"});
  const auto several = model(
      {{"licenses", Json::array({named("id", "MIT"), named("id", "ISC"), named("name", "own")})}});
  CHECK(licenses(rule, several) == Codes{"license-not-allowed", "license-unknown"});
  rule.unknown = true;
  CHECK(licenses(rule, model({})).empty());
  CHECK(licenses(rule, several) == Codes{"license-not-allowed"});
}

TEST_CASE("licences: base models are held to it at any depth, unless the rule says otherwise") {
  const Json mit = Json::array({named("id", "MIT")}), isc = Json::array({named("id", "ISC")});
  Json deepest = {{"name", "root"}, {"licenses", isc}};
  for (int i = 0; i < 50; ++i)
    deepest = {{"name", "base"},
               {"licenses", mit},
               {"pedigree", {{"ancestors", Json::array({std::move(deepest)})}}}};
  const auto bom =
      model({{"licenses", mit}, {"pedigree", {{"ancestors", Json::array({deepest})}}}});
  LicenseRule rule{.allowed = {"MIT"}, .denied = {}};
  auto judged = judgement();
  CHECK(judge_licenses(rule, bom, judged) == 52);
  std::vector<Check> checks;
  judged.add_to(checks, "");
  CHECK(checks[0].found == "ISC of the base model root");
  rule.pedigree = false;
  CHECK(licenses(rule, bom).empty());
  rule.pedigree = true;
  const auto silent =
      model({{"licenses", mit}, {"pedigree", {{"ancestors", Json::array({{{"name", "base"}}})}}}});
  CHECK(licenses(rule, silent) == Codes{"license-unknown"});
}

TEST_CASE("licences: models inside the model are judged where they say one") {
  const Json isc = Json::array({named("id", "ISC")});
  auto bom = model({{"licenses", Json::array({named("id", "MIT")})}});
  bom["components"] = Json::array({{{"type", "machine-learning-model"}, {"name", "unet"}}});
  const LicenseRule rule{.allowed = {"MIT"}, .denied = {}};
  CHECK(licenses(rule, bom).empty());
  bom["components"][0]["licenses"] = isc;
  CHECK(licenses(rule, bom) == Codes{"license-not-allowed"});
  bom["components"][0]["type"] = "data";
  CHECK(licenses(rule, bom).empty());
}

TEST_CASE("datasets are judged by name and purl, wherever they stand") {
  const DatasetRule rule{.allowed = test::name_patterns({"acme/*", "pkg:huggingface/acme/*"}),
                         .denied = test::name_patterns({"acme/secret*"})};
  const auto component = [](const char* name) {
    return Json{{"type", "data"},
                {"bom-ref", "d"},
                {"name", name},
                {"data", Json::array({{{"type", "dataset"}, {"name", name}}})}};
  };
  const auto with = [&](Json dataset) {
    auto bom = model({});
    bom["components"] = Json::array({std::move(dataset)});
    return datasets(rule, bom);
  };
  CHECK(with(component("acme/a")).empty());
  CHECK(with(component("other/a")) == Codes{"dataset-not-allowed"});
  CHECK(with(component("acme/secrets")) == Codes{"dataset-denied"});
  auto other = component("b");
  other["purl"] = "pkg:huggingface/acme/b";
  CHECK(with(other).empty());
  other = component("a");
  other["group"] = "acme";
  CHECK(with(other).empty());
  // Another dataset in the same component has a name of its own.
  other["data"].push_back({{"type", "dataset"}, {"name", "other/a"}});
  CHECK(with(other) == Codes{"dataset-not-allowed"});
  // A prompt is no dataset, below another component one still is.
  other = component("other/a");
  other["data"][0]["type"] = "definition";
  CHECK(with(other).empty());
  CHECK(with({{"components", Json::array({component("other/a")})}}) ==
        Codes{"dataset-not-allowed"});
  CHECK(datasets(rule, model({})).empty());
}

TEST_CASE("datasets that the model card names are judged, inline ones and references") {
  const DatasetRule rule{.allowed = test::name_patterns({"acme/*"}), .denied = {}};
  const auto with = [&](const Json& dataset, const char* name) {
    auto bom =
        model({{"modelCard", {{"modelParameters", {{"datasets", Json::array({dataset})}}}}}});
    bom["components"] = Json::array({{{"type", "data"}, {"bom-ref", "d"}, {"name", name}}});
    return datasets(rule, bom);
  };
  CHECK(with({{"type", "dataset"}, {"name", "acme/a"}}, "x").empty());
  CHECK(with({{"type", "dataset"}, {"name", "b"}}, "x") == Codes{"dataset-not-allowed"});
  CHECK(with({{"type", "dataset"}}, "x") == Codes{"dataset-not-allowed"});
  CHECK(with({{"ref", "d"}}, "acme/a").empty());
  CHECK(with({{"ref", "d"}}, "b") == Codes{"dataset-not-allowed"});
  CHECK(with({{"ref", "elsewhere"}}, "acme/a") == Codes{"dataset-not-allowed"});
}

TEST_CASE("a dataset has governance where somebody is named") {
  DatasetRule rule;
  rule.governance = true;
  for (const auto& [governance, passes] :
       {std::pair{R"({"owners": [{"organization": {"name": "Acme"}}]})", true},
        {R"({"stewards": [{"contact": {"email": "a@acme.example"}}]})", true},
        {R"({"custodians": [{}, {"contact": {"name": "A"}}]})", true},
        {R"({"owners": []})", false},
        {R"({"owners": [{"organization": {"name": ""}}]})", false},
        {R"({"friends": [{"organization": {"name": "Acme"}}]})", false},
        {R"({})", false}}) {
    CAPTURE(governance);
    auto bom = model({});
    bom["components"] = Json::array(
        {{{"name", "d"},
          {"data",
           Json::array({{{"type", "dataset"}, {"governance", json::parse(governance).take()}}})}}});
    CHECK(datasets(rule, bom) == (passes ? Codes{} : Codes{"dataset-without-governance"}));
  }
}

TEST_CASE("evaluations: texts and numbers count, the worst of several, and only numbers") {
  const EvaluationFloor floor{.metric = "accuracy",
                              .slice = test::name_pattern("dataset=mmlu*"),
                              .least = 0.7,
                              .most = 0.9};
  struct Row {
    const char* metrics;
    Codes codes;
  };
  for (const auto& row : std::vector<Row>{
           {R"([{"type": "accuracy", "slice": "dataset=mmlu;split=test", "value": "0.7"}])", {}},
           {R"([{"type": "accuracy", "slice": "dataset=mmlu", "value": 0.9}])", {}},
           {R"([{"type": "accuracy", "slice": "dataset=mmlu", "value": "7e-1"}])", {}},
           {R"([{"type": "accuracy", "slice": "dataset=mmlu", "value": "0.699"}])",
            {"evaluation-below"}},
           {R"([{"type": "accuracy", "slice": "dataset=mmlu", "value": 1}])", {"evaluation-above"}},
           {R"([{"type": "accuracy", "slice": "dataset=mmlu", "value": "0.8"},
                {"type": "accuracy", "slice": "dataset=mmlu-pro", "value": "0.1"}])",
            {"evaluation-below"}},
           {R"([{"type": "accuracy", "slice": "dataset=gsm8k", "value": "0.8"}])",
            {"evaluation-missing"}},
           {R"([{"type": "accuracy", "value": "0.8"}])", {"evaluation-missing"}},
           {R"([{"type": "acc", "slice": "dataset=mmlu", "value": "0.8"}])",
            {"evaluation-missing"}},
           {R"([])", {"evaluation-missing"}},
           {R"([{"type": "accuracy", "slice": "dataset=mmlu", "value": "80 %"}])",
            {"evaluation-not-a-number"}},
           {R"([{"type": "accuracy", "slice": "dataset=mmlu", "value": " 0.8"}])",
            {"evaluation-not-a-number"}},
           {R"([{"type": "accuracy", "slice": "dataset=mmlu", "value": "nan"}])",
            {"evaluation-not-a-number"}},
           {R"([{"type": "accuracy", "slice": "dataset=mmlu", "value": "inf"}])",
            {"evaluation-not-a-number"}},
           {R"([{"type": "accuracy", "slice": "dataset=mmlu"}])", {"evaluation-not-a-number"}},
           {R"([{"type": "accuracy", "slice": "dataset=mmlu", "value": [0.8]}])",
            {"evaluation-not-a-number"}},
       }) {
    CAPTURE(row.metrics);
    CHECK(evaluations(floor, row.metrics) == row.codes);
  }
  const EvaluationFloor anywhere{.metric = "accuracy", .slice = {}, .least = 0.7, .most = {}};
  CHECK(evaluations(anywhere, R"([{"type": "accuracy", "value": "100"}])").empty());
}

TEST_CASE("agents: servers, tools and scopes that are not listed are refused, each by its code") {
  const auto bom = pinned();
  const auto scopes = std::vector<std::string>{"files:*", "web:*"};
  auto rule = agent_rule({"files", "web"}, {"files/*"}, scopes);
  CHECK(agents(rule, bom) == Codes{"agent-tools-unknown"});
  rule.tools_given = false;
  CHECK(agents(rule, bom).empty());
  rule = agent_rule({"files"}, {}, scopes);
  rule.tools_given = false;
  CHECK(agents(rule, bom) == Codes{"agent-server-not-allowed"});
  rule = agent_rule({"*"}, {}, {"files:*"});
  rule.tools_given = false;
  CHECK(agents(rule, bom) == Codes{"agent-scope-not-allowed"});
  rule = agent_rule({}, {}, {});
  CHECK(agents(rule, bom) == Codes{"agent-server-not-allowed", "agent-tool-not-allowed",
                                   "agent-scope-not-allowed", "agent-tools-unknown"});
  CHECK(agents(rule, model({})).empty());
}

TEST_CASE("agents: a tool's name with a separator does not pass for another server's tool") {
  auto rule = agent_rule({"*"}, {"files/a/*", "files/read", "web/*"}, {"**"});
  auto bom = pinned();
  bom["services"].erase(1);
  CHECK(agents(rule, bom) == Codes{"agent-tool-not-allowed"});
  rule.tools = test::name_patterns({"files/a%2Fb", "files/read"});
  CHECK(agents(rule, bom).empty());
}

TEST_CASE("agents: a pin that does not agree with itself is refused, and so is a card's scope") {
  auto bom = pinned();
  const auto rule = agent_rule({"*"}, {"**"}, {"files:*"});
  for (auto& property : bom["services"][0]["services"][0]["properties"]) {
    if (property["name"] == "mpk:mcp:tool:sha256") property["value"] = std::string(64, '0');
  }
  CHECK(agents(rule, bom) == Codes{"agent-pins-malformed"});
  auto card = model({});
  card["services"] = json::parse(R"([{"name": "planner", "properties": [
      {"name": "mpk:a2a:card:sha256", "value": "00"},
      {"name": "mpk:oauth:scope", "value": "files:read admin"}]}])")
                         .take();
  CHECK(agents(rule, card) == Codes{"agent-scope-not-allowed"});
  card["services"][0]["properties"][1]["value"] = "files:read";
  CHECK(agents(rule, card).empty());
}

TEST_CASE("pins with any value in any place are judged") {
  const auto rule = agent_rule({"files", "web"}, {"**"}, {"**"});
  std::size_t refused = 0;
  test::each_damaged(
      pinned(), [&](const Json& damaged) { refused += agents(rule, damaged).empty() ? 0 : 1; });
  CHECK(refused > 0);
}
