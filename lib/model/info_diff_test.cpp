// compare_info: facts, side by side.
#include "model/info_diff.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace mpk::model;

namespace {

std::vector<std::string> lines(const ModelInfo& before, const ModelInfo& after) {
  std::vector<std::string> out;
  for (const auto& change : compare_info(before, after)) {
    out.push_back(change.name + ": " + change.before.value_or("-") + " → " +
                  change.after.value_or("-"));
  }
  return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("facts that differ are listed in one order") {
  ModelInfo before, after;
  before.architecture = after.architecture = "LlamaForCausalLM";
  before.quantization = "Q4_K_M";
  after.context_length = 4096;
  before.context_length = 2048;
  before.licenses = {{.spdx_id = "MIT", .name = "mit"}, {.name = "own"}};
  after.licenses = {{.spdx_id = "Apache-2.0"}};
  before.hyperparameters = {{"hidden_size", "8", Tier::declared, "config.json"}};
  after.hyperparameters = {{"hidden_size", "16", Tier::declared, "config.json"},
                           {"rope_theta", "1", Tier::declared, "config.json"}};
  CHECK(lines(before, after) == Lines{"quantization: Q4_K_M → -", "context_length: 2048 → 4096",
                                      "licences: MIT, own → Apache-2.0", "hidden_size: 8 → 16",
                                      "rope_theta: - → 1"});
  CHECK(lines(before, before).empty());
}

TEST_CASE("a licence that two files name is one, whatever their order") {
  ModelInfo before, after;
  before.licenses = {{.spdx_id = "MIT"}, {.spdx_id = "Apache-2.0"}};
  after.licenses = {{.spdx_id = "Apache-2.0"}, {.spdx_id = "MIT"}, {.spdx_id = "MIT"}};
  CHECK(lines(before, after).empty());
}

TEST_CASE("each fact is there once") {
  ModelInfo info;
  info.tokenizer_class = "A";
  info.hyperparameters = {{"tokenizer_class", "B", Tier::declared, "tokenizer_config.json"}};
  const auto facts = facts_of(info);
  REQUIRE(facts.size() == 1);
  CHECK(facts[0].value == "A");
}

TEST_CASE("parameters are compared when tensors were counted") {
  ModelInfo before, after;
  before.tensors.tensors = 2;
  before.tensors.parameters = 10;
  CHECK(lines(before, after) == Lines{"parameters: 10 → -", "tensors: 2 → -"});
  after.tensors = before.tensors;
  after.tensors.parameters = 11;
  CHECK(lines(before, after) == Lines{"parameters: 10 → 11"});
}
