// A document of real files: heads read, inspected, packed and described.
#include "model/inspect.hpp"

#include "aibom/agree.hpp"
#include "aibom/test_models.hpp"
#include "aibom/validate.hpp"
#include "base/file.hpp"
#include "base/limits.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <ostream>

using namespace mpk;
using namespace mpk::aibom;

namespace {

struct Described {
  model::ModelInfo info;
  std::vector<modelpack::ModelFile> files;
  Json bom;
};

Described describe(const char* name) {
  std::filesystem::path folder = std::filesystem::path(MPK_SOURCE_DIR "/testdata/models") / name;
  Described out;
  std::vector<model::FileHead> heads;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    auto path = entry.path().filename().string();
    auto bytes = read_file(entry.path(), limits::kTextFile).take();
    model::HeadTap tap(path, bytes.size());
    tap.feed(as_bytes(bytes));
    heads.push_back(tap.finish());
    out.files.push_back({.path = path,
                         .kind = model::classify(heads.back()),
                         .size = bytes.size(),
                         .executable = false,
                         .digest = crypto::sha256(bytes)});
  }
  out.info = model::inspect(heads);
  out.bom = testing::build(out.info, out.files, [](BuildInput&) {}).take();
  return out;
}

}  // namespace

TEST_CASE("real models give valid documents that agree with their files") {
  for (const char* name : {"tiny-llama", "tiny-gguf", "tiny-onnx"}) {
    CAPTURE(name);
    auto [info, files, bom] = describe(name);
    for (const auto& problem : validate_aibom(bom).take())
      FAIL_CHECK(problem.pointer << ": " << problem.message);
    auto agreement = compare_with_layers(bom, testing::layers(files),
                                         testing::artifact(files, info).manifest.digest);
    CHECK(agreement.disagreements.empty());
    CHECK(agreement.matching == files.size());
    CHECK(summarize(bom).parameters == std::to_string(info.tensors.parameters));
    CHECK(count_tiers(bom).verified > files.size());
  }
}

TEST_CASE("the document of tiny-llama says what its files say") {
  auto summary = summarize(describe("tiny-llama").bom);
  CHECK(summary.architecture == "LlamaForCausalLM");
  CHECK(summary.family == "llama");
  CHECK(summary.task == "text-generation");
  CHECK(summary.parameters == "295392");
  CHECK(summary.context_length == "2048");
  CHECK(summary.licenses == std::vector<std::string>{"Apache-2.0"});
  CHECK(summary.base_models == std::vector<std::string>{"example/tiny-llama-base (finetune)"});
  CHECK(summary.datasets.size() == 2);
  CHECK(summary.files == 10);
}
