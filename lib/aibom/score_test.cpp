// Scores: every element of every profile present, missing and a placeholder; real documents.
#include "aibom/score.hpp"

#include "aibom/placeholder.hpp"
#include "aibom/test_models.hpp"
#include "aibom/validate.hpp"
#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

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
  const std::string word(step.substr(0, step.find('[')));
  Json item;
  if (auto sign = step.find('='); sign != std::string_view::npos) {
    auto name = step.substr(word.size() + 1, sign - word.size() - 1);
    if (name.ends_with('^')) name.remove_suffix(1);
    item[std::string(name)] = std::string(step.substr(sign + 1, step.size() - sign - 2));
    // The value of a filtered member stands in it.
    if (steps.empty()) steps.emplace_back("id");
  }
  plant(item, std::move(steps), value);
  if (word != "*" && word != "+") {
    at[word] = std::move(item);
    return;
  }
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

// Of each profile: "name verified+declared, placeholders of all: percent".
std::vector<std::string> scores_of(const Json& bom) {
  std::vector<std::string> out;
  for (const auto& profile : profiles()) {
    const auto score = score_aibom(bom, profile);
    out.push_back(fmt::format("{} {}+{}, {} of {}: {:.1f}", profile.name, score.verified,
                              score.declared, score.placeholders, score.elements.size(),
                              score.percent));
  }
  return out;
}

Standing standing(const Json& bom, const Profile& profile, std::string_view id) {
  for (const auto& each : score_aibom(bom, profile).elements) {
    if (each.element->id == id) return each.standing;
  }
  return Standing::missing;
}

Json nothing() { return {{"metadata", {{"component", Json::object()}}}}; }

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
      CHECK(standing(nothing(), profile, element.id) == Standing::missing);
    }
  }
}

TEST_CASE("what is missing says what to add") {
  for (const auto& profile : profiles()) {
    for (const auto& each : score_aibom(nothing(), profile).elements) {
      CAPTURE(each.element->id);
      CHECK(each.standing == Standing::missing);
      const auto& element = *each.element;
      CHECK_FALSE((element.line.empty() && element.command.empty()));
      const std::string command(element.command);
      const auto line = "in aibom.yaml: " + std::string(element.line);
      CHECK(each.add == (element.line.empty() ? command
                         : command.empty()    ? line
                                              : command + "; or " + line));
      CHECK(each.pointer.starts_with("/"));
    }
  }
}

TEST_CASE("the line names the dataset that is meant") {
  Json bom = nothing();
  bom["components"] = {{{"type", "data"}, {"name", "a"}, {"description", "words"}},
                       {{"type", "data"}, {"name", "acme/b \"2\""}}};
  for (const auto& each : score_aibom(bom, *find_profile("g7")).elements) {
    if (each.element->id != "DP-02") continue;
    CHECK(each.pointer == "/components/1/description");
    CHECK(each.add == R"(in aibom.yaml: datasets: [{name: "acme/b \"2\"", description: …}])");
  }
}

TEST_CASE("a signature beside the document answers for one in it, and for nothing else") {
  const auto& g7 = *find_profile("g7");
  CHECK(standing(nothing(), g7, "MD-05") == Standing::missing);
  const auto beside = score_aibom(nothing(), g7, true);
  CHECK(beside.verified == 1);
  CHECK(beside.missing == 49);
  for (const auto& each : beside.elements)
    CHECK((each.element->id == "MD-05") == (each.standing == Standing::verified));
}

TEST_CASE("BSI tells the licence of the distribution from the author's") {
  const auto& bsi = *find_profile("bsi");
  Json bom = nothing();
  auto& list = bom["metadata"]["component"]["licenses"];
  list = Json::array({{{"license", {{"id", "MIT"}, {"acknowledgement", "declared"}}}}});
  CHECK(standing(bom, bsi, "distribution-licence") == Standing::missing);
  CHECK(standing(bom, bsi, "original-licence") == Standing::declared);
  list = Json::array({{{"expression", "MIT OR Zlib"}, {"acknowledgement", "concluded"}}});
  CHECK(standing(bom, bsi, "distribution-licence") == Standing::declared);
  CHECK(standing(bom, bsi, "original-licence") == Standing::missing);
}

TEST_CASE("each profile has as many elements as its source") {
  const std::map<std::string_view, std::size_t> expected = {
      {"owasp", 48}, {"g7", 50},    {"bsi", 19},   {"cisa", 12},
      {"ntia", 7},   {"eu-xi", 22}, {"eu-xii", 16}};
  for (const auto& profile : profiles()) {
    CAPTURE(profile.name);
    CHECK(profile.elements.size() == expected.at(profile.name));
  }
  const std::map<std::string_view, std::size_t> clusters = {
      {"MD", 10}, {"SLP", 9}, {"MDL", 13}, {"DP", 10}, {"INF", 2}, {"SP", 4}, {"KPI", 2}};
  for (const auto& [name, count] : clusters) {
    CHECK(std::ranges::count(find_profile("g7")->elements, name, &Element::group) ==
          static_cast<std::ptrdiff_t>(count));
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
  Json bom = nothing();
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

namespace {

std::string read_doc(const std::string& name) {
  return read_file(std::filesystem::path(MPK_SOURCE_DIR) / "docs" / name, limits::kJsonDocument)
      .take();
}

}  // namespace

TEST_CASE("docs/g7-mapping.md has the rows of the table, in its order") {
  std::vector<std::string> rows, expected;
  const auto text = read_doc("g7-mapping.md");
  for (auto line : split(text, '\n')) {
    const auto cells = split(line, '|');
    if (cells.size() != 7 || trim(cells[1]).find('-') == std::string_view::npos) continue;
    if (trim(cells[1]).starts_with("---")) continue;
    rows.push_back(std::string(trim(cells[1])) + " " + std::string(trim(cells[2])));
  }
  for (const auto& each : find_profile("g7")->elements)
    expected.push_back(std::string(each.id) + " " + std::string(each.name));
  CHECK(rows == expected);
  CHECK(rows.size() == 50);
}

TEST_CASE("docs/aibom-score.md has each element with what is printed for it") {
  const auto text = read_doc("aibom-score.md");
  for (const auto& profile : profiles()) {
    const auto start = text.find("\n### " + std::string(profile.name) + ": ");
    REQUIRE(start != std::string::npos);
    const auto section = text.substr(start, text.find("\n### ", start + 1) - start);
    for (const auto& element : profile.elements) {
      CAPTURE(element.id);
      const auto row = section.find("\n| " + std::string(element.id) + " ");
      REQUIRE(row != std::string::npos);
      const auto line = section.substr(row, section.find('\n', row + 1) - row);
      CHECK(line.find(element.line) != std::string::npos);
      CHECK(line.find(element.command) != std::string::npos);
    }
  }
}

TEST_CASE("words that are answers are no placeholders") {
  for (const char* answer : {"text", "1", "A model that answers", "none of the data is personal",
                             "Example Inc", "モデル", "C"}) {
    CHECK_FALSE(is_placeholder(answer));
  }
  for (const char* blank : {"", "-", "...", "TBD", "string", "N/A", "unknown", "todo: ask legal",
                            "<insert name>", "None", "???"})
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
}

TEST_CASE("documents of other tools are scored by what they say") {
  struct Row {
    const char* file;
    std::vector<std::string> scores;
  };
  const Row table[] = {
      {"application.cdx.json",
       {"owasp 4+4, 0 of 48: 31.0", "g7 3+13, 0 of 50: 32.0", "bsi 2+5, 0 of 19: 36.8",
        "cisa 0+7, 0 of 12: 58.3", "ntia 0+6, 0 of 7: 85.7", "eu-xi 0+0, 0 of 22: 0.0",
        "eu-xii 0+0, 0 of 16: 0.0"}},
      {"bare.cdx.json",
       {"owasp 2+0, 0 of 48: 7.6", "g7 2+0, 0 of 50: 4.0", "bsi 1+0, 0 of 19: 5.3",
        "cisa 0+0, 0 of 12: 0.0", "ntia 0+0, 0 of 7: 0.0", "eu-xi 0+0, 0 of 22: 0.0",
        "eu-xii 0+0, 0 of 16: 0.0"}},
      {"generator.cdx.json",
       {"owasp 4+14, 1 of 48: 53.4", "g7 3+20, 1 of 50: 46.0", "bsi 2+6, 0 of 19: 42.1",
        "cisa 0+8, 0 of 12: 66.7", "ntia 0+6, 0 of 7: 85.7", "eu-xi 0+6, 0 of 22: 27.3",
        "eu-xii 0+6, 0 of 16: 37.5"}},
      {"tools-1.7.cdx.json",
       {"owasp 4+6, 0 of 48: 34.7", "g7 3+13, 0 of 50: 32.0", "bsi 2+5, 0 of 19: 36.8",
        "cisa 0+7, 0 of 12: 58.3", "ntia 0+4, 0 of 7: 57.1", "eu-xi 0+3, 0 of 22: 13.6",
        "eu-xii 0+2, 0 of 16: 12.5"}},
  };
  for (const auto& row : table) {
    CAPTURE(row.file);
    const auto bom =
        json::parse(
            read_file(std::filesystem::path(MPK_SOURCE_DIR "/testdata/cyclonedx") / row.file,
                      limits::kJsonDocument)
                .take())
            .take();
    CHECK_FALSE(has_errors(validate_aibom(bom).take()));
    CHECK(scores_of(bom) == row.scores);
  }
}

// More of them, where the vectors folder is there: CycloneDX's own documents of 1.6.
TEST_CASE("CycloneDX's own documents are scored within 0 and 100") {
  const std::filesystem::path folder = MPK_VECTORS_DIR "/cyclonedx/1.6";
  std::vector<std::filesystem::path> files;
  for (const auto& each : {folder, std::filesystem::path(MPK_SOURCE_DIR "/testdata/cyclonedx"),
                           std::filesystem::path(MPK_SOURCE_DIR "/testdata/golden/aibom")}) {
    if (!std::filesystem::exists(each)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(each)) {
      if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
  }
  std::size_t scored = 0;
  for (const auto& file : files) {
    const auto bom = json::parse(read_file(file, limits::kJsonDocument).take());
    if (!bom) continue;
    for (const auto& profile : profiles()) {
      const auto percent = score_aibom(*bom, profile).percent;
      CHECK_MESSAGE(percent >= 0, file.string());
      CHECK_MESSAGE(percent <= 100, file.string());
    }
    ++scored;
  }
  CHECK(scored >= (std::filesystem::exists(folder) ? 50 : 6));
}

TEST_CASE("SHA-512 of all files is verified, of all but one it is missing") {
  auto files = testing::tiny_files();
  for (auto& file : files) file.sha512 = crypto::hash(DigestAlgorithm::sha512, as_bytes(file.path));
  const auto score_of = [&] {
    const auto bom = testing::build(testing::tiny_llama(), files, [](BuildInput&) {}).take();
    return standing(bom, *find_profile("bsi"), "sha512");
  };
  CHECK(score_of() == Standing::verified);
  files.back().sha512.reset();
  CHECK(score_of() == Standing::missing);
}
