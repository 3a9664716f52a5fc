// A training file in provenance: addresses, digests, roles; the same whatever the order.
#include "flow/training_materials.hpp"

#include "attest/predicate_form.hpp"
#include "attest/predicate_type.hpp"
#include "base/env.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>

using namespace mpk;

namespace {

const std::string kHex(64, 'a');
const std::string kCommit(40, 'b');

Json provenance_of(const std::string& yaml) {
  const auto training = model::parse_training("apiVersion: mpk/v1\n" + yaml, "run.yaml");
  REQUIRE_MESSAGE(training, (training ? "" : training.error().text()));
  const auto build = attest::detect_build(MapEnv(std::map<std::string, std::string>{}));
  auto out = attest::make_provenance(build.value(), flow::training_materials(*training),
                                     std::nullopt, std::nullopt, "0.1.0");
  CHECK(attest::check_predicate_form(attest::kSlsaProvenance, out));
  // A base model at a commit is not the source that was built.
  CHECK(attest::read_provenance(out)->source_uri.empty());
  return out;
}

Json dependencies_of(const std::string& yaml) {
  return provenance_of(yaml)["buildDefinition"].value("resolvedDependencies", Json::array());
}

}  // namespace

TEST_CASE("base models and datasets become dependencies with address, digest and role") {
  const auto found = dependencies_of(
      "baseModels:\n"
      "  - {name: acme/donor, relation: merge, reference: 'ghcr.io/acme/donor:1@sha256:" +
      kHex +
      "'}\n"
      "  - {name: acme/base, relation: finetune, revision: " +
      kCommit +
      "}\n"
      "datasets:\n"
      "  - {name: acme/dialogues, role: [fine-tuning], url: 'https://data.example/d', digest: "
      "'sha256:" +
      kHex +
      "'}\n"
      "  - {name: acme/questions, role: [testing, validation], reference: 'ghcr.io/acme/q@sha256:" +
      kHex + "'}\n");
  const Json expected = {
      {{"name", "acme/base"},
       {"uri", "pkg:huggingface/acme/base@" + kCommit},
       {"digest", {{"gitCommit", kCommit}}},
       {"annotations", {{"role", "base-model"}, {"relation", "finetune"}}}},
      {{"name", "acme/donor"},
       {"uri", "pkg:oci/donor@sha256%3A" + kHex + "?repository_url=ghcr.io/acme/donor&tag=1"},
       {"digest", {{"sha256", kHex}}},
       {"annotations", {{"role", "base-model"}, {"relation", "merge"}}}},
      {{"name", "acme/dialogues"},
       {"uri", "https://data.example/d"},
       {"digest", {{"sha256", kHex}}},
       {"annotations", {{"role", "dataset"}, {"use", {"fine-tuning"}}}}},
      {{"name", "acme/questions"},
       {"uri", "pkg:oci/q@sha256%3A" + kHex + "?repository_url=ghcr.io/acme/q"},
       {"digest", {{"sha256", kHex}}},
       {"annotations", {{"role", "dataset"}, {"use", {"testing", "validation"}}}}}};
  CHECK(found == expected);
}

TEST_CASE("a branch is no digest, and what nobody can find is left out") {
  const auto found = dependencies_of(
      "baseModels:\n"
      "  - {name: acme/base, revision: main}\n"
      "  - {name: /mnt/base, revision: " +
      kCommit +
      "}\n"
      "datasets:\n"
      "  - {name: ours}\n"
      "  - {name: theirs, revision: " +
      kCommit +
      "}\n"
      "  - {name: pinned, url: 'https://data.example/p', revision: " +
      kCommit +
      "}\n"
      "  - {name: hashed, digest: 'sha256:" +
      kHex + "'}\n");
  REQUIRE(found.size() == 3);
  CHECK(found[0] == Json({{"name", "acme/base"},
                          {"uri", "pkg:huggingface/acme/base"},
                          {"annotations", {{"role", "base-model"}}}}));
  CHECK(found[1]["name"] == "hashed");
  CHECK_FALSE(found[1].contains("uri"));
  CHECK(found[2]["digest"] == Json({{"gitCommit", kCommit}}));
}

TEST_CASE("byproducts of the run are byproducts") {
  const auto provenance = provenance_of(
      "byproducts:\n"
      "  - {name: loss.csv, kind: metrics, digest: 'sha256:" +
      kHex +
      "'}\n"
      "  - {name: nothing, kind: other}\n"
      "  - {name: a.log, kind: log, url: 'https://runs.example/a.log'}\n");
  CHECK(provenance["runDetails"]["byproducts"] == Json({{{"name", "a.log"},
                                                         {"uri", "https://runs.example/a.log"},
                                                         {"annotations", {{"role", "log"}}}},
                                                        {{"name", "loss.csv"},
                                                         {"digest", {{"sha256", kHex}}},
                                                         {"annotations", {{"role", "metrics"}}}}}));
  CHECK_FALSE(provenance["buildDefinition"].contains("resolvedDependencies"));
}

TEST_CASE("the order of the file does not matter") {
  const std::string a = "  - {name: acme/a, url: 'https://data.example/a'}\n";
  const std::string b = "  - {name: acme/b, url: 'https://data.example/b'}\n";
  CHECK(provenance_of("datasets:\n" + a + b) == provenance_of("datasets:\n" + b + a));
  CHECK(dependencies_of("datasets:\n" + b + a)[0]["name"] == "acme/a");
}
