// Adapters, base models, quantisation, shards, parts: each contradiction beside the case that is
// none.
#include "model/sample_models.hpp"

namespace mpk::model {
namespace {

using sample::card;
using sample::config;
using sample::embedding;
using sample::file;
using sample::said;
using sample::Shape;
using sample::value;
using sample::weights;

}  // namespace

TEST_CASE("the adapter of PEFT is described without a finding") {
  std::vector<FileHead> heads;
  for (const char* name : {"README.md", "adapter_config.json", "adapter_model.safetensors"}) {
    heads.push_back(sample::tap(name, sample::testdata("lora-adapter/" + std::string(name))));
  }
  const ModelInfo info = inspect(heads);
  CHECK(info.findings.empty());
  CHECK(value(info, "tune_method") == "lora declared");
  CHECK(value(info, "lora_r") == "4 verified");
  CHECK(value(info, "lora_alpha") == "8 declared");
  CHECK(value(info, "target_modules") == "q_proj,v_proj declared");
  CHECK(value(info, "trainable_parameters") == "896 inferred");
  REQUIRE(info.base_models.size() == 1);
  CHECK(info.base_models[0].name == "example/saved-llama");
  CHECK(info.base_models[0].relation == "adapter");
}

TEST_CASE("ranks, targets and tensors of an adapter agree") {
  const auto lora = [](std::uint64_t a, std::uint64_t b, std::uint64_t other) {
    const std::string m = "base_model.model.model.layers.0.self_attn.";
    return weights({{m + "q_proj.lora_A.weight", {a, 4}},
                    {m + "q_proj.lora_B.weight", {4, b}},
                    {m + "v_proj.lora_A.weight", {other, 4}},
                    {m + "v_proj.lora_B.weight", {4, other}}},
                   "adapter_model.safetensors");
  };
  const auto found = [&](const char* json, const FileHead& tensors, const char* code) {
    return said({file("adapter_config.json",
                      R"({"base_model_name_or_path":"a/b",)" + std::string(json) + "}"),
                 tensors},
                code);
  };
  const char* rank = "hyperparameter-contradicts";
  const char* target = "adapter-target-contradicts";
  CHECK(found(R"("r":8)", lora(8, 8, 8), rank).empty());
  CHECK(found(R"("r":8,"rank_pattern":{"v_proj":4})", lora(8, 8, 4), rank).empty());
  CHECK(found(R"("r":16)", lora(8, 8, 8), rank) ==
        "adapter_config.json#/r: lora_r is 16, the tensors say 8\n");
  CHECK(found(R"("r":8)", lora(8, 8, 4), rank) ==
        "adapter_config.json#/r: lora_r is 8, the tensors say 4, 8\n");
  CHECK(found(R"("r":8)", lora(8, 4, 8), rank) ==
        "adapter_model.safetensors: lora_A of "
        "base_model.model.model.layers.0.self_attn.q_proj has rank 8, lora_B 4\n");
  CHECK(found(R"("target_modules":["q_proj","self_attn.v_proj"])", lora(8, 8, 8), target).empty());
  CHECK(found(R"("target_modules":"all-linear")", lora(8, 8, 8), target).empty());
  CHECK(found(R"("target_modules":["embed_tokens"])",
              weights({{"base_model.model.model.embed_tokens.lora_embedding_A", {8, 10}}}), target)
            .empty());
  CHECK(found(R"("target_modules":["q_proj","v_proj","o_proj"])", lora(8, 8, 8), target) ==
        "adapter_config.json#/target_modules: target_modules names o_proj, no tensor belongs to "
        "it\n");
  CHECK(found(R"("target_modules":["q_proj","_proj"])", lora(8, 8, 8), target)
            .find("v_proj are there, target_modules does not name it") != std::string::npos);
}

TEST_CASE("card and adapter name one base model") {
  const auto found = [](const char* front, const char* json, const char* code) {
    return said({card(front), file("adapter_config.json", json)}, code);
  };
  const char* of_llama = R"({"base_model_name_or_path":"unsloth/Llama-3.2-1B-bnb-4bit"})";
  const char* differ = "base-model-contradicts";
  CHECK(found("base_model: unsloth/Llama-3.2-1B-bnb-4bit", of_llama, differ).empty());
  CHECK(found("base_model: meta-llama/Llama-3.2-1B", of_llama, differ).empty());
  CHECK(found("tags: [x]", of_llama, differ).empty());
  CHECK(found("base_model: mistralai/Mistral-7B-v0.1", of_llama, differ) ==
        "adapter_config.json#/base_model_name_or_path: base_model_name_or_path is "
        "unsloth/Llama-3.2-1B-bnb-4bit, README.md names mistralai/Mistral-7B-v0.1\n");
  const char* missing = "base-model-missing";
  CHECK(found("base_model: a/b", "{}", missing).empty());
  CHECK(found("tags: [x]", "{}", missing) ==
        "adapter_config.json#/base_model_name_or_path: an adapter without the name of its base "
        "model\n");
  CHECK(said({card("base_model_relation: quantized")}, missing) ==
        "README.md#/base_model_relation: base_model_relation is quantized, there is no "
        "base_model\n");
  CHECK(said({card("tags: [mergekit]")}, missing) ==
        "README.md: a merge without the names of the models that it was made of\n");
  CHECK(said({card("tags: [mergekit]\nbase_model: [a/b, c/d]")}, missing).empty());
}

TEST_CASE("the relation to the base model shows in the tensors") {
  const auto found = [](const char* relation, const std::vector<FileHead>& more) {
    std::vector<FileHead> heads = {
        card("base_model: a/b\nbase_model_relation: " + std::string(relation))};
    heads.insert(heads.end(), more.begin(), more.end());
    return said(heads, "relation-contradicts");
  };
  const FileHead plain = weights({{"model.embed_tokens.weight", {10, 4}, "BF16"}});
  const FileHead eight = weights({{"model.embed_tokens.weight", {10, 4}, "I8"}});
  const FileHead lora = weights({{"x.lora_A.weight", {2, 4}, "BF16"}});
  CHECK(found("finetune", {plain}).empty());
  CHECK(found("quantized", {eight}).empty());
  CHECK(found("quantized", {plain, config(R"("quantization_config":{"quant_method":"fp8"})")})
            .empty());
  CHECK(found("adapter", {lora}).empty());
  CHECK(found("quantized", {plain}) ==
        "README.md: base_model_relation is quantized, no tensor is quantised (bfloat16)\n");
  CHECK(found("adapter", {plain}) ==
        "README.md: base_model_relation is adapter, the weights are those of a whole model\n");
}

TEST_CASE("packed weights have the bits that the config says") {
  const auto found = [](const char* json, const std::vector<Shape>& tensors) {
    return said({config(R"("quantization_config":)" + std::string(json)), weights(tensors)},
                "quantization-contradicts");
  };
  const std::vector<Shape> gptq = {{"m.qweight", {8, 16}, "I32"}, {"m.g_idx", {64}, "I32"}};
  const std::vector<Shape> awq = {{"m.qweight", {64, 2}, "I32"}, {"m.scales", {1, 16}, "F16"}};
  CHECK(found(R"({"quant_method":"gptq","bits":4})", gptq).empty());
  CHECK(found(R"({"quant_method":"awq","bits":4})", awq).empty());
  CHECK(found(R"({"quant_method":"bitsandbytes"})", embedding()).empty());
  CHECK(found(R"({"quant_method":"gptq","bits":8})", gptq) ==
        "config.json#/quantization_config/bits: bits is 8, qweight has 4\n");
  CHECK(found(R"({"quant_method":"awq","bits":8})", awq) ==
        "config.json#/quantization_config/bits: bits is 8, qweight has 4\n");
  CHECK(found(R"({"quant_method":"awq","bits":4})", embedding()) ==
        "config.json#/quantization_config/quant_method: quant_method is awq, no tensor is packed "
        "(there is no qweight)\n");
}

TEST_CASE("shards name a tensor once, and one framework") {
  const auto shard = [](int number, const char* tensor, const char* format) {
    return weights({{tensor, {2}}}, "m-0000" + std::to_string(number) + "-of-00002.safetensors",
                   format);
  };
  CHECK(inspect({shard(1, "a", "pt"), shard(2, "b", "pt")}).findings.empty());
  CHECK(said({shard(1, "a", "pt"), shard(2, "a", "pt")}, "tensor-twice") ==
        "m-00002-of-00002.safetensors: tensor a is in m-00001-of-00002.safetensors, too\n");
  CHECK(said({shard(1, "a", "pt"), shard(2, "b", "mlx")}, "metadata-contradicts") ==
        "m-00002-of-00002.safetensors: its format is mlx, that of m-00001-of-00002.safetensors is "
        "pt\n");
  // Two models of one directory are no shards.
  CHECK(said({weights({{"a", {2}}}, "one.safetensors"), weights({{"a", {3}}}, "two.safetensors")},
             "tensor-twice")
            .empty());
}

TEST_CASE("the parts of a split GGUF count themselves") {
  const auto part = [](const char* path, std::uint64_t number, std::uint64_t count,
                       std::uint64_t tensors) {
    const std::string name = "t" + std::to_string(number);
    return file(path, sample::gguf({sample::gguf_tensor(name, {4}, 24, 0)},
                                   {sample::gguf_u32("split.no", number),
                                    sample::gguf_u32("split.count", count),
                                    sample::gguf_u32("split.tensors.count", tensors)},
                                   4));
  };
  const char* first = "m-00001-of-00002.gguf";
  const char* second = "m-00002-of-00002.gguf";
  CHECK(inspect({part(first, 0, 2, 2), part(second, 1, 2, 2)}).findings.empty());
  CHECK(said({part(first, 0, 2, 2), part(second, 1, 3, 2)}, "split-contradicts") ==
        "m-00002-of-00002.gguf: split.count is 3, files by its name 2\n");
  CHECK(said({part(first, 1, 2, 2), part(second, 0, 2, 2)}, "split-contradicts") ==
        "m-00001-of-00002.gguf: split.no is 1, its name's number less one is 0\n"
        "m-00002-of-00002.gguf: split.no is 0, its name's number less one is 1\n");
  CHECK(said({part(first, 0, 2, 2), part(second, 1, 2, 9)}, "split-contradicts") ==
        "m-00002-of-00002.gguf: split.tensors.count is 9, the files have 2\n");
}

TEST_CASE("experts are counted, and the parameters that a token meets") {
  const auto moe = [](const char* json, bool stacked) {
    std::vector<Shape> tensors = {{"model.embed_tokens.weight", {10, 4}}};
    if (stacked) {
      tensors.push_back({"model.layers.0.mlp.experts.gate_up_proj", {4, 2, 4}});
    } else {
      for (int i = 0; i < 4; ++i) {
        tensors.push_back(
            {"model.layers.0.mlp.experts." + std::to_string(i) + ".w.weight", {2, 4}});
      }
    }
    return std::vector<FileHead>{config(json), weights(tensors)};
  };
  const char* honest = R"("num_local_experts":4,"num_experts_per_tok":1)";
  for (const bool stacked : {false, true}) {
    CAPTURE(stacked);
    const ModelInfo info = inspect(moe(honest, stacked));
    CHECK(info.findings.empty());
    CHECK(value(info, "num_experts") == "4 verified");
    CHECK(value(info, "active_parameters") == "48 inferred");
    CHECK(said(moe(R"("num_experts":8,"num_experts_per_tok":1)", stacked),
               "hyperparameter-contradicts") ==
          "config.json#/num_experts: num_experts is 8, the tensors say 4\n");
    CHECK(value(inspect(moe(R"("num_experts":4)", stacked)), "active_parameters") == "none");
  }
}

TEST_CASE("a pipeline's parts are there, and of the class that the index names") {
  const FileHead index = file("model_index.json", R"({"_class_name":"StableDiffusionPipeline",
      "unet":["diffusers","UNet2DConditionModel"],"safety_checker":[null,null],
      "tokenizer":["transformers","CLIPTokenizer"],"requires_safety_checker":false})");
  const FileHead unet = file("unet/config.json", R"({"_class_name":"UNet2DConditionModel"})");
  const FileHead tokenizer = file("tokenizer/vocab.json", "{}");
  const FileHead tensors = weights({{"a", {2}}}, "unet/diffusion_pytorch_model.safetensors");
  const ModelInfo info = inspect({index, unet, tokenizer, tensors});
  CHECK(info.findings.empty());
  CHECK(info.architecture == "StableDiffusionPipeline");
  CHECK(info.library == "diffusers");
  CHECK(value(info, "component_unet") == "diffusers.UNet2DConditionModel declared");
  CHECK(said({index, unet, tensors}, "component-missing") ==
        "model_index.json#/tokenizer: names tokenizer (CLIPTokenizer), there is no such folder\n");
  CHECK(said({index, file("unet/config.json", R"({"_class_name":"AutoencoderKL"})"), tokenizer,
              tensors},
             "component-contradicts") ==
        "model_index.json#/unet/1: unet is a UNet2DConditionModel, unet/config.json says "
        "AutoencoderKL\n");
}

TEST_CASE("the pooling layer is as wide as the transformer") {
  const auto found = [](const char* width) {
    return said({config(R"("hidden_size":4)"), weights(embedding()),
                 file("1_Pooling/config.json",
                      R"({"word_embedding_dimension":)" + std::string(width) + "}")},
                "hyperparameter-contradicts");
  };
  CHECK(found("4").empty());
  CHECK(found("8") ==
        "1_Pooling/config.json#/word_embedding_dimension: word_embedding_dimension is 8, "
        "hidden_size is 4 in config.json\n");
}

TEST_CASE("the name of a GGUF file says what its tensors are") {
  const auto found = [](const char* name, std::uint32_t type, std::size_t row,
                        std::uint64_t width) {
    return said(
        {file(name, sample::gguf({sample::gguf_tensor("a", {width, 4}, type, 0)}, {}, 4 * row))},
        "quantization-contradicts");
  };
  CHECK(found("tiny.Q4_K_M.gguf", 12, 144, 256).empty());
  CHECK(found("tiny-q4_k_m-00001-of-00001.gguf", 12, 144, 256).empty());
  CHECK(found("tiny-UD-Q4_K_XL.gguf", 8, 272, 256).empty());
  CHECK(found("tiny.Q4_K_L.gguf", 8, 272, 256).empty());
  CHECK(found("tiny-f16.gguf", 1, 512, 256).empty());
  // Rows of 32: no K type fits, and llama-quantize takes another.
  CHECK(found("tiny.Q4_K_M.gguf", 8, 34, 32).empty());
  CHECK(found("tiny.Q4_K_M.gguf", 8, 272, 256) ==
        "tiny.Q4_K_M.gguf: its name says Q4_K_M, most tensors are Q8_0\n");
  CHECK(found("tiny.Q5_K_M.gguf", 1, 512, 256) ==
        "tiny.Q5_K_M.gguf: its name says Q5_K_M, most tensors are F16\n");
  CHECK(found("tiny.Q8_0.gguf", 1, 512, 256) ==
        "tiny.Q8_0.gguf: its name says Q8_0, most tensors are F16\n");
  CHECK(found("tiny-BF16.gguf", 8, 272, 256) ==
        "tiny-BF16.gguf: its name says BF16, most tensors are Q8_0\n");
}

TEST_CASE("generation and preprocessor files tell their facts") {
  const ModelInfo info = inspect(
      {file("generation_config.json", R"({"temperature":0.6,"top_p":0.9,"do_sample":true})"),
       file(
           "preprocessor_config.json",
           R"({"image_processor_type":"SiglipImageProcessor","processor_class":"GemmaProcessor"})")});
  CHECK(value(info, "generation_temperature") == "0.6 declared");
  CHECK(value(info, "generation_do_sample") == "true declared");
  CHECK(value(info, "image_processor_type") == "SiglipImageProcessor declared");
  CHECK(info.input_types == std::vector<std::string>{"image"});
  CHECK(inspect(
            {file("preprocessor_config.json",
                  R"({"feature_extractor_type":"WhisperFeatureExtractor","sampling_rate":16000})")})
            .input_types == std::vector<std::string>{"audio"});
  for (const char* name : {"generation_config.json", "preprocessor_config.json", "model_index.json",
                           "adapter_config.json"}) {
    CAPTURE(std::string_view(name));
    CHECK(said({file(name, "[]")}, "config-unreadable") ==
          std::string(name) + ": expected an object\n");
    CHECK(said({file(name, "{}")}, "config-unreadable").empty());
  }
}

TEST_CASE("what transformers saves is described without a finding") {
  std::vector<FileHead> heads;
  for (const char* name :
       {"chat_template.jinja", "config.json", "generation_config.json",
        "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
        "model.safetensors.index.json", "tokenizer.json", "tokenizer_config.json"}) {
    heads.push_back(sample::tap(name, sample::testdata("saved-llama/" + std::string(name))));
  }
  const ModelInfo info = inspect(heads);
  CHECK(info.findings.empty());
  CHECK(value(info, "num_key_value_heads") == "2 verified");
  CHECK(value(info, "torch_dtype") == "bfloat16 declared");
  CHECK(value(info, "tokenizer_vocab_size") == "512 verified");
}

}  // namespace mpk::model
