// Tests of the comparison: each change is told by its kind, and nothing else is.
#include "aibom/compare.hpp"

#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>
#include <set>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::aibom;

namespace {

Json document() {
  return json::parse(R"({"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{
    "type":"machine-learning-model","name":"m","version":"1",
    "licenses":[{"license":{"id":"MIT"}}],
    "pedigree":{"ancestors":[{"name":"base","version":"c0"}]},
    "components":[
      {"type":"file","name":"w.gguf","hashes":[{"alg":"SHA-256","content":"aa"}]},
      {"type":"file","name":"README.md","hashes":[{"alg":"SHA-256","content":"bb"}]}],
    "modelCard":{"modelParameters":{"task":"t","modelArchitecture":"A","datasets":[{"name":"d"}]},
      "quantitativeAnalysis":{"performanceMetrics":[{"type":"f1","value":"0.5","slice":"s"}]},
      "properties":[{"name":"cdx:ai-ml:model:hyperparameter:quantization","value":"Q4"},
        {"name":"cdx:ai-ml:model:hyperparameter:hidden_size","value":"64"},
        {"name":"cdx:ai-ml:tokenizer:hyperparameter:bos_token","value":"<s>"}]},
    "properties":[{"name":"mpk:tensors","value":"3"},{"name":"mpk:tensors:Q4","value":"3"},
      {"name":"mpk:parameters","value":"9"},{"name":"mpk:chat-template:sha256","value":"c"},
      {"name":"mpk:finding","value":"low: x"},
      {"name":"mpk:provenance:/metadata/component/name","value":"verified"}]}},
    "services":[{"name":"crm","authenticated":true,
      "properties":[{"name":"mpk:oauth:scope","value":"read"}],"services":[{"name":"find",
      "properties":[{"name":"mpk:mcp:hint:readOnly","value":"true"},
        {"name":"mpk:mcp:tool:sha256","value":"dd"}]}]}]})")
      .take();
}

std::vector<std::string> kinds(const Json& before, const Json& after) {
  std::vector<std::string> out;
  for (const auto& change : compare_documents(before, after)) out.push_back(change.kind);
  return out;
}

}  // namespace

TEST_CASE("a document does not differ from itself, nor from one in another order") {
  CHECK(compare_documents(document(), document()).empty());
  auto other = document();
  auto& files = other["metadata"]["component"]["components"];
  std::reverse(files.begin(), files.end());
  CHECK(compare_documents(document(), other).empty());
  CHECK(compare_documents(Json::object(), Json::array()).empty());
}

TEST_CASE("each change has its own kind") {
  const std::string m = "/metadata/component", card = m + "/modelCard",
                    metric = card + "/quantitativeAnalysis/performanceMetrics/0/value";
  struct Case {
    std::string pointer;
    const char* value;
    std::vector<std::string> expected;
  };
  for (const auto& [pointer, value, expected] : std::vector<Case>{
           {m + "/name", "n", {"model.name"}},
           {m + "/version", "2", {"model.version"}},
           {m + "/licenses/0/license/id", "GPL", {"license.added", "license.removed"}},
           {m + "/pedigree/ancestors/0/version", "c1", {"lineage.changed"}},
           {m + "/pedigree/ancestors/0/name", "b", {"lineage.added", "lineage.removed"}},
           {m + "/components/0/hashes/0/content", "ee", {"weights.changed"}},
           {m + "/components/0/name", "v.gguf", {"weights.added", "weights.removed"}},
           {m + "/components/1/hashes/0/content", "ee", {"files.changed"}},
           {m + "/components/1/name", "x.md", {"files.added", "files.removed"}},
           {card + "/modelParameters/task", "u", {"architecture.changed"}},
           {card + "/modelParameters/modelArchitecture", "B", {"architecture.changed"}},
           {card + "/modelParameters/datasets/0/name", "e", {"data.added", "data.removed"}},
           {metric, "0.6", {"evaluation.up"}},
           {metric, "0.4", {"evaluation.down"}},
           {metric, "good", {"evaluation.changed"}},
           {metric, "0.50", {}},
           {card + "/properties/0/value", "Q8", {"quantization.changed"}},
           {card + "/properties/1/value", "65", {"hyperparameter.changed"}},
           {card + "/properties/2/value", "<t>", {"tokenizer.changed"}},
           {m + "/properties/0/value", "4", {"weights.tensors"}},
           {m + "/properties/1/value", "4", {"weights.types"}},
           {m + "/properties/2/value", "8", {"weights.parameters"}},
           {m + "/properties/3/value", "d", {"template.changed"}},
           {m + "/properties/4/value", "high: y", {"finding.added", "finding.removed"}},
           {m + "/properties/5/value", "declared;source=x", {"tier.lowered"}},
           {"/services/0/name",
            "hr",
            {"permissions.added", "permissions.added", "permissions.removed", "permissions.removed",
             "permissions.scope", "permissions.scope", "permissions.hint", "permissions.hint"}},
           {"/services/0/properties/0/value", "read write", {"permissions.scope"}},
           {"/services/0/services/0/properties/0/value", "false", {"permissions.hint"}},
           {"/services/0/services/0/properties/1/value", "ff", {"permissions.changed"}}}) {
    auto after = document();
    after[Json::json_pointer(pointer)] = value;
    CHECK_MESSAGE(kinds(document(), after) == expected, pointer, " ", value);
  }
  auto raised = document();
  raised["metadata"]["component"]["properties"][5]["value"] = "declared";
  CHECK(kinds(raised, document()) == std::vector<std::string>{"tier.raised"});
}

TEST_CASE("files are compared by the digests that both documents have") {
  const auto with = [](const char* hashes) {
    auto out = document();
    out["metadata"]["component"]["components"][1]["hashes"] = json::parse(hashes).take();
    return out;
  };
  const auto* const both = R"([{"alg":"SHA-256","content":"bb"},{"alg":"SHA-512","content":"cc"}])";
  struct Case {
    const char *before, *after;
    bool differs;
  };
  for (const auto& [before, after, differs] :
       {Case{both, both, false}, Case{both, R"([{"alg":"SHA-256","content":"bb"}])", false},
        Case{R"([{"alg":"SHA-512","content":"cc"}])", both, false},
        Case{R"([{"alg":"SHA-512","content":"dd"}])", both, true},
        Case{both, R"([{"alg":"SHA-256","content":"bb"},{"alg":"SHA-512","content":"dd"}])", true},
        Case{R"([{"alg":"MD5","content":"aa"}])", both, true}, Case{"[]", both, true}}) {
    CAPTURE(before);
    CAPTURE(after);
    CHECK(kinds(with(before), with(after)) ==
          (differs ? std::vector<std::string>{"files.changed"} : std::vector<std::string>{}));
  }
  const auto changes = compare_documents(with(both), with(R"([{"alg":"SHA-512","content":"dd"}])"));
  REQUIRE(changes.size() == 1);
  CHECK(changes.front().before == "SHA-512:cc");
  CHECK(changes.front().after == "SHA-512:dd");
}

TEST_CASE("a change names what it is about, and both values") {
  auto after = document();
  after["services"][0]["authenticated"] = false;
  const auto changes = compare_documents(document(), after);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].subject == "crm /authenticated");
  CHECK(changes[0].before == "true");
  CHECK(changes[0].after == "false");
}

TEST_CASE("a tier follows its fact when the list before it grows") {
  auto before = document(), after = document();
  for (auto* bom : {&before, &after}) {
    const int at = bom == &before ? 0 : 1;
    auto& model = (*bom)["metadata"]["component"];
    if (at == 1) {
      auto& files = model["components"];
      // Named first: in braces it would be inserted member by member.
      const Json file = {{"type", "file"}, {"name", "a.gguf"}};
      files.insert(files.begin(), file);
    }
    model["properties"].push_back({{"name", "mpk:provenance:/metadata/component/components/" +
                                                std::to_string(at) + "/hashes/0"},
                                   {"value", "verified"}});
  }
  CHECK(kinds(before, after) == std::vector<std::string>{"weights.added"});
}

TEST_CASE("what is asked for is a kind, its group or any, never a part of a word") {
  CHECK(is_asked_for("weights.added", "weights.added"));
  CHECK(is_asked_for("weights.added", "weights"));
  CHECK(is_asked_for("weights.added", "any"));
  CHECK(!is_asked_for("weights.added", "weight"));
  CHECK(!is_asked_for("weights.added", "weights.changed"));
  CHECK(std::set(change_kinds().begin(), change_kinds().end()).size() == change_kinds().size());
}
