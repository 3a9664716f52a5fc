// config.json, tokenizer_config.json, adapter_config.json.
#include "model/collect.hpp"
#include "model/huggingface.hpp"
#include "model/sample_files.hpp"

#include <ostream>

namespace mpk::model {
namespace {

using Reader = void (*)(const FileHead&, ModelInfo&);

ModelInfo read(Reader reader, std::string text) {
  ModelInfo info;
  reader(sample::whole("x.json", std::move(text)), info);
  return info;
}

std::string value(const ModelInfo& info, std::string_view name) {
  const Fact* fact = find_fact(info, name);
  return fact ? fact->value : "none";
}

}  // namespace

TEST_CASE("the config of tiny-llama is read") {
  const ModelInfo info = read(read_config_json, sample::testdata("tiny-llama/config.json"));
  CHECK(info.findings.empty());
  CHECK(info.architecture == "LlamaForCausalLM");
  CHECK(info.family == "llama");
  CHECK(info.library == "transformers");
  CHECK(info.context_length == 2048U);
  const std::pair<const char*, const char*> table[] = {
      {"hidden_size", "96"},
      {"num_hidden_layers", "2"},
      {"num_attention_heads", "6"},
      {"num_key_value_heads", "2"},
      {"intermediate_size", "256"},
      {"vocab_size", "512"},
      {"max_position_embeddings", "2048"},
      {"context_length", "2048"},
      {"hidden_act", "silu"},
      {"torch_dtype", "bfloat16"},
      {"layer_norm_epsilon", "1e-05"},
      {"head_dim", "16"},
  };
  for (const auto& [name, expected] : table) {
    CAPTURE(std::string_view(name));
    CHECK(value(info, name) == expected);
  }
  CHECK(find_fact(info, "hidden_size")->tier == Tier::declared);
}

TEST_CASE("other families' names and nested text models are known") {
  const ModelInfo gpt =
      read(read_config_json, R"({"n_embd":768,"n_layer":12,"n_head":12,"n_ctx":1024,
    "n_positions":1024,"activation_function":"gelu_new"})");
  CHECK(value(gpt, "hidden_size") == "768");
  CHECK(value(gpt, "num_hidden_layers") == "12");
  CHECK(value(gpt, "hidden_act") == "gelu_new");
  CHECK(gpt.context_length == 1024U);
  const ModelInfo nested =
      read(read_config_json, R"({"vocab_size":5,"text_config":{"vocab_size":6,"hidden_size":7}})");
  CHECK(value(nested, "vocab_size") == "5");
  CHECK(value(nested, "hidden_size") == "7");
  CHECK(value(read(read_config_json, R"({"torch_dtype":"torch.float16"})"), "torch_dtype") ==
        "float16");
  CHECK(value(read(read_config_json, R"({"hidden_size":[1,2]})"), "hidden_size") == "none");
}

TEST_CASE("quantization and remote code are seen") {
  const ModelInfo info = read(read_config_json, R"({
    "quantization_config":{"quant_method":"awq","bits":4,"group_size":128},
    "auto_map":{"AutoModel":"modeling_x.X"}})");
  CHECK(info.quantization == "awq");
  CHECK(value(info, "quantization_bits") == "4");
  CHECK(value(info, "quantization_group_size") == "128");
  REQUIRE(info.findings.size() == 1);
  CHECK(info.findings[0].code == "remote-code");
  CHECK(info.findings[0].message.find("modeling_x.X") != std::string::npos);
  CHECK(read(read_config_json, R"({"auto_map":{}})").findings.empty());
  CHECK(read(read_tokenizer_config, R"({"auto_map":{"AutoTokenizer":["t.T",null]}})")
            .findings.size() == 1);
}

TEST_CASE("a file that is no JSON object is a finding") {
  for (const Reader reader : {read_config_json, read_tokenizer_config, read_adapter_config}) {
    for (const char* text : {"", "{", "[]", "3", R"({"a":1,"a":2})", "{\"a\":\"\xff\"}"}) {
      CAPTURE(std::string_view(text));
      const ModelInfo info = read(reader, text);
      REQUIRE(info.findings.size() == 1);
      CHECK(info.findings[0].code == "config-unreadable");
    }
    CHECK(read(reader, "{}").findings.empty());
  }
  ModelInfo info;
  read_config_json({"config.json", limits::kTextFile + 1, "{}", false}, info);
  CHECK(info.findings.size() == 1);
}

TEST_CASE("the chat template is hashed as the text that runs") {
  const ModelInfo info =
      read(read_tokenizer_config, sample::testdata("tiny-llama/tokenizer_config.json"));
  CHECK(info.tokenizer_class == "PreTrainedTokenizerFast");
  CHECK(info.chat_template_sha256 ==
        "10587bcd99dfd9d2f563858c94ed4e1a845244c3ffe1aa9667004e080bb915bb");
  const char* of_a = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
  CHECK(read(read_tokenizer_config, R"({"chat_template":"a"})").chat_template_sha256 == of_a);
  CHECK(read(read_tokenizer_config,
             R"({"chat_template":[{"name":"t","template":"b"},{"name":"default","template":"a"}]})")
            .chat_template_sha256 == of_a);
  CHECK(read(read_tokenizer_config, R"({"chat_template":[{"name":"t","template":"a"}]})")
            .chat_template_sha256 == of_a);
  CHECK(read(read_tokenizer_config, R"({"chat_template":[]})").chat_template_sha256.empty());
}

TEST_CASE("an adapter names its base model, unless that is somebody's own path") {
  const ModelInfo info = read(read_adapter_config, R"({"peft_type":"LORA","r":8,"lora_alpha":16,
    "lora_dropout":0.05,"base_model_name_or_path":"acme/base","revision":"abc"})");
  CHECK(info.library == "peft");
  CHECK(value(info, "tune_method") == "lora");
  CHECK(value(info, "lora_r") == "8");
  CHECK(value(info, "lora_dropout") == "0.05");
  REQUIRE(info.base_models.size() == 1);
  CHECK(info.base_models[0].name == "acme/base");
  CHECK(info.base_models[0].relation == "adapter");
  CHECK(info.base_models[0].revision == "abc");
  for (const char* path : {"/home/me/base", "./base", R"(C:\\base)"}) {
    CAPTURE(std::string_view(path));
    const ModelInfo local =
        read(read_adapter_config, R"({"base_model_name_or_path":")" + std::string(path) + "\"}");
    CHECK(local.base_models.empty());
    REQUIRE(local.findings.size() == 1);
    CHECK(local.findings[0].code == "base-model-local");
  }
}

}  // namespace mpk::model
