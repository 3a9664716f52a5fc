// Tests of Selection: what is taken, and that no pattern is in vain.
#include "modelpack/selection.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::modelpack;
using Words = std::vector<std::string>;

namespace {

LayerFile file(const char* path, model::Kind kind) {
  return {.descriptor = oci::Descriptor::of("", path),
          .path = path,
          .kind = kind,
          .encoding = Encoding::raw};
}

const std::vector<LayerFile> kFiles = {
    file("config.json", model::Kind::config),     file("model.safetensors", model::Kind::weight),
    file("onnx/model.onnx", model::Kind::weight), file("onnx/config.json", model::Kind::config),
    file("README.md", model::Kind::doc),          file("#odd", model::Kind::doc),
};

}  // namespace

TEST_CASE("files are taken by pattern and kind") {
  const struct {
    Words include, exclude, kinds, expected;
  } rows[] = {
      {{},
       {},
       {},
       {"config.json", "model.safetensors", "onnx/model.onnx", "onnx/config.json", "README.md",
        "#odd"}},
      {{"*.json"}, {}, {}, {"config.json", "onnx/config.json"}},
      {{"/*.json"}, {}, {}, {"config.json"}},
      {{"onnx"}, {}, {}, {"onnx/model.onnx", "onnx/config.json"}},
      {{"onnx/"}, {"*.json"}, {}, {"onnx/model.onnx"}},
      {{"onnx/*.json", "*.md"}, {}, {}, {"onnx/config.json", "README.md"}},
      {{"#odd"}, {}, {}, {"#odd"}},
      {{}, {"*"}, {"doc"}, {}},
      {{}, {"*.onnx"}, {"weights"}, {"model.safetensors"}},
      {{}, {}, {"weight", "doc"}, {"model.safetensors", "onnx/model.onnx", "README.md", "#odd"}},
      {{"*.json"}, {}, {"config"}, {"config.json", "onnx/config.json"}},
  };
  for (const auto& row : rows) {
    const auto selection = Selection::make(row.include, row.exclude, row.kinds);
    REQUIRE(selection.has_value());
    Words taken;
    for (const auto& each : kFiles) {
      if (selection->wants(each)) taken.push_back(each.path);
    }
    CHECK(taken == row.expected);
    CHECK(selection->check_used(kFiles).has_value() == !row.expected.empty());
  }
}

TEST_CASE("what takes nothing is a matter of usage, and named") {
  const struct {
    Words include, exclude, kinds;
    const char* named;
  } rows[] = {
      {{"*.json", "*.gguf"}, {}, {}, "*.gguf"},
      {{}, {"*.gguf"}, {}, "*.gguf"},
      {{}, {}, {"code"}, "code"},
      {{}, {}, {"doc", "dataset"}, "dataset"},
      {{"*.md"}, {}, {"weights"}, "together"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.named);
    const auto used =
        Selection::make(row.include, row.exclude, row.kinds).take().check_used(kFiles);
    REQUIRE_FALSE(used.has_value());
    CHECK(used.error().kind() == ErrorKind::usage);
    CHECK(used.error().text().find(row.named) != std::string::npos);
  }
}

TEST_CASE("a pattern or kind that can't be meant is refused") {
  for (const char* pattern : {"", "!a", "[a", "a\\"}) {
    CAPTURE(pattern);
    CHECK(Selection::make({pattern}, {}, {}).error().kind() == ErrorKind::usage);
    CHECK(Selection::make({}, {pattern}, {}).error().kind() == ErrorKind::usage);
  }
  for (const char* kind : {"", "Weights", "layers", "docs"}) {
    CAPTURE(kind);
    CHECK(Selection::make({}, {}, {kind}).error().kind() == ErrorKind::usage);
  }
}
