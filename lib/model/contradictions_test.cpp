// Contradictions: each with the case next to it that is none.
#include "model/contradictions.hpp"

#include "model/collect.hpp"
#include "model/inspect.hpp"
#include "model/sample_files.hpp"

#include <ostream>

namespace mpk::model {
namespace {

using sample::findings;
using sample::whole;

/// A Llama-like model: 10 tokens, width 4, two layers, in BF16.
FileHead weights(std::string path = "model.safetensors", const std::string& dtype = "BF16",
                 std::size_t width = 2) {
  const auto tensor = [&](const std::string& name, const std::string& shape, std::size_t begin,
                          std::size_t end) {
    return "\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape +
           R"(,"data_offsets":[)" + std::to_string(begin * width) + "," +
           std::to_string(end * width) + "]}";
  };
  const std::string json = "{" + tensor("model.embed_tokens.weight", "[10,4]", 0, 40) + "," +
                           tensor("model.layers.0.mlp.up_proj.weight", "[8,4]", 40, 72) + "," +
                           tensor("model.layers.1.mlp.up_proj.weight", "[8,4]", 72, 104) + "}";
  return whole(std::move(path), sample::safetensors(json, 104 * width));
}

FileHead config(const std::string& json) { return whole("config.json", json); }
FileHead card(const std::string& text) { return whole("README.md", text); }

std::string messages(const ModelInfo& info, std::string_view code) {
  std::string out;
  for (const Finding& finding : findings(info, code)) {
    out += finding.path + ": " + finding.message + "\n";
  }
  return out;
}

FileHead index(std::string_view map, std::string_view metadata) {
  return whole("model.safetensors.index.json", R"({"metadata":{)" + std::string(metadata) +
                                                   R"(},"weight_map":{)" + std::string(map) + "}}");
}

constexpr std::string_view kMap =
    R"("model.embed_tokens.weight":"model.safetensors",
       "model.layers.0.mlp.up_proj.weight":"model.safetensors",
       "model.layers.1.mlp.up_proj.weight":"model.safetensors")";

}  // namespace

TEST_CASE("hyperparameters are proven or refuted by the tensors") {
  const struct {
    const char* json;
    const char* message;
  } table[] = {
      {R"({"vocab_size":10,"hidden_size":4,"num_hidden_layers":2,"intermediate_size":8})", ""},
      {R"({"vocab_size":11})", "config.json: vocab_size is 11, the tensors say 10\n"},
      {R"({"hidden_size":5})", "config.json: hidden_size is 5, the tensors say 4\n"},
      {R"({"num_hidden_layers":3})", "config.json: num_hidden_layers is 3, the tensors say 2\n"},
      {R"({"intermediate_size":9})", "config.json: intermediate_size is 9, the tensors say 8\n"},
      {R"({"num_hidden_layers":1,"num_nextn_predict_layers":1})", ""},
      {R"({"hidden_size":16,"embedding_size":4})", ""},
      {R"({"hidden_size":16,"embedding_size":5})",
       "config.json: embedding_size is 5, the tensors say 4\n"},
  };
  for (const auto& [json, message] : table) {
    CAPTURE(std::string_view(json));
    CHECK(messages(inspect({config(json), weights()}), "hyperparameter-contradicts") == message);
  }
}

TEST_CASE("what nobody declared is read from the tensors, if all of them are there") {
  const ModelInfo info = inspect({weights()});
  const Fact* layers = find_fact(info, "num_hidden_layers");
  REQUIRE(layers);
  CHECK(layers->value == "2");
  CHECK(layers->tier == Tier::verified);
  CHECK(layers->source == "model.safetensors");
  const ModelInfo part = inspect({weights("model-00001-of-00002.safetensors")});
  CHECK_FALSE(find_fact(part, "num_hidden_layers"));
}

TEST_CASE("torch_dtype is compared with most of the parameters") {
  const auto found = [](const char* json, const FileHead& file) {
    return messages(inspect({config(json), file}), "precision-contradicts");
  };
  CHECK(found(R"({"torch_dtype":"bfloat16"})", weights()).empty());
  CHECK(found(R"({"torch_dtype":"float32"})", weights()) ==
        "config.json: torch_dtype is float32, most parameters are bfloat16\n");
  CHECK(found(R"({"dtype":"float32"})", weights("m.safetensors", "F32", 4)).empty());
  CHECK(
      found(R"({"torch_dtype":"float32","quantization_config":{"quant_method":"awq"}})", weights())
          .empty());
}

TEST_CASE("sizes in names and labels are understood") {
  const struct {
    const char* text;
    bool exact;
    double size;  // 0: none
  } table[] = {
      {"Llama-3.1-8B-Instruct", false, 8e9},
      {"llama-2-7b-chat", false, 7e9},
      {"Qwen2.5-0.5B", false, 0.5e9},
      {"gemma-3-270m", false, 270e6},
      {"Qwen3-30B-A3B", false, 30e9},
      {"Qwen2.5-7B-Instruct-1M", false, 7e9},
      {"Phi-3-mini-128k-instruct", false, 0},
      {"Mixtral-8x7B-v0.1", false, 0},
      {"8x7B", true, 0},
      {"llama3", false, 0},
      {"model-4bit", false, 0},
      {"model-7b4", false, 0},
      {"70K", true, 70e3},
      {"295,392", true, 295'392},
      {"** 8.03B", true, 8.03e9},
      {"7 billion", true, 7e9},
      {"7.6 B", true, 7.6e9},
      {"2 layers", true, 0},
      {"", true, 0},
  };
  for (const auto& [text, exact, size] : table) {
    CAPTURE(std::string_view(text));
    CHECK(declared_size(text, exact).value_or(0) == doctest::Approx(size));
  }
}

TEST_CASE("a declared size far from the count is a finding") {
  const auto found = [](const std::string& text) {
    return messages(inspect({card(text), weights()}), "parameters-contradict");
  };
  CHECK(found("# tiny-7B\n") == "README.md: says \"tiny-7B\", the tensors have 104 parameters\n");
  CHECK(found("# tiny\n").empty());
  CHECK(found("- Parameters: 2,000\n") ==
        "README.md: says \"2,000\", the tensors have 104 parameters\n");
  // An adapter bears its base model's name; a missing shard explains itself.
  CHECK(messages(inspect({card("# tiny-7B\n"), weights(),
                          whole("adapter_config.json", R"({"peft_type":"LORA"})")}),
                 "parameters-contradict")
            .empty());
  CHECK(messages(inspect({card("# tiny-7B\n"), weights("m-00001-of-00002.safetensors")}),
                 "parameters-contradict")
            .empty());
}

TEST_CASE("an index that agrees with its shards gives no finding") {
  CHECK(inspect({weights(), index(kMap, R"("total_size":208,"total_parameters":104)")})
            .findings.empty());
  CHECK(inspect({weights(), index(kMap, R"("total_size":208.0)")}).findings.empty());
}

TEST_CASE("an index that disagrees with its shards is found out") {
  const auto found = [](const FileHead& file) {
    return messages(inspect({weights(), file}), "index-contradicts");
  };
  const std::string path = "model.safetensors.index.json: ";
  CHECK(found(index(kMap, R"("total_size":207)")) ==
        path + "total_size is 207, the shards have 208\n");
  CHECK(found(index(kMap, R"("total_parameters":105)")) ==
        path + "total_parameters is 105, the shards have 104\n");
  CHECK(found(index(R"("model.embed_tokens.weight":"model.safetensors",
                       "lm_head.weight":"model.safetensors")",
                    "")) ==
        path +
            "1 of its tensors are not in their shards, 2 tensors of the shards are not listed "
            "(model.layers.0.mlp.up_proj.weight)\n");
  CHECK(found(whole("model.safetensors.index.json", R"({"weight_map":[]})")) ==
        path + "\"weight_map\" does not map tensors to files\n");
}

TEST_CASE("missing shards are named once, by index and by number") {
  const FileHead half = weights("model-00001-of-00003.safetensors");
  CHECK(messages(inspect({half}), "shard-missing") ==
        "model-00002-of-00003.safetensors: shard is missing\n"
        "model-00003-of-00003.safetensors: shard is missing\n");
  const FileHead listed =
      index(R"("a":"model-00002-of-00003.safetensors","b":"x/y.safetensors")", "");
  CHECK(findings(inspect({half, listed}), "shard-missing").size() == 3);
  CHECK(messages(inspect({whole("d/m-00001-of-00002.gguf", "x")}), "shard-missing") ==
        "d/m-00002-of-00002.gguf: shard is missing\n");
  CHECK(inspect({weights("a-00001-of-00001.safetensors")}).findings.empty());
  const auto many = findings(inspect({weights("a-00001-of-08000.safetensors")}), "shard-missing");
  REQUIRE(many.size() == 16);
  CHECK(many[15].message == "shard is missing, and 7983 more");
}

TEST_CASE("shard names are recognised") {
  const auto shard = parse_shard_name("d/model-00002-of-00003.safetensors");
  REQUIRE(shard);
  CHECK(shard->stem == "d/model");
  CHECK(shard->number == 2);
  CHECK(shard->total == 3);
  CHECK(shard->ending == ".safetensors");
  for (const char* name : {"model.safetensors", "-0002-of-00003.bin", "a-00002-of-0000x.bin",
                           "a_00002-of-00003.bin", "00002-of-00003.bin"}) {
    CAPTURE(std::string_view(name));
    CHECK_FALSE(parse_shard_name(name));
  }
}

TEST_CASE("the licence text is compared with what is declared") {
  const FileHead text = whole("LICENSE", sample::testdata("tiny-llama/LICENSE"));
  const auto found = [&](const std::string& license) {
    return messages(inspect({card("---\n" + license + "\n---\n"), text}), "license-contradicts");
  };
  CHECK(found("license: apache-2.0").empty());
  CHECK(found("license: [mit, apache-2.0]").empty());
  CHECK(found("license: other").empty());
  CHECK(found("x: y").empty());
  CHECK(found("license: mit") == "LICENSE: is the text of Apache-2.0, declared is MIT\n");
  CHECK(found("license: llama3.1") == "LICENSE: is the text of Apache-2.0, declared is llama3.1\n");
  CHECK(found("license: other\nlicense_name: acme") ==
        "LICENSE: is the text of Apache-2.0, declared is acme\n");
  // Of a part, and no licence of its own.
  CHECK(messages(inspect({card("---\nlicense: mit\n---\n"), whole("sub/LICENSE", text.bytes)}),
                 "license-contradicts")
            .empty());
}

TEST_CASE("two sources that declare different licences contradict each other") {
  const auto gguf = [](const char* license) {
    return whole("m.gguf", sample::gguf({sample::gguf_tensor("a", {4}, 24, 0)},
                                        {sample::gguf_text("general.license", license)}, 4));
  };
  CHECK(messages(inspect({card("---\nlicense: mit\n---\n"), gguf("apache-2.0")}),
                 "license-contradicts") == "m.gguf: declares Apache-2.0, README.md declares MIT\n");
  CHECK(inspect({card("---\nlicense: mit\n---\n"), gguf("MIT")}).findings.empty());
}

TEST_CASE("a deprecated id is named with what replaces it") {
  const auto found = [](const std::string& license) {
    std::string out;
    const auto info = inspect({card("---\nlicense: " + license + "\n---\n")});
    for (const auto& finding : sample::findings(info, "license-deprecated"))
      out += finding.path + ": " + finding.message + "; " + finding.fix + "\n";
    return out;
  };
  CHECK(found("gpl-3.0") ==
        "README.md: GPL-3.0 is a deprecated SPDX id; write GPL-3.0-only or GPL-3.0-or-later\n");
  CHECK(found("lgpl-2.1").find("LGPL-2.1-only or LGPL-2.1-or-later") != std::string::npos);
  CHECK(found("MIT OR GPL-2.0+").find("GPL-2.0-or-later") != std::string::npos);
  CHECK(found("GPL-2.0-with-GCC-exception").find("GPL-2.0-only WITH GCC-exception-2.0") !=
        std::string::npos);
  for (const char* good : {"gpl-3.0-only", "GPL-3.0-or-later", "apache-2.0", "llama3.1", "other",
                           "MIT OR LGPL-2.1-only", "bsd-2-clause"}) {
    CAPTURE(std::string_view(good));
    CHECK(found(good).empty());
  }
  // A text that mpk recognised is nobody's id.
  const auto text = whole("LICENSE", "GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n");
  CHECK(sample::findings(inspect({text}), "license-deprecated").empty());
}

TEST_CASE("general.file_type is a hint that the tensors must bear out") {
  const auto gguf = [](std::uint64_t type, std::uint32_t tensors, std::size_t bytes) {
    return whole("m.gguf", sample::gguf({sample::gguf_tensor("a", {256}, tensors, 0)},
                                        {sample::gguf_u32("general.file_type", type)}, bytes));
  };
  const ModelInfo good = inspect({gguf(15, 12, 144)});
  CHECK(good.quantization == "Q4_K_M");
  CHECK(good.findings.empty());
  const ModelInfo bad = inspect({gguf(15, 8, 272)});
  CHECK(bad.quantization == "Q8_0");
  CHECK(messages(bad, "quantization-contradicts") ==
        "m.gguf: general.file_type is Q4_K_M, most tensors are Q8_0\n");
  const ModelInfo plain = inspect({gguf(1, 1, 512)});
  CHECK(plain.quantization.empty());
  CHECK(plain.findings.empty());
  CHECK(inspect({gguf(4096, 8, 272)}).quantization == "Q8_0");
}

TEST_CASE("two files that declare different numbers contradict each other") {
  const FileHead gguf =
      whole("m.gguf", sample::gguf({sample::gguf_tensor("a", {4}, 24, 0)},
                                   {sample::gguf_text("general.architecture", "llama"),
                                    sample::gguf_u32("llama.context_length", 512)},
                                   4));
  CHECK(messages(inspect({config(R"({"max_position_embeddings":1024})"), gguf}),
                 "hyperparameter-contradicts") ==
        "m.gguf: context_length is 512 here, 1024 in config.json\n");
  CHECK(inspect({config(R"({"max_position_embeddings":512})"), gguf}).findings.empty());
}

TEST_CASE("external data must be beside the model and there") {
  const auto onnx = [](const std::string& location) {
    const auto bytes = [](char tag, const std::string& value) {
      return std::string{tag, static_cast<char>(value.size())} + value;
    };
    const std::string entry = bytes(0x0a, "location") + bytes(0x12, location);
    const std::string tensor = std::string("\x08\x02\x10\x01") + bytes(0x6a, entry) + "\x70\x01";
    return whole("d/m.onnx", std::string("\x08\x09") + bytes(0x3a, bytes(0x2a, tensor)));
  };
  CHECK(inspect({onnx("w.bin"), whole("d/w.bin", "8 bytes!")}).findings.empty());
  CHECK(messages(inspect({onnx("w.bin"), whole("d/w.bin", "7 bytes")}), "external-data-short") ==
        "d/m.onnx: external data \"w.bin\" has 7 bytes, the tensors need 8\n");
  CHECK(messages(inspect({onnx("w.bin")}), "external-data-missing") ==
        "d/m.onnx: external data \"w.bin\" is missing\n");
  for (const char* location : {"../w.bin", "/etc/passwd", "a/../../b"}) {
    CAPTURE(std::string_view(location));
    CHECK(findings(inspect({onnx(location)}), "external-data-outside").size() == 1);
  }
}

TEST_CASE("the rank of a LoRA adapter is proven by its tensors") {
  const FileHead lora =
      whole("adapter_model.safetensors",
            sample::safetensors(
                R"({"q.lora_A.weight":{"dtype":"U8","shape":[8,2],"data_offsets":[0,16]}})", 16));
  const auto adapter = [](const char* json) { return whole("adapter_config.json", json); };
  const ModelInfo good = inspect({lora, adapter(R"({"r":8,"base_model_name_or_path":"a/b"})")});
  CHECK(good.findings.empty());
  CHECK(find_fact(good, "lora_r")->tier == Tier::verified);
  CHECK(findings(inspect({lora, adapter(R"({"r":16})")}), "hyperparameter-contradicts").size() ==
        1);
}

}  // namespace mpk::model
