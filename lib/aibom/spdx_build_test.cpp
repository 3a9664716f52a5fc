// Tests of training runs and thresholds in SPDX: builds, what the model says of them, what stays.
#include "aibom/lookup.hpp"
#include "aibom/spdx.hpp"
#include "aibom/test_spdx.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::aibom;
using namespace mpk::aibom::testing;

namespace {

// A model and the run that it came out of.
Json with_training(const std::string& times, const std::string& parameters) {
  auto bom = model_with("");
  const std::string run = R"([{"components": [
      {"type": "application", "bom-ref": "code", "name": "train",
       "pedigree": {"commits": [{"uid": ")" +
                          std::string(40, 'a') + R"("}]},
       "externalReferences": [{"type": "vcs", "url": "https://git.example/t"}]},
      {"type": "device", "bom-ref": "gpu", "name": "gpu"},
      {"type": "container", "bom-ref": "image", "name": "image"},
      {"type": "framework", "bom-ref": "torch", "name": "torch"}],
    "workflows": [{"bom-ref": "run", "uid": "run-7", "name": "third round", )" +
                          (times.empty() ? "" : times + ", ") + R"("taskTypes": ["build"],
      "properties": [{"name": "mpk:training:method", "value": "lora"}],
      "inputs": [{"resource": {"ref": "code"}}, {"parameters": [)" +
                          parameters + R"(]},
                 {"resource": {"externalReference": {"type": "other", "url": "https://a.example"}}}],
      "outputs": [{"type": "artifact", "resource": {"ref": "m"}},
                  {"type": "log", "data": {"content": "x"}}],
      "steps": [{"commands": [{"executed": "python3 t.py"}]}],
      "runtimeTopology": [{"ref": "run", "dependsOn": ["gpu", "image"]},
                          {"ref": "image", "dependsOn": ["torch"]}]}]}])";
  auto formulation = json::parse(run);
  REQUIRE_MESSAGE(formulation, formulation.error().text());
  bom["formulation"] = formulation.take();
  return bom;
}

}  // namespace

TEST_CASE("a workflow that a model came out of becomes a build, and the model says how") {
  const auto made = converted(
      with_training(R"("timeStart": "2026-03-14T07:00:00Z", "timeEnd": "2026-03-14T19:30:00.5Z")",
                    R"({"name": "epochs", "value": "3", "dataType": "number"},
         {"name": "bf16", "value": "true", "dataType": "boolean"},
         {"name": "note", "value": "warm", "dataType": "string"},
         {"name": "seed", "value": "7", "dataType": "string"})"));
  const auto& spdx = made.document;
  const auto builds = of_type(spdx, "build_Build");
  REQUIRE(builds.size() == 1);
  const auto& build = builds.front();
  CHECK(text(build, "build_buildType") == "urn:mpk:buildtype:cyclonedx-workflow:v1");
  CHECK(text(build, "build_buildId") == "run-7");
  CHECK(text(build, "build_buildStartTime") == "2026-03-14T07:00:00Z");
  CHECK(text(build, "build_buildEndTime") == "2026-03-14T19:30:00Z");
  CHECK(items(member(build, "build_parameter")).size() == 4);
  CHECK(member(build, "build_configSourceUri") == Json::array({"https://git.example/t"}));
  const auto& digest = items(member(build, "build_configSourceDigest")).front();
  CHECK(text(digest, "algorithm") == "sha1");
  CHECK(text(digest, "hashValue") == std::string(40, 'a'));
  CHECK(related(spdx, "hasInput") == Strings{"train"});
  CHECK(related(spdx, "hasOutput") == Strings{"tiny"});
  CHECK(related(spdx, "hasHost") == Strings{"gpu"});
  CHECK(related(spdx, "usesTool") == Strings{"image"});
  CHECK(related(spdx, "dependsOn") == Strings{"torch"});
  const auto model = of_type(spdx, "ai_AIPackage").front();
  CHECK(text(model, "ai_informationAboutTraining") == "run: third round\nmethod: lora");
  CHECK(items(member(model, "ai_hyperparameter")).front() ==
        Json({{"type", "DictionaryEntry"}, {"key", "training:epochs"}, {"value", "3"}}));
  const Json claimed = member(of_type(spdx, "SpdxDocument").front(), "profileConformance");
  CHECK(std::ranges::find(claimed, Json("build")) != claimed.end());
  // A fraction of a second, a type that the value does not show, and what has no place stay whole.
  const std::string run = "/formulation/0/workflows/0/";
  const Strings expected = {"/formulation/0/components/0/pedigree",
                            run + "inputs/1/parameters/3/dataType",
                            run + "inputs/2",
                            run + "outputs/1",
                            run + "steps",
                            run + "taskTypes",
                            run + "timeEnd"};
  auto kept = pointers(made, true);
  std::ranges::sort(kept);
  CHECK(join(kept, " ") == join(expected, " "));
}

TEST_CASE("a program that is no input, or a commit that is none, is no source of a build") {
  auto bom = with_training("", "");
  auto& formula = bom["formulation"][0];
  formula["components"][0]["pedigree"]["commits"][0]["uid"] = "main";
  CHECK_FALSE(
      of_type(converted(bom).document, "build_Build").front().contains("build_configSourceDigest"));
  formula["workflows"][0]["inputs"] = Json::array();
  CHECK_FALSE(
      of_type(converted(bom).document, "build_Build").front().contains("build_configSourceUri"));
  bom.erase("formulation");
  const auto none = converted(bom).document;
  CHECK(of_type(none, "build_Build").empty());
  const Json claimed = member(of_type(none, "SpdxDocument").front(), "profileConformance");
  CHECK(std::ranges::find(claimed, Json("build")) == claimed.end());
}

TEST_CASE("the threshold of an evaluation is said of the model's metric") {
  const auto with = [](const char* words) {
    auto bom = model_with("");
    bom["definitions"]["standards"] =
        Json::array({{{"bom-ref", "s"},
                      {"name", "policy"},
                      {"requirements", Json::array({{{"bom-ref", "r"}, {"text", words}}})}}});
    return the_model(bom);
  };
  CHECK(member(with("refusal_rate is at least 0.95"), "ai_metricDecisionThreshold") ==
        Json::array(
            {{{"type", "DictionaryEntry"}, {"key", "refusal_rate"}, {"value", "at least 0.95"}}}));
  CHECK(items(member(with("toxicity is at most 0.1"), "ai_metricDecisionThreshold")).size() == 1);
  for (const char* other : {"all answers are polite", " is at least 3"})
    CHECK_FALSE(with(other).contains("ai_metricDecisionThreshold"));
}
