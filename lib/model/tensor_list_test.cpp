// list_tensors: one form for three formats.
#include "model/tensor_list.hpp"

#include "model/sample_files.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace mpk;
using namespace mpk::model;

namespace {

TensorList listed(const FileHead& head) {
  auto list = list_tensors(head);
  if (!list) FAIL(list.error().text());
  REQUIRE(list->has_value());
  return **std::move(list);
}

}  // namespace

TEST_CASE("tensors of each format come with dtype, shape and bytes") {
  const auto safetensors = listed(
      sample::whole("m.safetensors", sample::safetensors(R"({"__metadata__":{"format":"pt"},)"
                                                         R"("a":{"dtype":"BF16","shape":[2,3],)"
                                                         R"("data_offsets":[0,12]}})",
                                                         12)));
  REQUIRE(safetensors.tensors.size() == 1);
  CHECK(safetensors.tensors[0].dtype == "BF16");
  CHECK(shape_text(safetensors.tensors[0]) == "[2,3]");
  CHECK(safetensors.tensors[0].bytes == 12);
  CHECK(safetensors.metadata.at("format") == "pt");
  CHECK(safetensors.facts.parameters == 6);

  const auto gguf =
      listed(sample::whole("m.gguf", sample::gguf({sample::gguf_tensor("w", {32, 2}, 8, 0)},
                                                  {sample::gguf_text("general.name", "tiny"),
                                                   sample::gguf_u32("llama.context_length", 7)},
                                                  68)));
  REQUIRE(gguf.tensors.size() == 1);
  CHECK(gguf.tensors[0].dtype == "Q8_0");
  CHECK(shape_text(gguf.tensors[0]) == "[2,32]");
  CHECK(gguf.tensors[0].bytes == 68);
  CHECK(gguf.metadata.at("general.name") == "tiny");
  CHECK(gguf.metadata.at("llama.context_length") == "7");

  const auto onnx = listed(sample::whole("model.onnx", sample::testdata("tiny-onnx/model.onnx")));
  CHECK(onnx.tensors.size() == onnx.facts.tensors);
  REQUIRE_FALSE(onnx.tensors.empty());
  CHECK(onnx.tensors[0].bytes.has_value());
  CHECK_FALSE(onnx.tensors[0].name.empty());
}

TEST_CASE("a GGUF type of unknown size has no bytes") {
  const auto list = listed(
      sample::whole("m.gguf", sample::gguf({sample::gguf_tensor("w", {32}, 77, 0)}, {}, 32)));
  CHECK(list.tensors[0].dtype == "type_77");
  CHECK_FALSE(list.tensors[0].bytes.has_value());
}

TEST_CASE("other files list nothing, broken ones are refused") {
  CHECK_FALSE(list_tensors(sample::whole("README.md", "# hello")).take().has_value());
  CHECK_FALSE(list_tensors(sample::whole("m.bin", "\x80\x02}q")).take().has_value());
  CHECK(list_tensors(sample::whole("m.safetensors", "no header")).error().kind() ==
        ErrorKind::malformed);
  CHECK(list_tensors({"m.onnx", 1000, "\x08\x08\x12\x01", false}).error().kind() ==
        ErrorKind::unsupported);
}

TEST_CASE("names that promise tensors") {
  for (const char* path :
       {"a.safetensors", "dir/B.GGUF", "m.onnx", "a.bin", "b.pt", "c.PTH", "d.ckpt"})
    CHECK(may_list_tensors(path));
  for (const char* path : {"a.bins", "gguf", "pt", "m.safetensors.index.json", "x.onnx_data"})
    CHECK_FALSE(may_list_tensors(path));
}
