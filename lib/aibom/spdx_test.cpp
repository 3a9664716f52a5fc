// SPDX documents: what of CycloneDX stands where, what is kept, what is refused.
#include "aibom/spdx.hpp"

#include "aibom/lookup.hpp"
#include "aibom/spdx_check.hpp"
#include "aibom/spdx_draft.hpp"
#include "aibom/spdx_words.hpp"
#include "aibom/test_models.hpp"
#include "aibom/test_spdx.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::aibom;
using namespace mpk::aibom::testing;

TEST_CASE("a document of mpk becomes packages, files, datasets, licences and their relationships") {
  const auto made = converted(testing::build(testing::tiny_llama()).take());
  const auto& spdx = made.document;
  CHECK(text(spdx, "@context") == "https://spdx.org/rdf/3.0.1/spdx-context.jsonld");
  const auto& creation = items(member(spdx, "@graph")).front();
  CHECK(text(creation, "created") == date().text());
  CHECK(text(creation, "specVersion") == "3.0.1");
  const auto files = of_type(spdx, "software_File");
  CHECK(files.size() == testing::tiny_files().size());
  for (const auto& file : files) {
    const auto& hash = items(member(file, "verifiedUsing")).front();
    CHECK(text(hash, "algorithm") == "sha256");
    CHECK(text(hash, "hashValue") == crypto::sha256(text(file, "name")).hex());
  }
  CHECK(related(spdx, "contains").size() == files.size());
  CHECK(related(spdx, "hasDeclaredLicense").front() == "Apache-2.0");
  CHECK(related(spdx, "descendantOf") == Strings{"example/tiny-llama-base"});
  CHECK(of_type(spdx, "dataset_DatasetPackage").size() == related(spdx, "trainedOn").size());
  const auto outer = of_type(spdx, "SpdxDocument").front();
  CHECK(member(outer, "profileConformance") ==
        Json({"ai", "core", "dataset", "expandedLicensing", "simpleLicensing", "software"}));
  CHECK(text(of_type(spdx, "ai_AIPackage").front(), "name") == "tiny-llama");
}

TEST_CASE("a file is verified by each of its digests") {
  auto files = testing::tiny_files();
  for (auto& file : files) file.sha512 = crypto::hash(DigestAlgorithm::sha512, as_bytes(file.path));
  const auto bom = testing::build(testing::tiny_llama(), files, [](BuildInput&) {}).take();
  std::size_t found = 0;
  for (const auto& file : of_type(converted(bom).document, "software_File")) {
    const auto& used = items(member(file, "verifiedUsing"));
    REQUIRE(used.size() == 2);
    CHECK(text(used[0], "algorithm") == "sha256");
    CHECK(text(used[1], "algorithm") == "sha512");
    CHECK(text(used[1], "hashValue").size() == 128);
    ++found;
  }
  CHECK(found == files.size());
}

TEST_CASE("of several base models the comment says of each how it was used") {
  auto info = testing::tiny_llama();
  const auto comment = [&] {
    const auto spdx = converted(testing::build(info).take()).document;
    for (const auto& relation : of_type(spdx, "Relationship")) {
      if (text(relation, "relationshipType") == "descendantOf") return text(relation, "comment");
    }
    return std::string("no such relationship");
  };
  CHECK(comment() == "base_model_relation=finetune");
  info.base_models = {{.name = "x/a", .relation = "finetune"},
                      {.name = "x/b", .relation = "merge"}};
  CHECK(comment() == "base_model_relation=x/a=finetune; x/b=merge");
  info.base_models[0].relation.clear();
  CHECK(comment() == "base_model_relation=merge");
}

TEST_CASE("the same document gives the same bytes, another one other ids") {
  const auto bom = model_with(R"("version": "1")");
  CHECK(json::compact(converted(bom).document) == json::compact(converted(bom).document));
  auto other = bom;
  other["serialNumber"] = "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b70";
  CHECK(text(the_model(bom), "spdxId") ==
        "urn:mpk:spdx:3e671687-395b-41f5-a30f-a58921a69b79/1#component/m");
  CHECK(text(the_model(bom), "spdxId") != text(the_model(other), "spdxId"));
  other.erase("serialNumber");
  CHECK(text(the_model(other), "spdxId") == text(the_model(other), "spdxId"));
  auto changed = other;
  changed["version"] = 2;
  CHECK(text(the_model(other), "spdxId") != text(the_model(changed), "spdxId"));
}

TEST_CASE(
    "the date is the one asked for, else the document's, else the other; without one it is "
    "refused") {
  struct Row {
    const char* said;
    std::optional<Timestamp> created, otherwise;
    const char* expected;
  };
  const auto one = Timestamp::from_seconds(1), two = Timestamp::from_seconds(2);
  for (const auto& row : std::vector<Row>{
           {"2026-01-02T03:04:05Z", {}, {}, "2026-01-02T03:04:05Z"},
           {"2026-01-02T03:04:05.678+01:00", {}, two, "2026-01-02T02:04:05Z"},
           {"2026-01-02T03:04:05Z", one, two, "1970-01-01T00:00:01Z"},
           {"", {}, two, "1970-01-01T00:00:02Z"},
       }) {
    CAPTURE(row.expected);
    auto bom = model_with("");
    if (*row.said != '\0') bom["metadata"]["timestamp"] = row.said;
    const auto made = to_spdx(bom, {row.created, row.otherwise, "0"});
    REQUIRE(made);
    const auto& creation = items(member(made->document, "@graph")).front();
    CHECK(text(creation, "created") == row.expected);
  }
  const auto none = to_spdx(model_with(""), {{}, {}, "0"});
  REQUIRE_FALSE(none);
  CHECK(none.error().kind() == ErrorKind::usage);
  CHECK(none.error().hint().find("--created") != std::string::npos);
}

TEST_CASE("what is no valid CycloneDX of a known version is refused") {
  struct Row {
    const char* text;
    ErrorKind kind;
    const char* message;
  };
  for (const auto& row : std::vector<Row>{
           {R"({})", ErrorKind::malformed, "not a valid CycloneDX document"},
           {R"([])", ErrorKind::malformed, "not a valid CycloneDX document"},
           {R"({"spdxVersion": "SPDX-2.3"})", ErrorKind::malformed, "not a valid"},
           {R"({"bomFormat": "CycloneDX", "specVersion": "9.9"})", ErrorKind::unsupported, "9.9"},
           {R"({"bomFormat": "CycloneDX", "specVersion": "1.6", "x": 1})", ErrorKind::malformed,
            "/x"},
       }) {
    CAPTURE(row.text);
    const auto made = to_spdx(json::parse(row.text).take(), {date(), {}, "0"});
    REQUIRE_FALSE(made);
    CHECK(made.error().kind() == row.kind);
    CHECK(made.error().text().find(row.message) != std::string::npos);
  }
}

TEST_CASE("a document without a model is software, one without anything is an empty bill") {
  const auto software = converted(document(
      R"("components": [{"type": "library", "name": "a", "group": "g"}, {"type": "file", "name": "f"}],
         "services": [{"name": "s", "endpoints": ["https://s.example/"]}])"));
  CHECK(of_type(software.document, "ai_AIPackage").empty());
  CHECK(of_type(software.document, "software_Package").size() == 2);
  CHECK(items(member(of_type(software.document, "software_Sbom").front(), "rootElement")).size() ==
        3);
  CHECK(member(of_type(software.document, "SpdxDocument").front(), "profileConformance") ==
        Json({"core", "software"}));
  const auto empty = converted(document(""));
  CHECK_FALSE(of_type(empty.document, "software_Sbom").front().contains("rootElement"));
  CHECK(empty.unmapped.empty());
}

TEST_CASE("the model card fills the AI profile") {
  const auto element = the_model(model_with(R"("version": "2", "group": "acme",
    "releaseNotes": {"type": "major", "timestamp": "2026-01-02T03:04:05Z"},
    "supplier": {"name": "Acme"}, "purl": "pkg:huggingface/acme/tiny",
    "properties": [{"name": "mpk:parameters", "value": "295392"},
                   {"name": "mpk:autonomy", "value": "Yes"},
                   {"name": "mpk:sensitive-personal-information", "value": "perhaps"},
                   {"name": "genai:aibom:modelcard:safetyRiskAssessment", "value": "HIGH"},
                   {"name": "mpk:standards", "value": "ISO/IEC 42001"},
                   {"name": "mpk:explainability", "value": "SHAP"},
                   {"name": "mpk:data-preprocessing", "value": "deduplicated"},
                   {"name": "mpk:training-method", "value": "LoRA"},
                   {"name": "mpk:decision-threshold", "value": "accuracy >= 0.8"}],
    "modelCard": {
      "properties": [{"name": "cdx:ai-ml:model:hyperparameter:hidden_size", "value": "96"},
                     {"name": "cdx:ai-ml:model:hyperparameter:_undefined:lora_r", "value": "8"}],
      "modelParameters": {"task": "text-generation", "approach": {"type": "supervised"},
        "architectureFamily": "llama", "inputs": [{"format": "text"}]},
      "quantitativeAnalysis": {"performanceMetrics": [
        {"type": "accuracy", "value": "0.7", "slice": "dataset=mmlu"}]},
      "considerations": {"useCases": ["chat"], "technicalLimitations": ["small", "slow"],
        "environmentalConsiderations": {"energyConsumptions": [{"activity": "training",
          "energyProviders": [{"organization": {"name": "Grid"}, "energySource": "wind",
            "energyProvided": {"value": 1, "unit": "kWh"}}],
          "activityEnergyCost": {"value": 0.25, "unit": "kWh"}}]}}})"));
  CHECK(text(element, "name") == "acme/tiny");
  CHECK(text(element, "software_packageVersion") == "2");
  CHECK(text(element, "software_downloadLocation") == "https://huggingface.co/acme/tiny");
  CHECK(text(element, "software_primaryPurpose") == "model");
  CHECK(text(element, "releaseTime") == "2026-01-02T03:04:05Z");
  CHECK(text(element, "suppliedBy").ends_with("#agent/Acme"));
  CHECK(text(element, "ai_autonomyType") == "yes");
  CHECK_FALSE(element.contains("ai_useSensitivePersonalInformation"));
  CHECK(text(element, "ai_safetyRiskAssessment") == "high");
  CHECK(member(element, "ai_standardCompliance") == Json({"ISO/IEC 42001"}));
  CHECK(member(element, "ai_modelExplainability") == Json({"SHAP"}));
  CHECK(member(element, "ai_modelDataPreprocessing") == Json({"deduplicated"}));
  CHECK(text(element, "ai_informationAboutTraining") == "method: LoRA");
  CHECK(text(element, "ai_informationAboutApplication") == "input: text\nuse case: chat");
  CHECK(text(element, "ai_limitation") == "small\nslow");
  CHECK(member(element, "ai_domain") == Json({"text-generation"}));
  CHECK(member(element, "ai_typeOfModel") == Json({"supervised", "llama"}));
  const auto entries = [&](const char* key) {
    Strings out;
    for (const auto& each : items(member(element, key)))
      out.push_back(text(each, "key") + "=" + text(each, "value"));
    return out;
  };
  CHECK(entries("ai_hyperparameter") == Strings{"parameters=295392", "hidden_size=96", "lora_r=8"});
  CHECK(entries("ai_metric") == Strings{"accuracy (dataset=mmlu)=0.7"});
  CHECK(entries("ai_metricDecisionThreshold") == Strings{"accuracy=>= 0.8"});
  const auto& energy = member(element, "ai_energyConsumption");
  CHECK(text(items(member(energy, "ai_trainingEnergyConsumption")).front(), "ai_energyQuantity") ==
        "0.25");
}

TEST_CASE("licences are expressions where SPDX knows them, else licences of their own") {
  struct Row {
    const char* licenses;
    Strings declared, concluded;
    const char* custom;  // the text of the one, or null
  };
  const std::string none = "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense";
  for (
      const auto& row : std::vector<Row>{
          {R"([])", {none}, {none}, nullptr},
          {R"([{"license": {"id": "MIT"}}])", {"MIT"}, {none}, nullptr},
          {R"([{"license": {"id": "MIT", "acknowledgement": "concluded"}}])",
           {none},
           {"MIT"},
           nullptr},
          {R"([{"expression": "MIT OR Apache-2.0"}])", {"MIT OR Apache-2.0"}, {none}, nullptr},
          {R"([{"expression": "GPL-2.0-only WITH Classpath-exception-2.0"}])",
           {"GPL-2.0-only WITH Classpath-exception-2.0"},
           {none},
           nullptr},
          {R"([{"expression": "MIT or so"}])", {"MIT or so"}, {none}, "NOASSERTION"},
          {R"([{"expression": "Classpath-exception-2.0"}])",
           {"Classpath-exception-2.0"},
           {none},
           "NOASSERTION"},
          {R"([{"license": {"name": "llama3.1", "url": "https://l.example/"}}])",
           {"llama3.1"},
           {none},
           "NOASSERTION"},
          {R"([{"license": {"name": "own", "text": {"content": "QmUgZ29vZC4=", "encoding": "base64"}}}])",
           {"own"},
           {none},
           "Be good."},
          {R"([{"expression": "LicenseRef-x AND MIT"}])",
           {"LicenseRef-x AND MIT"},
           {none},
           "NOASSERTION"},
      }) {
    CAPTURE(row.licenses);
    const auto made = converted(model_with(std::string(R"("licenses": )") + row.licenses));
    CHECK(related(made.document, "hasDeclaredLicense") == row.declared);
    CHECK(related(made.document, "hasConcludedLicense") == row.concluded);
    const auto custom = of_type(made.document, "expandedlicensing_CustomLicense");
    REQUIRE(custom.size() == (row.custom == nullptr ? 0 : 1));
    if (row.custom != nullptr)
      CHECK(text(custom.front(), "simplelicensing_licenseText") == row.custom);
  }
}

TEST_CASE("what has no place is kept word for word and named; signatures are left out") {
  const auto bom = document(R"("metadata": {"component": {"type": "machine-learning-model",
      "bom-ref": "m", "name": "tiny", "tags": ["a", "b"], "scope": "required"}},
    "vulnerabilities": [{"id": "CVE-2026-1"}],
    "signature": {"algorithm": "ES256", "value": "AA"})");
  const auto made = converted(bom);
  CHECK(pointers(made, true) ==
        Strings{"/metadata/component/scope", "/metadata/component/tags", "/vulnerabilities"});
  CHECK(pointers(made, false) == Strings{"/signature"});
  Strings statements;
  for (const auto& each : of_type(made.document, "Annotation"))
    statements.push_back(text(each, "statement"));
  CHECK(
      statements ==
      Strings{
          R"({"cyclonedx":{"/metadata/component/scope":"required","/metadata/component/tags":["a","b"]}})",
          R"({"cyclonedx":{"/vulnerabilities":[{"id":"CVE-2026-1"}]}})"});
}

TEST_CASE("tiers and findings are annotations of the elements that they are about") {
  const auto made = converted(model_with(
      R"("components": [{"type": "file", "bom-ref": "f", "name": "a.gguf",
           "hashes": [{"alg": "MD5", "content": "00000000000000000000000000000000"}]}],
         "properties": [
           {"name": "mpk:provenance:/metadata/component/components/0/hashes/0",
            "value": "verified;source=a.gguf"},
           {"name": "mpk:provenance:/metadata/component/name", "value": "declared"},
           {"name": "mpk:finding", "value": "high: a.gguf: two types"},
           {"name": "mpk:finding", "value": "low: gone.bin: missing"}])"));
  Strings found;
  for (const auto& each : of_type(made.document, "Annotation")) {
    const auto& subject = text(each, "subject");
    found.push_back(subject.substr(subject.find('#') + 1) + " " + text(each, "statement"));
  }
  CHECK(
      found ==
      Strings{
          R"(component/f {"facts":[{"fact":"components/a.gguf/hashes/MD5","pointer":"/metadata/component/components/0/hashes/0","source":"a.gguf"}],"tier":"verified"})",
          R"(component/m {"facts":[{"fact":"name","pointer":"/metadata/component/name"}],"tier":"declared"})",
          "component/f finding: high: a.gguf: two types",
          "component/m finding: low: gone.bin: missing"});
  CHECK(made.unmapped.empty());
}

TEST_CASE("hostile names make ids that are ids, and no two alike") {
  const std::string hostile = R"(\"> <script>{}|\\^`\u0000\u202e ü#/../%00 x)";
  const auto made = converted(document(
      R"("components": [{"type": "library", "name": "a", "bom-ref": ")" + hostile +
      R"("}, {"type": "library", "name": "b"}, {"type": "library", "name": "b", "scope": "required"},
         {"type": "library", "name": "c", "bom-ref": "at//components/1"},
         {"type": "library", "name": "d", "bom-ref": ")" +
      std::string(100000, 'x') + R"("}])"));
  Strings ids;
  for (const auto& each : items(member(made.document, "@graph"))) {
    const auto id = text(each, "spdxId").empty() ? text(each, "@id") : text(each, "spdxId");
    CHECK(id.size() < 1000);
    CHECK((spdx::is_uri(id) || id.starts_with("_:")));
    ids.push_back(id);
  }
  std::ranges::sort(ids);
  CHECK(std::ranges::adjacent_find(ids) == ids.end());
}

TEST_CASE("an absolute URI is told from what is none") {
  for (const auto* good : {"https://a.example/b?c#d", "urn:x:y", "pkg:oci/a@sha256%3Aab", "a+b.c:d",
                           "https://ü.example/"})
    CHECK_MESSAGE(spdx::is_uri(good), good);
  for (const auto* bad : {"", "a", ":a", "1a:b", "a:", "a b:c", "https://a.example/b c", "a:<b>",
                          "a:\n", "../x", "a_b:c", "a:`"})
    CHECK_FALSE_MESSAGE(spdx::is_uri(bad), bad);
}

TEST_CASE("numbers become decimals without an exponent") {
  CHECK(spdx::decimal(Json(3)) == "3");
  CHECK(spdx::decimal(Json(0.25)) == "0.25");
  CHECK(spdx::decimal(Json(1e-7)) == "0.0000001");
  CHECK(spdx::decimal(Json(1e6)) == "1000000");
  CHECK(spdx::decimal(Json(-1e-30)) == "0");
  CHECK(spdx::decimal(Json(1e300)).empty());
  CHECK(spdx::decimal(Json("3")).empty());
}

TEST_CASE("the check refuses what SPDX would") {
  const auto good = converted(model_with(R"("licenses": [{"license": {"id": "MIT"}}])")).document;
  REQUIRE(spdx::check_spdx(good));
  const auto index = [&](std::string_view type) {
    std::size_t at = 0;
    for (const auto& each : items(member(good, "@graph"))) {
      if (text(each, "type") == type) return at;
      ++at;
    }
    FAIL("no ", std::string(type));
    return at;
  };
  struct Row {
    const char* what;
    std::function<void(Json&)> change;
    const char* message;
  };
  for (const auto& row : std::vector<Row>{
           {"context", [](Json& d) { d["@context"] = "x"; }, "@context"},
           {"class", [&](Json& d) { d["@graph"][index("Tool")]["type"] = "Hammer"; }, "no class"},
           {"abstract class", [&](Json& d) { d["@graph"][index("Tool")]["type"] = "Agent"; }, ""},
           {"member", [&](Json& d) { d["@graph"][index("Tool")]["to"] = Json::array({"x"}); },
            "no member to"},
           {"missing member", [&](Json& d) { d["@graph"][index("Relationship")].erase("to"); },
            "without to"},
           {"dangling link",
            [&](Json& d) { d["@graph"][index("Relationship")]["from"] = "urn:x:y"; }, "unexpected"},
           {"link to another class",
            [&](Json& d) {
              d["@graph"][index("ai_AIPackage")]["suppliedBy"] =
                  d["@graph"][index("Tool")]["spdxId"];
            },
            "suppliedBy"},
           {"word",
            [&](Json& d) {
              d["@graph"][index("ai_AIPackage")]["software_primaryPurpose"] = "weapon";
            },
            "weapon"},
           {"date", [](Json& d) { d["@graph"][0]["created"] = "2026-01-02T03:04:05+01:00"; },
            "created"},
           {"empty list",
            [&](Json& d) { d["@graph"][index("Relationship")]["to"] = Json::array(); },
            "not empty"},
           {"id twice",
            [&](Json& d) {
              d["@graph"][index("Tool")]["spdxId"] = d["@graph"][index("ai_AIPackage")]["spdxId"];
            },
            "twice"},
           {"id that is none", [&](Json& d) { d["@graph"][index("Tool")]["spdxId"] = "x"; },
            "no id"},
       }) {
    CAPTURE(row.what);
    auto bad = good;
    row.change(bad);
    const auto checked = spdx::check_spdx(bad);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().kind() == ErrorKind::internal);
    CHECK(checked.error().text().find(row.message) != std::string::npos);
  }
}
