// inspect: whole models.
#include "model/inspect.hpp"

#include "model/collect.hpp"
#include "model/sample_files.hpp"

#include <algorithm>
#include <ostream>

namespace mpk::model {
namespace {

std::vector<FileHead> model(const std::string& folder, const std::vector<std::string>& names) {
  std::vector<FileHead> out;
  for (const std::string& name : names) {
    out.push_back(sample::tap(name, sample::testdata(folder + "/" + name)));
  }
  return out;
}

std::vector<FileHead> tiny_llama() {
  return model("tiny-llama",
               {"LICENSE", "README.md", "config.json", "generation_config.json",
                "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
                "model.safetensors.index.json", "special_tokens_map.json", "tokenizer.json",
                "tokenizer_config.json"});
}

std::string described(const Fact* fact) {
  return fact ? fact->value + " " + std::string(to_string(fact->tier)) + " " + fact->source
              : "none";
}

}  // namespace

TEST_CASE("tiny-llama is described with what its tensors prove, and without a finding") {
  const ModelInfo info = inspect(tiny_llama());
  CHECK(info.findings.empty());
  CHECK(info.format == "safetensors");
  CHECK(info.precision == "bfloat16");
  CHECK(info.quantization.empty());
  CHECK(info.architecture == "LlamaForCausalLM");
  CHECK(info.tensors.parameters == 295'392);
  CHECK(info.tensors.tensors == 21);
  CHECK(info.by_file.size() == 2);
  CHECK(info.by_file.at("model-00002-of-00002.safetensors").parameters == 147'744);
  CHECK(described(find_fact(info, "vocab_size")) == "512 verified config.json");
  CHECK(described(find_fact(info, "hidden_size")) == "96 verified config.json");
  CHECK(described(find_fact(info, "num_hidden_layers")) == "2 verified config.json");
  CHECK(described(find_fact(info, "intermediate_size")) == "256 verified config.json");
  CHECK(described(find_fact(info, "num_attention_heads")) == "6 verified config.json");
  CHECK(described(find_fact(info, "context_length")) == "2048 declared config.json");
  CHECK(described(find_fact(info, "tokenizer_model")) == "BPE verified tokenizer.json");
  CHECK(described(find_fact(info, "tokenizer_vocab_size")) == "512 verified tokenizer.json");
  CHECK(std::is_sorted(info.hyperparameters.begin(), info.hyperparameters.end(),
                       [](const Fact& a, const Fact& b) { return a.name < b.name; }));
  REQUIRE(info.licenses.size() == 2);
  CHECK(info.licenses[0].tier == Tier::declared);
  CHECK(info.licenses[1].spdx_id == "Apache-2.0");
  CHECK(info.licenses[1].tier == Tier::inferred);
  CHECK(info.licenses[1].source == "LICENSE");
  CHECK(info.input_types == std::vector<std::string>{"text"});
  CHECK(info.output_types == std::vector<std::string>{"text"});
}

TEST_CASE("the order of the files does not matter") {
  auto heads = tiny_llama();
  heads.pop_back();
  heads[2].bytes = "{";
  heads.push_back(sample::whole("model-00009-of-00009.gguf", "GGUF"));
  const ModelInfo one = inspect(heads);
  std::reverse(heads.begin(), heads.end());
  const ModelInfo other = inspect(heads);
  REQUIRE(one.findings.size() == other.findings.size());
  CHECK(one.findings.size() > 8);
  for (std::size_t i = 0; i < one.findings.size(); ++i) {
    CHECK(one.findings[i].message == other.findings[i].message);
    CHECK(one.findings[i].path == other.findings[i].path);
    if (i > 0) CHECK(one.findings[i - 1].severity >= one.findings[i].severity);
  }
  CHECK(one.tensors.parameters == other.tensors.parameters);
}

TEST_CASE("tiny-gguf is described by its tensors, its metadata and its card") {
  const ModelInfo info = inspect(model("tiny-gguf", {"README.md", "tiny.Q8_0.gguf"}));
  CHECK(info.findings.empty());
  CHECK(info.name == "tiny-gguf");
  CHECK(info.format == "gguf");
  CHECK(info.family == "llama");
  CHECK(info.precision == "float16,float32");
  CHECK(info.quantization == "Q8_0");
  CHECK(info.context_length == 512U);
  CHECK(info.tensors.parameters == 69'824);
  CHECK(described(find_fact(info, "vocab_size")) == "512 verified tiny.Q8_0.gguf");
  CHECK(described(find_fact(info, "hidden_size")) == "64 verified tiny.Q8_0.gguf");
  CHECK(described(find_fact(info, "num_hidden_layers")) == "1 verified tiny.Q8_0.gguf");
  CHECK(described(find_fact(info, "intermediate_size")) == "128 verified tiny.Q8_0.gguf");
  CHECK(described(find_fact(info, "num_key_value_heads")) == "2 declared tiny.Q8_0.gguf");
  REQUIRE(info.base_models.size() == 1);
  CHECK(info.base_models[0].name == "example/tiny-llama");
  CHECK(info.base_models[0].relation == "quantized");
  CHECK(info.licenses.size() == 1);
  CHECK(info.chat_template_sha256 ==
        "10587bcd99dfd9d2f563858c94ed4e1a845244c3ffe1aa9667004e080bb915bb");
}

TEST_CASE("tiny-onnx is described by its graph and its card") {
  const ModelInfo info = inspect(model("tiny-onnx", {"README.md", "config.json", "model.onnx"}));
  CHECK(info.findings.empty());
  CHECK(info.format == "onnx");
  CHECK(info.precision == "float32,int64");
  CHECK(info.tensors.parameters == 12'740);
  CHECK(info.architecture == "TinyClassifier");
  CHECK(described(find_fact(info, "opset")) == "ai.onnx 18 verified model.onnx");
  CHECK(described(find_fact(info, "producer")) == "make-testdata 1 declared model.onnx");
  CHECK(info.output_types == std::vector<std::string>{"other"});
}

TEST_CASE("no files give an empty description with one finding") {
  const ModelInfo info = inspect({});
  REQUIRE(info.findings.size() == 1);
  CHECK(info.findings[0].code == "no-weights");
  CHECK(info.format.empty());
}

TEST_CASE("the file at the top speaks for the model, one of several parts does not") {
  const auto config = [](const char* path, const char* type) {
    return sample::whole(path, R"({"model_type":")" + std::string(type) + "\"}");
  };
  CHECK(inspect({config("unet/config.json", "a"), config("vae/config.json", "b")}).family.empty());
  CHECK(inspect({config("unet/config.json", "a"), config("config.json", "b")}).family == "b");
  CHECK(inspect({config("x/config.json", "a"), config("x/y/config.json", "b")}).family == "a");
}

TEST_CASE("a template file goes before the tokenizer's template") {
  const ModelInfo info =
      inspect({sample::whole("chat_template.jinja", "a"),
               sample::whole("tokenizer_config.json", R"({"chat_template":"b"})")});
  CHECK(info.chat_template_sha256 ==
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
}

TEST_CASE("weights that are there twice are counted once") {
  const std::string four =
      sample::safetensors(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4);
  const std::string three =
      sample::safetensors(R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}})", 3);
  const ModelInfo twice =
      inspect({sample::whole("b.safetensors", four), sample::whole("a.safetensors", four)});
  CHECK(twice.tensors.parameters == 4);
  CHECK(twice.by_file.size() == 2);
  REQUIRE(sample::findings(twice, "weights-twice").size() == 1);
  CHECK(sample::findings(twice, "weights-twice")[0].path == "b.safetensors");
  // Other parts of the model: another directory, another size.
  CHECK(inspect({sample::whole("x/a.safetensors", four), sample::whole("y/a.safetensors", four)})
            .tensors.parameters == 8);
  CHECK(inspect({sample::whole("a.safetensors", four), sample::whole("b.safetensors", three)})
            .tensors.parameters == 7);
  // Another format of the same.
  const std::string gguf = sample::gguf({sample::gguf_tensor("a", {4}, 24, 0)}, {}, 4);
  const ModelInfo both =
      inspect({sample::whole("a.safetensors", three), sample::whole("a.gguf", gguf)});
  CHECK(both.tensors.parameters == 3);
  CHECK(both.format == "safetensors");
}

TEST_CASE("weights that cannot be read are findings, and the rest is described") {
  const ModelInfo info =
      inspect({sample::whole("a.safetensors", "version https://git-lfs.github.com/spec/v1\noid"),
               sample::whole("b.gguf", "GGUF" + sample::u32(3)),
               sample::whole("c.onnx", "nonsense"), FileHead{"d.onnx", 1U << 30, "", false},
               sample::whole("e.pkl", "\x80\x04\x95"), sample::whole("f.pt", "PK\x03\x04")});
  CHECK(info.format == "pt");
  REQUIRE(sample::findings(info, "git-lfs-pointer").size() == 1);
  CHECK(sample::findings(info, "git-lfs-pointer")[0].path == "a.safetensors");
  const auto unreadable = sample::findings(info, "header-unreadable");
  REQUIRE(unreadable.size() == 4);
  CHECK(unreadable[0].severity == Severity::high);
  CHECK(unreadable[2].path == "f.pt");
  CHECK(unreadable[3].path == "d.onnx");
  CHECK(unreadable[3].severity == Severity::low);
  const auto pickles = sample::findings(info, "pickle-weights");
  REQUIRE(pickles.size() == 1);
  CHECK(pickles[0].message.find("1 more") != std::string::npos);
  CHECK(sample::findings(info, "no-weights").empty());
}

}  // namespace mpk::model
