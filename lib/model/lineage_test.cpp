// Tests of the comparisons along the pedigree: pins and licences; silence where nothing is known.
#include "model/lineage.hpp"

#include "model/license.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <string>

using namespace mpk::model;

namespace {

ModelInfo model_of(std::vector<std::string> own, BaseModel base) {
  ModelInfo info;
  for (const auto& id : own)
    info.licenses.push_back(license_from_huggingface(id, "", "", "README.md"));
  info.base_models = {std::move(base)};
  return info;
}

BaseModel base_under(const std::string& license, std::string relation = "finetune") {
  BaseModel out{"acme/base", std::move(relation), "", "run.yaml"};
  if (!license.empty()) out.licenses = {license_from_huggingface(license, "", "", "run.yaml")};
  return out;
}

}  // namespace

TEST_CASE("a licence that the base does not allow is a finding with both and the pointer") {
  auto info = model_of({"apache-2.0"}, base_under("cc-by-nc-4.0"));
  check_lineage(info);
  REQUIRE(info.findings.size() == 1);
  const auto& found = info.findings[0];
  CHECK(found.code == "license-incompatible");
  CHECK(found.severity == Severity::medium);
  CHECK(found.message.find("CC-BY-NC-4.0") != std::string::npos);
  CHECK(found.message.find("Apache-2.0") != std::string::npos);
  CHECK(found.message.find("/metadata/component/pedigree/ancestors/0") != std::string::npos);
  CHECK(found.fix.find("no legal advice") != std::string::npos);
}

TEST_CASE("nothing is said where a licence is missing, unknown or one of several that fits") {
  const struct {
    std::vector<std::string> own;
    BaseModel base;
  } table[] = {
      {{"apache-2.0"}, base_under("")},
      {{}, base_under("cc-by-nc-4.0")},
      {{"other"}, base_under("cc-by-nc-4.0")},
      {{"apache-2.0"}, base_under("acme-model-license")},
      {{"apache-2.0", "cc-by-nc-4.0"}, base_under("cc-by-nc-4.0")},
      {{"apache-2.0"}, base_under("mit")},
      {{"apache-2.0"}, base_under("cc-by-nd-4.0", "quantized")},
  };
  for (auto row : table) {
    CAPTURE(row.base.relation);
    auto info = model_of(row.own, row.base);
    check_lineage(info);
    CHECK(info.findings.empty());
  }
}

TEST_CASE("the licence of a known family is inferred, and the finding is low") {
  auto info = model_of({"mit"}, {"meta-llama/Llama-3.1-8B", "finetune", "", "README.md"});
  check_lineage(info);
  REQUIRE(info.findings.size() == 1);
  CHECK(info.findings[0].severity == Severity::low);
  CHECK(info.findings[0].message.find("llama3.1 as its family is") != std::string::npos);
  // The same words under another owner say nothing; the family's own licence is fine.
  for (const auto& [license, name] :
       {std::pair{"mit", "someone/Llama-3.1-8B"}, {"llama3.1", "meta-llama/Llama-3.1-8B"}}) {
    auto other = model_of({license}, {name, "finetune", "", "README.md"});
    check_lineage(other);
    CHECK(other.findings.empty());
  }
}

TEST_CASE("a revision that is no commit is a finding, a commit or a digest is none") {
  BaseModel branch{"a/b", "adapter", "main", "adapter_config.json"};
  auto info = model_of({}, branch);
  check_lineage(info);
  REQUIRE(info.findings.size() == 1);
  CHECK(info.findings[0].code == "base-not-pinned");
  CHECK(info.findings[0].severity == Severity::low);
  auto commit = branch, digest = branch, unsaid = branch;
  commit.revision = std::string(40, 'a');
  digest.digest = "sha256:" + std::string(64, 'a');
  unsaid.revision.clear();
  for (const auto& base : {commit, digest, unsaid}) {
    auto other = model_of({}, base);
    check_lineage(other);
    CHECK(other.findings.empty());
  }
  // 39 digits are no commit.
  commit.revision.pop_back();
  auto short_one = model_of({}, commit);
  check_lineage(short_one);
  CHECK(short_one.findings.size() == 1);
}

TEST_CASE("non-commercial data is told of when the model learned from it and is open") {
  const auto with = [](std::vector<std::string> roles, const char* data, const char* own) {
    ModelInfo info;
    info.licenses = {license_from_huggingface(own, "", "", "README.md")};
    Dataset dataset{"d", "run.yaml"};
    dataset.roles = std::move(roles);
    dataset.licenses = {license_from_huggingface(data, "", "", "run.yaml")};
    info.datasets = {dataset};
    check_lineage(info);
    return info.findings;
  };
  const auto found = with({"fine-tuning"}, "cc-by-nc-4.0", "apache-2.0");
  REQUIRE(found.size() == 1);
  CHECK(found[0].severity == Severity::low);
  CHECK(with({}, "cc-by-nc-sa-4.0", "mit").size() == 1);
  CHECK(with({"testing"}, "cc-by-nc-4.0", "apache-2.0").empty());
  CHECK(with({"training"}, "cc-by-nc-4.0", "cc-by-nc-4.0").empty());
  CHECK(with({"training"}, "cc-by-sa-4.0", "apache-2.0").empty());
  CHECK(with({"training"}, "gpl-3.0", "apache-2.0").empty());
}

TEST_CASE("findings are sorted again, the gravest first") {
  auto info = model_of({"mit"}, base_under("gemma"));
  info.base_models.push_back({"z/z", "", "main", "a"});
  info.findings = {{Severity::high, "z", "", "z", ""}};
  check_lineage(info);
  REQUIRE(info.findings.size() == 3);
  CHECK(info.findings[0].code == "z");
  CHECK(info.findings[1].code == "license-incompatible");
  CHECK(info.findings[2].code == "base-not-pinned");
}
