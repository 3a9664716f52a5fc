// Facts that can be verified: where the words lead in a document that mpk wrote.
#include "policy/verified_facts.hpp"

#include "base/file.hpp"
#include "json/lookup.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>

using namespace mpk;
using namespace mpk::policy;

TEST_CASE("the words of aibom.verified lead to facts with the tier verified") {
  const auto bom =
      json::parse(read_file("testdata/golden/aibom/tiny-llama.cdx.json", 1U << 20).take());
  REQUIRE(bom);
  const auto& model = json::member(json::member(*bom, "metadata"), "component");
  std::set<std::string> verified;
  for (const auto& each : json::items(json::member(model, "properties"))) {
    if (json::text(each, "value").starts_with("verified"))
      verified.insert(json::text(each, "name"));
  }
  std::set<std::string_view> seen;
  for (const auto& fact : verified_facts()) {
    const auto& list = bom->at(Json::json_pointer(std::string(fact.pointer)));
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (!fact.property.empty() && json::text(list[i], "name") != fact.property) continue;
      CAPTURE(fact.word);
      CHECK(verified.contains("mpk:provenance:" + std::string(fact.pointer) + "/" +
                              std::to_string(i)));
      seen.insert(fact.word);
    }
  }
  CHECK(seen == std::set<std::string_view>{"chatTemplate", "digest", "format", "hiddenSize",
                                           "parameters", "precision", "tensors", "tokenizer"});
}

TEST_CASE("the words are sorted, none is there twice, and no other one is found") {
  const auto facts = verified_facts();
  const auto disordered =
      std::ranges::adjacent_find(facts, std::ranges::greater_equal(), &VerifiedFact::word);
  CHECK(disordered == facts.end());
  REQUIRE(find_verified_fact("parameters"));
  CHECK(find_verified_fact("parameters")->property == "mpk:parameters");
  CHECK_FALSE(find_verified_fact("license"));
  CHECK_FALSE(find_verified_fact(""));
}
