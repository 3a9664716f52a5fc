// Tests of a document's tiers as citations of 1.7.
#include "aibom/citations.hpp"

#include "aibom/compare.hpp"
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/test_models.hpp"
#include "aibom/told_tiers.hpp"
#include "aibom/validate.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>

using namespace mpk;
using namespace mpk::aibom;

namespace {

Json tiny(SpecVersion version, bool dated) {
  return testing::build(testing::tiny_llama(), testing::tiny_files(),
                        [&](BuildInput& input) {
                          input.spec_version = version;
                          if (dated)
                            input.created = Timestamp::parse("2026-01-02T03:04:05Z").take();
                        })
      .take();
}

std::size_t provenance_properties(const Json& bom) {
  const auto& list = items(bom.at("metadata").at("component").at("properties"));
  return static_cast<std::size_t>(std::ranges::count_if(
      list, [](const Json& each) { return text(each, "name").starts_with(own(kProvenance)); }));
}

bool same(const ToldTiers& a, const ToldTiers& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.tier == y.second.tier &&
           x.second.source == y.second.source;
  });
}

const Json& citation(const Json& bom, const std::string& note) {
  const auto& list = items(member(bom, "citations"));
  const auto found = std::ranges::find_if(list, [&](const Json& each) {
    return text(each, "note") == std::string(kCitationNote) + note;
  });
  REQUIRE(found != list.end());
  return *found;
}

Json small(const std::string& model_members, const std::string& members = {}) {
  return json::parse(R"({"bomFormat":"CycloneDX","specVersion":"1.7","metadata":{)"
                     R"("timestamp":"2026-01-02T03:04:05Z","tools":{"components":[)"
                     R"({"type":"application","bom-ref":"t","name":"t"}]},"component":{)"
                     R"("type":"machine-learning-model","name":"m")" +
                     model_members + "}}" + members + "}")
      .take();
}

}  // namespace

TEST_CASE("tiers are citations in 1.7 with a date, else properties") {
  for (const auto version : kSpecVersions) {
    for (const bool dated : {false, true}) {
      CAPTURE(to_string(version));
      CAPTURE(dated);
      const auto bom = tiny(version, dated);
      const bool cites = version == SpecVersion::v1_7 && dated;
      CHECK(bom.contains("citations") == cites);
      CHECK((provenance_properties(bom) == 0) == cites);
      CHECK(text(bom, "specVersion") == to_string(version));
      CHECK(text(bom, "$schema").find(to_string(version)) != std::string::npos);
      CHECK_FALSE(has_errors(validate_aibom(bom).take()));
    }
  }
}

TEST_CASE("a citation says when, what and by whom, once for each tier and source") {
  const auto bom = tiny(SpecVersion::v1_7, true);
  const auto& declared = citation(bom, "declared;source=README.md");
  CHECK(text(declared, "attributedTo") == "file:README.md");
  CHECK(text(declared, "timestamp") == "2026-01-02T03:04:05Z");
  const auto& pointers = items(member(declared, "pointers"));
  CHECK(std::ranges::find(pointers, Json("/metadata/component/name")) != pointers.end());
  // What mpk read from a file, mpk says; what nobody's file said, too.
  CHECK(text(citation(bom, "verified;source=README.md"), "attributedTo") == "tool:mpk");
  CHECK(text(citation(bom, "inferred"), "attributedTo") == "tool:mpk");
  std::set<std::string> notes;
  for (const auto& each : items(member(bom, "citations"))) notes.insert(text(each, "note"));
  CHECK(notes.size() == bom.at("citations").size());
}

TEST_CASE("who reads tiers finds the same ones in either form") {
  const auto properties = tiny(SpecVersion::v1_6, true);
  const auto citations = tiny(SpecVersion::v1_7, true);
  CHECK(told_tiers(properties).size() > 20);
  CHECK(same(told_tiers(properties), told_tiers(citations)));
  const auto counts = count_tiers(citations);
  CHECK(counts.verified + counts.declared + counts.inferred == told_tiers(properties).size());
  CHECK(compare_documents(properties, citations).empty());
}

TEST_CASE("a document goes to citations and back") {
  const auto before = tiny(SpecVersion::v1_7, true);
  auto bom = before;
  citations_to_tiers(bom);
  CHECK_FALSE(bom.contains("citations"));
  CHECK(same(told_tiers(bom), told_tiers(before)));
  CHECK_FALSE(has_errors(validate_aibom(bom).take()));
  tiers_to_citations(bom);
  CHECK(bom == before);

  // Citations by others stay where they are, and nothing is made up.
  auto foreign = small("", R"(,"citations":[{"timestamp":"2026-01-02T03:04:05Z",)"
                           R"("pointers":["/metadata"],"attributedTo":"t","note":"by hand"}])");
  const auto untouched = foreign;
  citations_to_tiers(foreign);
  tiers_to_citations(foreign);
  CHECK(foreign == untouched);
  CHECK(told_tiers(foreign).empty());
}

TEST_CASE("a property that moves up is still what its citation points at") {
  auto bom =
      small(R"(,"properties":[)"
            R"({"name":"mpk:provenance:/metadata/component/name","value":"declared"},)"
            R"({"name":"mpk:provenance:/metadata/component/properties/2","value":"verified"},)"
            R"({"name":"mpk:format","value":"gguf"}])");
  tiers_to_citations(bom);
  const auto& pointers = items(member(citation(bom, "verified"), "pointers"));
  REQUIRE(pointers.size() == 1);
  CHECK(text(bom.at(Json::json_pointer(text(pointers.front()))), "name") == "mpk:format");
}

TEST_CASE("without a time, or a tool to attribute to, tiers stay properties") {
  const std::string tier =
      R"(,"properties":[{"name":"mpk:provenance:/metadata","value":"verified"}])";
  auto cited = small(tier);
  tiers_to_citations(cited);
  CHECK(cited.contains("citations"));
  CHECK_FALSE(cited.at("metadata").at("component").contains("properties"));
  for (const auto* change : {R"({"metadata":{"timestamp":null}})", R"({"metadata":{"tools":null}})",
                             R"({"specVersion":"1.6"})"}) {
    CAPTURE(change);
    auto bom = small(tier);
    bom.merge_patch(json::parse(change).take());
    const auto before = bom;
    tiers_to_citations(bom);
    CHECK(bom == before);
  }
}
