// Scores: every element of every profile present, missing and a placeholder; real documents.
#include "aibom/score.hpp"

#include "aibom/placeholder.hpp"
#include "aibom/score_locate.hpp"
#include "aibom/test_models.hpp"
#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <set>

using namespace mpk;
using namespace mpk::aibom;

namespace {

// Puts `value` where the first alternative of `where` would find it.
void plant(Json& at, std::vector<std::string_view> steps, const Json& value) {
  if (steps.empty()) {
    at = value;
    return;
  }
  const auto step = steps.front();
  steps.erase(steps.begin());
  if (!step.starts_with("*") && !step.starts_with("+")) {
    plant(at[std::string(step)], std::move(steps), value);
    return;
  }
  Json item = Json::object();
  if (auto sign = step.find('='); sign != std::string_view::npos) {
    auto name = step.substr(2, sign - 2);
    if (name.ends_with('^')) name.remove_suffix(1);
    item[std::string(name)] = std::string(step.substr(sign + 1, step.size() - sign - 2));
  }
  plant(item, std::move(steps), value);
  at = Json::array();
  at.push_back(std::move(item));
}

Json with(const Element& element, const Json& value) {
  auto path = element.where.substr(0, element.where.find(" | "));
  Json bom = {{"metadata", {{"component", Json::object()}}}};
  const bool of_subject = path.starts_with('@');
  if (of_subject) path.remove_prefix(1);
  plant(of_subject ? bom["metadata"]["component"] : bom, split(path.substr(1), '/'), value);
  return bom;
}

Standing standing(const Json& bom, const Profile& profile, std::string_view id) {
  for (const auto& each : score_aibom(bom, profile).elements) {
    if (each.element->id == id) return each.standing;
  }
  return Standing::missing;
}

const Json kNothing = {{"metadata", {{"component", Json::object()}}}};

}  // namespace

TEST_CASE("each element of each profile is found, missed, and not taken in by a placeholder") {
  CHECK(profiles().size() == 7);
  for (const auto& profile : profiles()) {
    std::set<std::string_view> ids;
    for (const auto& element : profile.elements) {
      CAPTURE(profile.name);
      CAPTURE(element.id);
      CHECK(ids.insert(element.id).second);
      CHECK(std::ranges::find(profile.groups, element.group, &Group::name) != profile.groups.end());
      const auto present = element.evident ? Standing::verified : Standing::declared;
      CHECK(standing(with(element, "said"), profile, element.id) == present);
      for (const char* empty : {"TODO", "N/A", " unknown. ", "", "Lorem ipsum dolor"})
        CHECK(standing(with(element, empty), profile, element.id) == Standing::placeholder);
      CHECK(standing(with(element, Json::array()), profile, element.id) == Standing::placeholder);
      CHECK(standing(with(element, Json::object()), profile, element.id) == Standing::placeholder);
      CHECK(standing(kNothing, profile, element.id) == Standing::missing);
    }
  }
}

TEST_CASE("what is missing says what to add") {
  for (const auto& profile : profiles()) {
    for (const auto& each : score_aibom(kNothing, profile).elements) {
      CAPTURE(each.element->id);
      CHECK(each.standing == Standing::missing);
      CHECK(each.add.starts_with(each.element->line.empty() ? "at /" : "in aibom.yaml: "));
    }
  }
}

TEST_CASE("a tier property makes verified, that of another place does not") {
  const auto& g7 = *find_profile("g7");
  auto bom = [](const char* pointer, const char* tier) {
    return Json{{"metadata",
                 {{"component",
                   {{"hashes", {{{"alg", "SHA-256"}, {"content", "00"}}}},
                    {"properties",
                     {{{"name", std::string("mpk:provenance:/metadata/component") + pointer},
                       {"value", tier}}}}}}}}};
  };
  CHECK(standing(bom("/hashes/0", "verified;source=x"), g7, "MDL-07") == Standing::verified);
  CHECK(standing(bom("/hashes/0/content", "verified"), g7, "MDL-07") == Standing::verified);
  CHECK(standing(bom("/hashes/0", "inferred"), g7, "MDL-07") == Standing::declared);
  CHECK(standing(bom("/hashes/1", "verified"), g7, "MDL-07") == Standing::declared);
  CHECK(standing(bom("/name", "verified"), g7, "MDL-07") == Standing::declared);
}

TEST_CASE("each dataset must say it: one silent one is enough to miss it") {
  const auto& g7 = *find_profile("g7");
  Json bom = kNothing;
  bom["components"] = {{{"type", "data"}, {"name", "a"}, {"description", "words"}},
                       {{"type", "data"}, {"name", "b"}}};
  CHECK(standing(bom, g7, "DP-01") == Standing::declared);
  CHECK(standing(bom, g7, "DP-02") == Standing::missing);
  bom["components"][1]["description"] = "more words";
  CHECK(standing(bom, g7, "DP-02") == Standing::declared);
}

TEST_CASE("OWASP's arithmetic: points by category, rounded, and the penalties") {
  const auto& owasp = *find_profile("owasp");
  Json bom = {{"bomFormat", "CycloneDX"}, {"specVersion", "1.6"}, {"version", 1}};
  bom["serialNumber"] = "urn:uuid:0";
  // 20 points; 5 critical and over 5 important elements are missing: × 0.8 × 0.95.
  auto score = score_aibom(bom, owasp);
  CHECK(score.penalty == doctest::Approx(0.76));
  CHECK(score.percent == doctest::Approx(15.2));
  CHECK(score.verified_percent == doctest::Approx(15.2));
  // Five of seven of the component (14.3 points), purpose and supplier (8.0): no critical one left.
  bom["metadata"]["component"] = {
      {"type", "machine-learning-model"}, {"name", "m"},         {"version", "1"},
      {"description", "words"},           {"purl", "pkg:oci/m"}, {"supplier", {{"name", "Acme"}}}};
  bom["metadata"]["component"]["modelCard"]["modelParameters"]["task"] = "text-generation";
  score = score_aibom(bom, owasp);
  CHECK(score.penalty == doctest::Approx(0.95));
  CHECK(score.percent == doctest::Approx(40.2));  // (20 + 8 + 14.3) × 0.95 = 40.185
  CHECK(score.verified_percent == doctest::Approx(19.0));
  bom["metadata"]["component"].erase("version");
  bom["metadata"]["component"].erase("supplier");
  CHECK(score_aibom(bom, owasp).penalty == doctest::Approx(0.9 * 0.95));
}

TEST_CASE("a real model is partly verified, and verified and declared add up") {
  const auto bom = testing::build(testing::tiny_llama()).take();
  for (const auto& profile : profiles()) {
    CAPTURE(profile.name);
    const auto score = score_aibom(bom, profile);
    CHECK(score.verified > 0);
    CHECK(score.verified + score.declared + score.placeholders + score.missing ==
          profile.elements.size());
    CHECK(score.percent == doctest::Approx(score.verified_percent + score.declared_percent));
    CHECK(score.percent > 10);
    CHECK(score.percent < 100);
  }
  CHECK(standing(bom, *find_profile("g7"), "MDL-07") == Standing::verified);
  CHECK(standing(bom, *find_profile("g7"), "MDL-06") == Standing::declared);
  CHECK(standing(bom, *find_profile("g7"), "SLP-03") == Standing::missing);
}

TEST_CASE("words that are answers are no placeholders") {
  for (const char* answer : {"text", "1", "A model that answers", "none of the data is personal",
                             "Example Inc", "モデル", "C"}) {
    CHECK_FALSE(is_placeholder(answer));
  }
  for (const char* blank :
       {"", "-", "...", "TBD", "todo: ask legal", "<insert name>", "None", "???"})
    CHECK(is_placeholder(blank));
}

TEST_CASE("documents of all kinds are scored without an accident") {
  const Json odd[] = {nullptr,
                      1,
                      "text",
                      Json::array(),
                      Json::object(),
                      {{"metadata", 1}, {"components", "x"}},
                      {{"components", {1, nullptr, {{"type", "data"}, {"data", 3}}}}}};
  for (const auto& bom : odd) {
    for (const auto& profile : profiles()) CHECK(score_aibom(bom, profile).percent < 15);
  }
  const std::filesystem::path folder = MPK_SOURCE_DIR "/../shared/vectors/cyclonedx/1.6";
  if (!std::filesystem::exists(folder)) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    auto text = read_file(entry.path(), limits::kJsonDocument);
    if (!text) continue;
    auto bom = json::parse(*text);
    if (!bom) continue;
    for (const auto& profile : profiles()) CHECK(score_aibom(*bom, profile).percent <= 100);
  }
}
