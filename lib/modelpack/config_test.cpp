// Tests of config: sizes in words, and nothing written that is not known.
#include "modelpack/config.hpp"

#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <ostream>

using namespace mpk;
using namespace mpk::modelpack;

namespace {

const std::vector<oci::Descriptor> kLayers = {
    oci::Descriptor::of("application/vnd.cncf.model.weight.v1.raw", "x")};

Json config_of(const model::ModelInfo& info, const BuildOptions& options = {}) {
  return json::parse(make_config(kLayers, info, options)).take();
}

}  // namespace

TEST_CASE("a parameter count has one decimal at most, and the largest scale it reaches") {
  const struct {
    std::uint64_t parameters;
    const char* expected;
  } rows[] = {
      {1, "0.1K"},
      {149, "0.1K"},
      {150, "0.2K"},
      {949, "0.9K"},
      {950, "1K"},
      {999, "1K"},
      {1'000, "1K"},
      {1'049, "1K"},
      {1'050, "1.1K"},
      {295'392, "295.4K"},
      {999'949, "999.9K"},
      {999'950, "1M"},
      {1'000'000, "1M"},
      {134'515'008, "134.5M"},
      {999'949'999, "999.9M"},
      {999'950'000, "1B"},
      {1'100'048'384, "1.1B"},
      {8'030'261'248, "8B"},
      {8'049'999'999, "8B"},
      {8'050'000'000, "8.1B"},
      {70'553'706'496, "70.6B"},
      {671'026'419'200, "671B"},
      {999'950'000'000, "1T"},
      {1'000'000'000'000, "1T"},
      {1'500'000'000'000, "1.5T"},
      {std::numeric_limits<std::uint64_t>::max(), "18446744.1T"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.parameters);
    CHECK(param_size(row.parameters) == row.expected);
  }
}

TEST_CASE("of a model about which nothing is known only the required members are written") {
  CHECK(make_config(kLayers, {}, {}) == R"({"config":{},"descriptor":{},"modelfs":{"diffIds":[")" +
                                            kLayers[0].digest.text() + R"("],"type":"layers"}})");
}

TEST_CASE("what is known is written under the names of the specification") {
  model::ModelInfo info;
  info.name = "Tiny";
  info.family = "llama";
  info.architecture = "LlamaForCausalLM";
  info.format = "safetensors";
  info.precision = "bfloat16,float32";
  info.quantization = "awq";
  info.tensors.parameters = 8'030'261'248;
  info.input_types = {"text", "image"};
  info.output_types = {"text"};
  info.languages = {"en", "de"};
  info.licenses = {{.spdx_id = "MIT", .name = "mit", .url = {}, .source = {}},
                   {.spdx_id = "Apache-2.0", .name = "apache", .url = {}, .source = {}},
                   {.spdx_id = "MIT", .name = "MIT text", .url = {}, .source = {}},
                   {.spdx_id = "", .name = "my own", .url = {}, .source = {}}};
  const Json expected = json::parse(R"({
    "descriptor": {"name": "Tiny", "family": "llama", "licenses": ["Apache-2.0", "MIT"]},
    "config": {"architecture": "LlamaForCausalLM", "format": "safetensors", "paramSize": "8B",
               "precision": "bfloat16,float32", "quantization": "awq",
               "capabilities": {"inputTypes": ["text", "image"], "outputTypes": ["text"],
                                "languages": ["en", "de"]}},
    "modelfs": {"type": "layers", "diffIds": [")" +
                                    kLayers[0].digest.text() + R"("]}})")
                            .take();
  CHECK(config_of(info) == expected);
}

TEST_CASE("the date is written only when there is one") {
  const auto created = Timestamp::from_seconds(1'790'000'000);
  CHECK(config_of({}, {.created = created})["descriptor"]["createdAt"] == created.text());
  CHECK_FALSE(config_of({})["descriptor"].contains("createdAt"));
}

TEST_CASE("languages and modalities that the specification does not know are left out") {
  model::ModelInfo info;
  info.languages = {"en", "fra", "EN", "multilingual", "", "e1", "zh"};
  info.input_types = {"text", "tabular", "Image", ""};
  info.output_types = {"scores"};
  const Json capabilities = config_of(info)["config"]["capabilities"];
  CHECK(capabilities == Json{{"languages", {"en", "zh"}}, {"inputTypes", Json::array({"text"})}});
  info.languages = {"fra"};
  info.input_types = {"tabular"};
  CHECK_FALSE(config_of(info)["config"].contains("capabilities"));
}

TEST_CASE("what the Modelfile says wins over what was read") {
  model::ModelInfo info;
  info.name = "read";
  info.family = "read";
  info.precision = "float32";
  info.tensors.parameters = 1'000'000;
  Modelfile modelfile;
  modelfile.name = "said";
  modelfile.param_size = "7b";
  modelfile.architecture = "transformer";
  const Json config = config_of(info, {.modelfile = modelfile});
  CHECK(config["descriptor"] == Json{{"name", "said"}, {"family", "read"}});
  CHECK(config["config"] ==
        Json{{"architecture", "transformer"}, {"paramSize", "7b"}, {"precision", "float32"}});
}
