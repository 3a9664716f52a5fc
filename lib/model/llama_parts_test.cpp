// llama_parts: slices as Meta publishes them, against the sizes that are known of these models.
#include "model/llama_parts.hpp"

#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace mpk::model {
namespace {

struct Sizes {
  std::uint64_t width, layers, hidden, vocabulary, parts, heads_rows;  // key rows of one part
  bool by_tokens;                                                      // the embedding's split
};

std::vector<Tensor> part(const Sizes& s) {
  std::vector<Tensor> out;
  const auto add = [&](std::string name, std::vector<std::uint64_t> shape) {
    out.push_back({std::move(name), "bfloat16", std::move(shape), {}});
  };
  add("tok_embeddings.weight", s.by_tokens ? std::vector{s.vocabulary / s.parts, s.width}
                                           : std::vector{s.vocabulary, s.width / s.parts});
  add("norm.weight", {s.width});
  add("output.weight", {s.vocabulary / s.parts, s.width});
  for (std::uint64_t i = 0; i < s.layers; ++i) {
    const std::string layer = "layers." + std::to_string(i) + ".";
    add(layer + "attention.wq.weight", {s.width / s.parts, s.width});
    add(layer + "attention.wk.weight", {s.heads_rows, s.width});
    add(layer + "attention.wv.weight", {s.heads_rows, s.width});
    add(layer + "attention.wo.weight", {s.width, s.width / s.parts});
    add(layer + "feed_forward.w1.weight", {s.hidden / s.parts, s.width});
    add(layer + "feed_forward.w3.weight", {s.hidden / s.parts, s.width});
    add(layer + "feed_forward.w2.weight", {s.width, s.hidden / s.parts});
    add(layer + "attention_norm.weight", {s.width});
    add(layer + "ffn_norm.weight", {s.width});
  }
  return out;
}

std::optional<TensorFacts> sum(const std::vector<Tensor>& list, std::size_t parts,
                               const char* params = nullptr) {
  const std::vector<const std::vector<Tensor>*> all(parts, &list);
  if (params == nullptr) return sum_llama_parts(all, nullptr);
  const Json json = json::parse(params).take();
  return sum_llama_parts(all, &json);
}

constexpr Sizes kTwo{5120, 40, 13824, 32000, 2, 2560, false};      // Llama 2 13B
constexpr Sizes kThree{8192, 80, 28672, 128256, 8, 128, true};     // Llama 3 70B
constexpr Sizes kLarge{16384, 126, 53248, 128256, 16, 128, true};  // Llama 3.1 405B
constexpr const char* kThreeParams = R"({"n_heads": 64, "n_kv_heads": 8})";
constexpr const char* kLargeParams = R"({"n_heads": 128, "n_kv_heads": 8})";

}  // namespace

TEST_CASE("the slices of a model add up to its published size") {
  CHECK(sum(part(kTwo), 2)->parameters == 13'015'864'320);
  CHECK(sum(part(kThree), 8, kThreeParams)->parameters == 70'553'706'496);
  // Fewer key heads than parts: each is there twice.
  CHECK(sum(part(kLarge), 16, kLargeParams)->parameters == 405'853'388'800);
  auto rope = part(kTwo);
  rope.push_back({"rope.freqs", "bfloat16", {64}, {}});
  CHECK(sum(rope, 2)->parameters == 13'015'864'384);
}

TEST_CASE("where the files do not tell how they are split there is no sum") {
  CHECK_FALSE(sum(part(kThree), 8));
  CHECK_FALSE(sum(part(kThree), 8, R"({"n_heads": 64})"));
  CHECK_FALSE(sum(part(kThree), 8, R"({"n_heads": 64, "n_kv_heads": 100})"));
  CHECK_FALSE(sum(part(kThree), 8, R"([])"));
  CHECK_FALSE(sum(part(kThree), 7, kThreeParams));  // one is missing
  CHECK_FALSE(sum(part(kTwo), 1));
  for (const auto* name : {"layers.0.attention.wq.weight", "norm.weight", "output.weight",
                           "layers.1.feed_forward.w2.weight"}) {
    CAPTURE(std::string_view(name));
    auto list = part(kTwo);
    for (Tensor& tensor : list) {
      if (tensor.name == name) tensor.shape.back() += 1;
    }
    CHECK_FALSE(sum(list, 2));
  }
  for (const auto* name : {"other.weight", "layers.x.attention.wq.weight", "layers.0"}) {
    CAPTURE(std::string_view(name));
    auto list = part(kTwo);
    list.push_back({name, "bfloat16", {5120, 5120}, {}});
    CHECK_FALSE(sum(list, 2));
  }
  const auto one = part(kTwo);
  auto other = one;
  other.back().dtype = "float32";
  const std::vector<const std::vector<Tensor>*> differ{&one, &other};
  CHECK_FALSE(sum_llama_parts(differ, nullptr));
}

}  // namespace mpk::model
