// Tests of the base model's aiBOM: what it adds, and what contradicts it.
#include "aibom/base_bom.hpp"

#include "aibom/test_models.hpp"
#include "json/value.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::aibom;

namespace {

BaseBom base_of(const model::ModelInfo& info) {
  const auto bom = testing::build(info).take();
  auto read = parse_base_bom(json::pretty(bom), "dir/base.cdx.json");
  if (!read) FAIL(read.error().text());
  return read.take();
}

model::ModelInfo with_base(model::BaseModel base) {
  model::ModelInfo info;
  info.base_models = {std::move(base)};
  return info;
}

}  // namespace

TEST_CASE("an aiBOM that mpk wrote gives digest, licences and BOM-Link of the base model") {
  const auto base = base_of(testing::tiny_llama());
  CHECK(base.name == "tiny-llama");
  CHECK(base.source == "base.cdx.json");
  CHECK(base.digest.starts_with("sha256:"));
  CHECK(base.link.starts_with("urn:cdx:"));
  CHECK(base.link.ends_with("/1"));
  REQUIRE(base.licenses.size() == 2);
  CHECK(base.licenses[0].spdx_id == "Apache-2.0");
  auto info = with_base({"Tiny-Llama", "finetune", "", "README.md"});
  add_base_bom(base, info);
  CHECK(info.findings.empty());
  REQUIRE(info.base_models.size() == 1);
  CHECK(info.base_models[0].digest == base.digest);
  CHECK(info.base_models[0].bom == base.link);
  CHECK(info.base_models[0].bom_digest == base.file_digest);
  CHECK(info.base_models[0].licenses.size() == 2);
}

TEST_CASE("the digest finds the base model under another name; without any it is a new one") {
  const auto base = base_of(testing::tiny_llama());
  model::BaseModel same{"acme/renamed", "finetune", "", "run.yaml"};
  same.digest = base.digest;
  auto info = with_base(same);
  add_base_bom(base, info);
  CHECK(info.findings.empty());
  CHECK(info.base_models[0].bom == base.link);
  model::ModelInfo none;
  add_base_bom(base, none);
  REQUIRE(none.base_models.size() == 1);
  CHECK(none.base_models[0].name == "tiny-llama");
}

TEST_CASE("an aiBOM of another model, of other bytes or of another licence is a finding") {
  const auto base = base_of(testing::tiny_llama());
  auto other = with_base({"acme/other", "finetune", "", "README.md"});
  add_base_bom(base, other);
  REQUIRE(other.findings.size() == 1);
  CHECK(other.findings[0].code == "base-aibom-contradicts");
  CHECK(other.base_models[0].bom.empty());
  model::BaseModel bytes{"tiny-llama", "finetune", "", "run.yaml"};
  bytes.digest = "sha256:" + std::string(64, 'a');
  auto changed = with_base(bytes);
  add_base_bom(base, changed);
  REQUIRE(changed.findings.size() == 1);
  CHECK(changed.findings[0].code == "base-model-contradicts");
  model::BaseModel license{"tiny-llama", "finetune", "", "run.yaml"};
  license.licenses = {{.spdx_id = "MIT", .name = "mit", .url = "", .source = "run.yaml"}};
  auto relicensed = with_base(license);
  add_base_bom(base, relicensed);
  REQUIRE(relicensed.findings.size() == 1);
  CHECK(relicensed.findings[0].message.find("mit") != std::string::npos);
  CHECK(relicensed.base_models[0].licenses[0].spdx_id == "MIT");
}

TEST_CASE("what is no aiBOM of a model is refused") {
  for (
      const auto* text :
      {"", "[]", "{}", R"({"bomFormat": "SPDX"})",
       R"({"bomFormat": "CycloneDX", "metadata": {"component": {"type": "library", "name": "a"}}})",
       R"({"bomFormat": "CycloneDX", "metadata": {"component": {"type": "machine-learning-model"}}})"}) {
    CAPTURE(text);
    const auto read = parse_base_bom(text, "b.json");
    REQUIRE_FALSE(read);
    CHECK(read.error().kind() == ErrorKind::usage);
    CHECK(read.error().text().starts_with("b.json: "));
  }
  CHECK(parse_base_bom(R"({"bomFormat": "CycloneDX", "metadata": {"component": {"type":
        "machine-learning-model", "name": "a"}}})",
                       "b.json"));
}
