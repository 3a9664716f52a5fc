// Vocabulary, templates, heads, classes, labels: each contradiction beside the case that is none.
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

TEST_CASE("the tokenizer must not go beyond the vocabulary") {
  const auto tokenizer = [](const char* added, const char* last) {
    return file("tokenizer.json", R"({"added_tokens":[{"id":)" + std::string(added) +
                                      R"(,"content":"<x>","special":true}],
        "model":{"type":"BPE","vocab":{"a":0,"b":)" +
                                      last + "}}}");
  };
  const auto found = [&](const char* added, const char* last) {
    return said({tokenizer(added, last), config(R"("vocab_size":10)"), weights(embedding())},
                "vocabulary-contradicts");
  };
  CHECK(found("9", "8").empty());
  CHECK(found("2", "3").empty());
  CHECK(found("9", "10") ==
        "tokenizer.json#/model/vocab: its vocabulary goes up to token 10, vocab_size is 10 in "
        "config.json\n");
  CHECK(found("10", "9") ==
        "tokenizer.json#/added_tokens: added token 10 is out of the vocabulary, vocab_size is 10 "
        "in config.json\n");
  const ModelInfo info = inspect({tokenizer("9", "8")});
  CHECK(value(info, "tokenizer_model") == "BPE verified");
  CHECK(value(info, "tokenizer_vocab_size") == "3 verified");
  CHECK(value(info, "special_tokens") == "1 verified");
  CHECK(said({file("tokenizer.json", "{")}, "config-unreadable") ==
        "tokenizer.json: no JSON at byte 2\n");
}

TEST_CASE("special tokens are in the vocabulary, and the same ones in all files") {
  const auto found = [](const char* in_config, const char* in_generation, const char* code) {
    return said({config(R"("vocab_size":10,)" + std::string(in_config)),
                 file("generation_config.json", in_generation), weights(embedding())},
                code);
  };
  const char* out = "token-out-of-vocabulary";
  const char* differ = "token-ids-contradict";
  CHECK(found(R"("eos_token_id":9)", R"({"eos_token_id":[9,8]})", out).empty());
  CHECK(found(R"("pad_token_id":-1,"bos_token_id":null)", "{}", out).empty());
  CHECK(found(R"("eos_token_id":10)", "{}", out) ==
        "config.json#/eos_token_id: eos_token_id is 10, vocab_size is 10 in config.json\n");
  CHECK(found(R"("bos_token_id":1)", R"({"pad_token_id":11})", out) ==
        "generation_config.json#/pad_token_id: pad_token_id is 11, vocab_size is 10 in "
        "config.json\n");
  // Chat models stop at more tokens than their base.
  CHECK(found(R"("eos_token_id":1)", R"({"eos_token_id":[1,2]})", differ).empty());
  CHECK(found(R"("eos_token_id":1)", R"({"eos_token_id":[2,3]})", differ) ==
        "generation_config.json#/eos_token_id: eos_token_id is 2, 3, in config.json it is 1\n");
  CHECK(found(R"("architectures":["SiglipModel"],"eos_token_id":10)", "{}", out).empty());
  // Of a multimodal model, where the language model's part says it.
  CHECK(found(R"("text_config":{"bos_token_id":12})", "{}", out) ==
        "config.json#/text_config/bos_token_id: bos_token_id is 12, vocab_size is 10 in "
        "config.json\n");
}

TEST_CASE("the text of the end token has the id at which the model stops") {
  const auto found = [](const char* token) {
    return said(
        {config(R"("eos_token_id":2)"), file("generation_config.json", R"({"eos_token_id":[2,3]})"),
         file("tokenizer.json", R"({"added_tokens":[{"id":2,"content":"</s>"},
                     {"id":3,"content":"<end>"},{"id":4,"content":"<unk>"}],"model":{}})"),
         file("tokenizer_config.json", token)},
        "token-ids-contradict");
  };
  CHECK(found(R"({"eos_token":"</s>"})").empty());
  CHECK(found(R"({"eos_token":{"content":"<end>"}})").empty());
  CHECK(found(R"({"eos_token":"not an added one"})").empty());
  CHECK(found(R"({"eos_token":"<unk>"})") ==
        "tokenizer_config.json#/eos_token: eos_token <unk> is token 4, eos_token_id is 2, 3\n");
}

TEST_CASE("a GGUF file has a row for each of its tokens") {
  const auto gguf = [](std::uint64_t rows, std::uint64_t eos) {
    std::string tokens = sample::gguf_string("tokenizer.ggml.tokens") + sample::u32(9) +
                         sample::u32(8) + sample::u64(3);
    for (const char* token : {"a", "b", "c"}) tokens += sample::gguf_string(token);
    return file(
        "m.gguf",
        sample::gguf({sample::gguf_tensor("token_embd.weight", {2, rows}, 24, 0)},
                     {tokens, sample::gguf_u32("tokenizer.ggml.eos_token_id", eos)}, 2 * rows));
  };
  CHECK(inspect({gguf(3, 2)}).findings.empty());
  CHECK(said({gguf(4, 2)}, "vocabulary-contradicts") ==
        "m.gguf: tokenizer.ggml.tokens has 3 tokens, token_embd.weight has 4 rows\n");
  const FileHead one = config(R"("eos_token_id":2)");
  CHECK(said({gguf(3, 2), one, file("generation_config.json", R"({"eos_token_id":2})")},
             "token-ids-contradict")
            .empty());
  CHECK(said({gguf(3, 1), one}, "token-ids-contradict").empty());
  CHECK(said({gguf(3, 1), one, file("generation_config.json", R"({"eos_token_id":2})")},
             "token-ids-contradict") ==
        "m.gguf: tokenizer.ggml.eos_token_id is 1, eos_token_id is 2 in the JSON files\n");
  CHECK(said({gguf(3, 3)}, "token-out-of-vocabulary") ==
        "m.gguf: tokenizer.ggml.eos_token_id is 3, there are 3 tokens\n");
}

TEST_CASE("one chat template, wherever it stands") {
  const auto found = [](const char* jinja, const char* json) {
    return said({file("chat_template.jinja", jinja), file("tokenizer_config.json", json)},
                "chat-template-contradicts");
  };
  CHECK(found("{{ a }}\n", R"({"chat_template":"{{ a }}"})").empty());
  CHECK(found("{{ a }}", "{}").empty());
  CHECK(found("{{ a }}", R"({"chat_template":"{{ b }}"})")
            .starts_with("tokenizer_config.json#/chat_template: its chat template (sha256 "));
}

TEST_CASE("heads are as wide as the projections") {
  const auto found = [](const char* json, std::uint64_t output, std::uint64_t keys) {
    return said({config(json), weights({{"model.layers.0.self_attn.o_proj.weight", {24, output}},
                                        {"model.layers.0.self_attn.k_proj.weight", {keys, 24}}})},
                "hyperparameter-contradicts");
  };
  const char* all = R"("num_attention_heads":6,"num_key_value_heads":2,"head_dim":4)";
  const char* no_width = R"("num_attention_heads":6,"num_key_value_heads":2)";
  CHECK(found(all, 24, 8).empty());
  CHECK(found(no_width, 24, 8).empty());
  CHECK(found(no_width, 48, 16).empty());
  CHECK(found(R"("num_attention_heads":6)", 24, 24).empty());
  CHECK(found(all, 32, 8) ==
        "config.json#/num_attention_heads: num_attention_heads is 6, the tensors say 8\n");
  CHECK(found(all, 24, 12) ==
        "config.json#/num_key_value_heads: num_key_value_heads is 2, the tensors say 3\n");
  CHECK(found(all, 24, 6) ==
        "config.json#/head_dim: head_dim is 4, the tensors say projections of 24 and 6\n");
  CHECK(found(no_width, 24, 12) ==
        "config.json#/num_attention_heads: num_attention_heads is 6, the tensors say 2 heads to 1 "
        "key-value heads, or a multiple\n");
  CHECK_FALSE(found(R"("num_attention_heads":5)", 24, 24).empty());
  // Latent attention has no such projection of keys.
  CHECK(said({config(all), weights({{"model.layers.0.self_attn.o_proj.weight", {24, 99}}})},
             "hyperparameter-contradicts")
            .empty());
}

TEST_CASE("a table of positions is as long as the model says") {
  const auto found = [](const char* positions, const char* tokenizer) {
    return said({config(R"("max_position_embeddings":)" + std::string(positions)),
                 file("tokenizer_config.json", tokenizer),
                 weights({{"bert.embeddings.position_embeddings.weight", {16, 4}}})},
                "hyperparameter-contradicts");
  };
  CHECK(found("16", R"({"model_max_length":16})").empty());
  CHECK(found("16", R"({"model_max_length":1000000000000000019884624838656})").empty());
  CHECK(found("14", R"({"model_max_length":14})").empty());  // OPT: two rows more
  CHECK(found("32", "{}") ==
        "config.json#/max_position_embeddings: max_position_embeddings is 32, the tensors say "
        "16\n");
  CHECK(found("16", R"({"model_max_length":17})") ==
        "tokenizer_config.json#/model_max_length: model_max_length is 17, the tensors say "
        "position embeddings for 16\n");
}

TEST_CASE("class, family and task belong together") {
  const auto found = [](const char* type, const char* name, const char* task, const char* code) {
    return said(
        {card("pipeline_tag: " + std::string(task)),
         config(R"("model_type":")" + std::string(type) + R"(","architectures":[")" + name + "\"]"),
         weights(embedding())},
        code);
  };
  const struct {
    const char* type;
    const char* name;
    bool honest;
  } families[] = {
      {"llama", "LlamaForCausalLM", true},
      {"gemma3_text", "Gemma3ForCausalLM", true},
      {"xlm-roberta", "XLMRobertaForSequenceClassification", true},
      {"gpt2", "GPT2LMHeadModel", true},
      {"qwen2_5_vl", "Qwen2_5_VLForConditionalGeneration", true},
      {"bert", "JinaBertForMaskedLM", true},
      {"RefinedWeb", "RWForCausalLM", true},
      {"mistral", "LlamaForCausalLM", false},
      {"llama", "Qwen2ForCausalLM", false},
  };
  for (const auto& [type, name, honest] : families) {
    CAPTURE(std::string_view(name));
    CHECK(found(type, name, "x", "architecture-contradicts").empty() == honest);
  }
  CHECK(found("mistral", "LlamaForCausalLM", "x", "architecture-contradicts") ==
        "config.json#/architectures: architectures is LlamaForCausalLM, model_type is mistral\n");
  CHECK(found("llama", "LlamaForCausalLM", "text-generation", "task-contradicts").empty());
  CHECK(found("qwen2", "Qwen2ForCausalLM", "feature-extraction", "task-contradicts").empty());
  CHECK(found("bert", "BertForMaskedLM", "sentence-similarity", "task-contradicts").empty());
  CHECK(found("llama", "LlamaForCausalLM", "text-classification", "task-contradicts") ==
        "config.json#/architectures: architectures is LlamaForCausalLM, the card's pipeline_tag is "
        "text-classification\n");
  CHECK(said({card("pipeline_tag: text-generation"),
              file("adapter_config.json",
                   R"({"task_type":"SEQ_CLS","base_model_name_or_path":"a/b"})")},
             "task-contradicts") ==
        "adapter_config.json#/task_type: task_type is SEQ_CLS, the card's pipeline_tag is "
        "text-generation\n");
}

TEST_CASE("a library finds the files that it loads") {
  const auto found = [](const char* library, std::vector<FileHead> more) {
    more.push_back(card("library_name: " + std::string(library)));
    more.push_back(weights(embedding()));
    return said(more, "library-contradicts");
  };
  CHECK(found("transformers", {config("")}).empty());
  CHECK(found("peft", {file("adapter_config.json", "{}")}).empty());
  CHECK(found("timm", {}).empty());
  CHECK(found("transformers", {}) ==
        "README.md: library_name is transformers, there is no config.json\n");
  CHECK(found("gguf", {}) == "README.md: library_name is gguf, there is no GGUF file\n");
  CHECK(found("onnx", {}) == "README.md: library_name is onnx, there is no ONNX file\n");
  CHECK(found("peft", {}) == "README.md: library_name is peft, there is no adapter_config.json\n");
}

TEST_CASE("labels, their number and the classifier agree") {
  const auto found = [](const char* json, std::uint64_t rows) {
    return said(
        {config(R"("architectures":["BertForSequenceClassification"],)" + std::string(json)),
         weights({{"classifier.weight", {rows, 4}}})},
        "labels-contradict");
  };
  const char* two = R"("id2label":{"0":"a","1":"b"})";
  CHECK(found(two, 2).empty());
  CHECK(found(R"("num_labels":2,"id2label":{"0":"a","1":"b"})", 2).empty());
  CHECK(found(R"("num_labels":3)", 3).empty());
  CHECK(found(two, 3) ==
        "config.json#/id2label: classifier.weight has 3 rows, id2label names 2 labels\n");
  CHECK(found(R"("num_labels":3,"id2label":{"0":"a","1":"b"})", 2) ==
        "config.json#/id2label: num_labels is 3, id2label names 2 labels\n");
}

TEST_CASE("an embedding that is not tied has a head beside it") {
  const auto found = [](const char* tied, bool head) {
    std::vector<Shape> tensors = embedding();
    if (head) tensors.push_back({"lm_head.weight", {10, 4}});
    return said({config(R"("architectures":["LlamaForCausalLM"],"tie_word_embeddings":)" +
                        std::string(tied)),
                 weights(tensors)},
                "tied-embeddings-contradict");
  };
  CHECK(found("true", false).empty());
  CHECK(found("true", true).empty());
  CHECK(found("false", true).empty());
  CHECK(found("false", false) ==
        "config.json#/tie_word_embeddings: tie_word_embeddings is false, and the weights have no "
        "lm_head\n");
}

}  // namespace mpk::model
