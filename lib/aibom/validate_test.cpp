// Tests of validation: the specification's own documents, then each lint rule with its neighbour.
#include "aibom/validate.hpp"

#include "base/file.hpp"
#include "base/limits.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <ostream>

using namespace mpk;
using namespace mpk::aibom;

namespace {

Json parsed(std::string_view text) { return json::parse(text).take(); }

bool has_code(const std::vector<Problem>& problems, std::string_view code) {
  return std::any_of(problems.begin(), problems.end(),
                     [&](const Problem& problem) { return problem.code == code; });
}

/// A document of `members`, which is valid but for them.
std::vector<Problem> problems_of(const std::string& members, const std::string& version = "1.6") {
  auto bom = parsed(R"({"bomFormat":"CycloneDX","specVersion":")" + version + R"(","version":1,)" +
                    R"("serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79")" +
                    (members.empty() ? "" : "," + members) + "}");
  return validate_aibom(bom).take();
}

std::string component(const std::string& members) {
  return R"("metadata":{"component":{"type":"machine-learning-model","name":"m","version":"1",)"
         R"("bom-ref":"m")" +
         (members.empty() ? "" : "," + members) + "}}";
}

struct Pair {
  const char* code;
  std::string bad, good;
};

void check_pairs(const std::vector<Pair>& pairs, Problem::Level level) {
  for (const auto& [code, bad, good] : pairs) {
    CAPTURE(bad);
    CAPTURE(good);
    auto found = problems_of(bad);
    auto problem = std::find_if(
        found.begin(), found.end(),
        [&, wanted = std::string_view(code)](const Problem& each) { return each.code == wanted; });
    REQUIRE(problem != found.end());
    CHECK(problem->level == level);
    CHECK(has_errors(found) == (level == Problem::Level::error));
    auto fine = problems_of(good);
    CHECK_FALSE(has_code(fine, code));
    CHECK_FALSE(has_errors(fine));
  }
}

const std::string kHex64(64, 'a');

}  // namespace

TEST_CASE("the specification's documents of 1.6 are judged as it says, and so are they as 1.7") {
  std::filesystem::path folder = MPK_VECTORS_DIR "/cyclonedx/1.6";
  if (!std::filesystem::exists(folder)) {
    MESSAGE("skipped: no vectors at " << folder.string());
    return;
  }
  std::size_t valid = 0, invalid = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    auto name = entry.path().filename().string();
    CAPTURE(name);
    auto text = read_file(entry.path(), limits::kJsonDocument).take();
    auto bom = json::parse(text);
    REQUIRE(bom);
    auto problems = validate_aibom(*bom);
    REQUIRE(problems);
    bool broken = has_code(*problems, "schema");
    if (name.starts_with("valid-")) {
      ++valid;
      CHECK_MESSAGE(!broken, problems->front().pointer << " " << problems->front().message);
      auto newer = *bom;
      newer["specVersion"] = "1.7";
      CHECK_FALSE(has_code(validate_aibom(newer).take(), "schema"));
    } else {
      ++invalid;
      CHECK(broken);
      CHECK(has_errors(*problems));
    }
  }
  CHECK(valid > 40);
  CHECK(invalid > 20);
}

TEST_CASE("another version is not supported, and says so") {
  for (const char* version : {"1.5", "1.8", "2.0", "1.6 "}) {
    auto result = validate_aibom({{"bomFormat", "CycloneDX"}, {"specVersion", version}});
    REQUIRE_FALSE(result);
    CHECK(result.error().kind() == ErrorKind::unsupported);
  }
  CHECK(validate_aibom({{"bomFormat", "CycloneDX"}, {"specVersion", "1.6"}}));
  CHECK(validate_aibom({{"bomFormat", "CycloneDX"}, {"specVersion", "1.7"}}));
}

TEST_CASE("what 1.7 allows, it alone allows; what it refuses has a neighbour that is fine") {
  struct Case {
    const char* name;
    std::string newer;    // valid in 1.7, not in 1.6
    std::string refused;  // in neither
  };
  const std::string part = R"("components":[{"type":"library","name":"l")";
  const auto licenses = [](const std::string& expression) {
    return component(R"("licenses":[{"license":{"id":"MIT"}},{"expression":)" + expression + "}]");
  };
  const auto cited = [](const std::string& members) {
    return component("") + R"(,"citations":[{"timestamp":"2026-01-01T00:00:00Z")" + members + "}]";
  };
  const auto patent = [](const std::string& number) {
    return R"("definitions":{"patents":[{"patentNumber":")" + number +
           R"(","jurisdiction":"US","patentLegalStatus":"granted","filingDate":"2024-02-29"}]})";
  };
  const std::string hash = R"(,"hashes":[{"alg":"Streebog-)";
  const std::vector<Case> cases = {
      {"expression beside licence", licenses(R"("MIT OR ISC")"), licenses("1")},
      {"version range", part + R"(,"isExternal":true,"versionRange":"vers:npm/>1"}])",
       part + R"(,"isExternal":false,"versionRange":"vers:npm/>1"}])"},
      {"version range", part + R"(,"isExternal":true,"versionRange":"vers:npm/>1"}])",
       part + R"(,"isExternal":true,"version":"1","versionRange":"vers:npm/>1"}])"},
      {"version range", part + R"(,"isExternal":true,"versionRange":"vers:npm/>1"}])",
       part + R"(,"versionRange":"vers:npm/>1"}])"},
      {"citation", cited(R"(,"pointers":["/metadata"],"attributedTo":"m")"),
       cited(R"(,"pointers":["/metadata"])")},
      {"citation", cited(R"(,"expressions":["$.a"],"process":"m")"),
       cited(R"(,"pointers":["/metadata"],"expressions":["$.a"],"attributedTo":"m")")},
      {"citation", cited(R"(,"pointers":["/metadata"],"attributedTo":"m")"),
       cited(R"(,"pointers":[],"attributedTo":"m")")},
      {"patent", patent("US 1.234/5"), patent("US_1")},
      {"hash", part + hash + "256\",\"content\":\"" + kHex64 + "\"}]}]",
       part + hash + "384\",\"content\":\"" + kHex64 + "\"}]}]"},
      {"distribution", R"("metadata":{"distributionConstraints":{"tlp":"AMBER"}})",
       R"("metadata":{"distributionConstraints":{"tlp":"amber"}})"}};
  for (const auto& [name, newer, refused] : cases) {
    CAPTURE(name);
    CAPTURE(newer);
    CAPTURE(refused);
    CHECK_FALSE(has_errors(problems_of(newer, "1.7")));
    CHECK(has_code(problems_of(newer), "schema"));
    CHECK(has_code(problems_of(refused, "1.7"), "schema"));
    CHECK(has_code(problems_of(refused), "schema"));
  }
}

TEST_CASE("citations point at something, by somebody who is there") {
  const auto cited = [](const std::string& pointer, const std::string& who) {
    return problems_of(component("") + R"(,"citations":[{"timestamp":"2026-01-01T00:00:00Z",)" +
                           R"("pointers":["/metadata",")" + pointer + R"("],"attributedTo":")" +
                           who + R"("}])",
                       "1.7");
  };
  CHECK_FALSE(has_errors(cited("/metadata/component/name", "m")));
  for (const char* nowhere : {"/metadata/component/version/1", "metadata", "/metadata/~2", "/a"}) {
    CAPTURE(nowhere);
    const auto problems = cited(nowhere, "m");
    REQUIRE(has_code(problems, "dangling-citation"));
    CHECK(problems.front().pointer == "/citations/0/pointers/1");
    CHECK(has_errors(problems));
  }
  CHECK(has_code(cited("/metadata", "nobody"), "dangling-ref"));
}

TEST_CASE("a formula and its workflow may share a bom-ref, which is a warning; a task may not") {
  const auto formulation = [](const std::string& workflow, const std::string& task) {
    return problems_of(component("") +
                           R"(,"formulation":[{"bom-ref":"w","workflows":[{"bom-ref":")" +
                           workflow + R"(","uid":"1","taskTypes":["build"],"tasks":[{"bom-ref":")" +
                           task + R"(","uid":"2","taskTypes":["build"]}]}]}])",
                       "1.7");
  };
  CHECK_FALSE(has_code(formulation("v", "t"), "duplicate-bom-ref"));
  CHECK(has_code(formulation("w", "t"), "duplicate-bom-ref"));
  CHECK_FALSE(has_errors(formulation("w", "t")));
  CHECK(has_errors(formulation("v", "w")));
  CHECK(has_errors(formulation("v", "v")));
}

TEST_CASE("what is no document has errors and never crashes") {
  for (const char* text : {"null", "[]", "1", "\"x\"", "{}", R"({"specVersion":1.6})",
                           R"({"specVersion":"1.6","metadata":[],"components":{"a":1}})",
                           R"({"specVersion":"1.6","dependencies":[null,{"dependsOn":"x"}]})",
                           R"({"specVersion":"1.6","components":[[[{"hashes":[1]}]]]})"}) {
    CAPTURE(text);
    auto problems = validate_aibom(parsed(text));
    REQUIRE(problems);
    CHECK(has_errors(*problems));
  }
  Json deep;
  for (int i = 0; i < 5000; ++i) deep = Json::array({std::move(deep)});
  CHECK(has_errors(validate_aibom(deep).take()));
}

TEST_CASE("a document that contradicts itself has errors though the grammar takes it") {
  auto file = [](const std::string& ref, const std::string& more) {
    return R"("components":[{"type":"file","name":"f","bom-ref":")" + ref + "\"" + more + "}]";
  };
  auto hash = [](const std::string& algorithm, const std::string& content) {
    return R"({"alg":")" + algorithm + R"(","content":")" + content + R"("})";
  };
  auto hashed = [&](const std::string& list) { return file("f", R"(,"hashes":[)" + list + "]"); };
  const auto other = std::string(64, 'b');
  check_pairs(
      {{"dangling-ref", component("") + R"(,"dependencies":[{"ref":"x"}])",
        component("") + R"(,"dependencies":[{"ref":"m"}])"},
       {"dangling-ref", component("") + R"(,"dependencies":[{"ref":"m","dependsOn":["x"]}])",
        component("") + "," + file("x", "") + R"(,"dependencies":[{"ref":"m","dependsOn":["x"]}])"},
       {"dangling-ref", component("") + R"(,"dependencies":[{"ref":"m","provides":["x"]}])",
        component("") + R"(,"dependencies":[{"ref":"m","provides":["m"]}])"},
       {"dangling-ref", component(R"("modelCard":{"modelParameters":{"datasets":[{"ref":"x"}]}})"),
        component(R"("modelCard":{"modelParameters":{"datasets":[{"ref":"d"}]}})") +
            R"(,"components":[{"type":"data","name":"d","bom-ref":"d"}])"},
       {"dangling-ref",
        component("") + R"(,"compositions":[{"aggregate":"complete","assemblies":["x"]}])",
        component("") + R"(,"compositions":[{"aggregate":"complete","assemblies":["m"]}])"},
       {"dangling-ref",
        component("") + R"(,"compositions":[{"aggregate":"complete","dependencies":["x"]}])",
        component("") + R"(,"compositions":[{"aggregate":"complete","dependencies":["m"]}])"},
       {"dangling-ref",  // a BOM-Link into this document, and into another one
        component("") +
            R"(,"compositions":[{"aggregate":"complete","assemblies":["urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#x"]}])",
        component("") +
            R"(,"compositions":[{"aggregate":"complete","assemblies":["urn:cdx:3e671687-395b-41f5-a30f-a58921a69b78/1#x"]}])"},
       {"dangling-ref",
        component(
            R"("externalReferences":[{"type":"bom","url":"urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#%78"}])"),
        component(
            R"("externalReferences":[{"type":"bom","url":"urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#%6D"}])")},
       {"duplicate-bom-ref", component("") + "," + file("m", ""),
        component("") + "," + file("f", "")},
       {"hash-length", hashed(hash("SHA-512", kHex64)), hashed(hash("SHA-256", kHex64))},
       {"hash-length", hashed(hash("SHA-1", kHex64)), hashed(hash("SHA-1", std::string(40, 'a')))},
       {"hash-length", hashed(hash("BLAKE3", std::string(32, 'a'))),
        hashed(hash("BLAKE3", std::string(128, 'a')))},
       {"hash-prefix", hashed(hash("SHA-256", "sha256:" + kHex64)),
        hashed(hash("SHA-256", kHex64))},
       {"hash-conflict", hashed(hash("SHA-256", kHex64) + "," + hash("SHA-256", other)),
        hashed(hash("SHA-256", kHex64) + "," + hash("SHA3-256", other))},
       {"dangling-provenance",
        component(R"("properties":[{"name":"mpk:provenance:/metadata/x","value":"verified"}])"),
        component(
            R"("properties":[{"name":"mpk:provenance:/metadata/component/name","value":"verified"}])")},
       {"dangling-provenance",
        component(R"("properties":[{"name":"mpk:provenance:metadata","value":"verified"}])"),
        component(R"("properties":[{"name":"provenance:metadata","value":"verified"}])")}},
      Problem::Level::error);
}

TEST_CASE("what is legal but says little is a warning") {
  const std::string energy =
      R"("modelCard":{"considerations":{"environmentalConsiderations":{"energyConsumptions":[{)"
      R"("activity":"training","activityEnergyCost":{"value":1,"unit":"kWh"},"energyProviders":[)";
  const std::string provider =
      R"({"organization":{"name":"o"},"energySource":"wind","energyProvided":{"value":1,"unit":"kWh"}})";
  auto card = [](const std::string& members) {
    return component(R"("modelCard":{)" + members + "}");
  };
  auto library = [](const std::string& more) {
    return component("") + R"(,"components":[{"type":"library","name":"l",)" + more + "}]";
  };
  auto license = [](const std::string& id) {
    return component(R"("licenses":[{"license":{"id":")" + id + R"("}}])");
  };
  const std::string reproducible = R"("properties":[{"name":"cdx:reproducible","value":"true"}])";
  check_pairs(
      {{"empty-energy-providers", component(energy + "]}]}}}"),
        component(energy + provider + "]}]}}}")},
       {"metric-incomplete",
        card(R"("quantitativeAnalysis":{"performanceMetrics":[{"value":"1"}]})"),
        card(R"("quantitativeAnalysis":{"performanceMetrics":[{"type":"a","value":"1"}]})")},
       {"empty-entry", card(R"("considerations":{"ethicalConsiderations":[{}]})"),
        card(R"("considerations":{"ethicalConsiderations":[{"name":"n"}]})")},
       {"model-card-misplaced", library(R"("modelCard":{})"), card("")},
       {"data-misplaced", component(R"("data":[{"type":"dataset"}])"),
        component("") +
            R"(,"components":[{"type":"data","name":"d","data":[{"type":"dataset"}]}])"},
       {"purl", library(R"("purl":"huggingface/a/b")"), library(R"("purl":"pkg:pypi/torch@2.0")")},
       {"purl-version", library(R"("purl":"pkg:huggingface/a/b@main")"),
        library(R"("purl":"pkg:huggingface/a/b@0f3c1a5b7d9e2f4a6c8b0d1e3f5a7b9c1d3e5f70")")},
       {"reference-is-purl",
        component(R"("externalReferences":[{"type":"bom","url":"pkg:oci/a"}])"),
        component(R"("externalReferences":[{"type":"bom","url":"https://example.com"}])")},
       {"license-ambiguous", license("GPL-3.0"), license("GPL-3.0-only")},
       {"license-ambiguous", license("LGPL-2.1+"), license("Apache-2.0")},
       {"email", component(R"("authors":[{"email":" a@b.example"}])"),
        component(R"("authors":[{"email":"a@b.example"}])")},
       {"no-subject", "", component("")},
       {"model-without-version",
        R"("metadata":{"component":{"type":"machine-learning-model","name":"m"}})", component("")},
       {"timestamp-not-reproducible",
        R"("metadata":{"timestamp":"2026-01-01T00:00:00Z",)" + reproducible + "}",
        R"("metadata":{)" + reproducible + "}"}},
      Problem::Level::warning);
  auto nameless = validate_aibom({{"bomFormat", "CycloneDX"}, {"specVersion", "1.6"}}).take();
  CHECK(has_code(nameless, "no-serial-number"));
  CHECK_FALSE(has_code(problems_of(""), "no-serial-number"));
}

TEST_CASE("problems name their place, and errors come first") {
  auto found = problems_of(R"("components":[{"type":"file","name":"a/b","hashes":[)"
                           R"({"alg":"SHA-512","content":")" +
                           kHex64 + R"("}]}],"dependencies":[{"ref":"m"}])");
  REQUIRE(found.size() == 3);
  CHECK(found[0].pointer == "/dependencies/0/ref");
  CHECK(found[1].pointer == "/components/0/hashes/0/content");
  CHECK(found[1].message == "SHA-512: expected 128 hexadecimal digits, found 64");
  CHECK(found[2].level == Problem::Level::warning);
}

TEST_CASE("a document full of mistakes gets a bounded answer, errors included") {
  Json bom = {{"bomFormat", "CycloneDX"}, {"specVersion", "1.6"}, {"components", Json::array()}};
  for (int i = 0; i < 3000; ++i)
    bom["components"].push_back({{"type", "file"}, {"name", std::to_string(i)}, {"purl", "x"}});
  CHECK_FALSE(has_errors(validate_aibom(bom).take()));
  for (int i = 0; i < 3000; ++i) {
    bom["components"][static_cast<std::size_t>(i)]["hashes"] =
        Json::array({{{"alg", "SHA-512"}, {"content", kHex64}}});
  }
  auto problems = validate_aibom(bom).take();
  CHECK(problems.size() <= 500);
  CHECK(has_errors(problems));
}

TEST_CASE("members of a signature are not taken for references") {
  auto found = problems_of(component("") +
                           R"(,"signature":{"algorithm":"ES256","value":"x","ref":"nowhere"})");
  CHECK_FALSE(has_code(found, "dangling-ref"));
}
