// fetch_head: how many bytes and requests a header costs, with and without ranges.
#include "modelpack/remote_heads.hpp"

#include "crypto/hash.hpp"
#include "model/sample_files.hpp"
#include "model/tensor_list.hpp"
#include "oci/test_download_registry.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

using namespace mpk;
using namespace mpk::modelpack;
namespace sample = mpk::model::sample;
using oci::test::DownloadFault;
using oci::test::DownloadRegistry;

namespace {

LayerFile layer_of(std::string path, const std::string& bytes) {
  return {.descriptor = {.media_type = "application/vnd.cncf.model.weight.v1.raw",
                         .digest = crypto::sha256(bytes),
                         .size = bytes.size()},
          .path = std::move(path),
          .kind = model::Kind::weight,
          .encoding = Encoding::raw};
}

struct Fetched {
  Result<model::FileHead> head;
  std::size_t requests = 0;
  std::uint64_t bytes = 0;
};

Fetched fetch(const std::string& path, const std::string& content, bool has_ranges = true) {
  DownloadRegistry registry(content, [](auto, const auto&) { return DownloadRegistry::Plan{}; });
  registry.has_ranges = has_ranges;
  registry.piece = 16U << 10;
  const auto store = oci::test::store_over(registry);
  auto head = fetch_head(*store, layer_of(path, content), CancelToken());
  return {std::move(head), registry.seen().size(), registry.bytes_sent()};
}

/// A file of about `data` bytes whose header has about `header` bytes.
std::string safetensors(std::size_t header, std::size_t data) {
  const std::string pad(header, 'x');
  return sample::safetensors(R"({"__metadata__":{"pad":")" + pad +
                                 R"("},"w":{"dtype":"U8","shape":[)" + std::to_string(data) +
                                 R"(],"data_offsets":[0,)" + std::to_string(data) + "]}}",
                             data);
}

std::string gguf(std::size_t strings, std::size_t data) {
  std::string array = sample::gguf_string("tokenizer.ggml.tokens") + sample::u32(9) +
                      sample::u32(8) + sample::u64(strings);
  for (std::size_t i = 0; i < strings; ++i) array += sample::gguf_string("token");
  return sample::gguf({sample::gguf_tensor("w", {data}, 24, 0)}, {array}, data);
}

std::size_t tensors(const Fetched& fetched) {
  REQUIRE(fetched.head.has_value());
  auto list = model::list_tensors(*fetched.head);
  if (!list) FAIL(list.error().text());
  REQUIRE(list->has_value());
  return (*list)->tensors.size();
}

constexpr std::size_t kMiB = 1U << 20;

}  // namespace

TEST_CASE("a safetensors header costs one range, a long one two, and no weight more") {
  const auto small = fetch("m.safetensors", safetensors(1000, 8 * kMiB));
  CHECK(tensors(small) == 1);
  CHECK(small.requests == 1);
  CHECK(small.bytes == kFirstRange);

  const auto content = safetensors(3 * kMiB, 8 * kMiB);
  const auto large = fetch("m.safetensors", content);
  CHECK(tensors(large) == 1);
  CHECK(large.requests == 2);
  CHECK(large.bytes == content.size() - 8 * kMiB);
}

TEST_CASE("a GGUF header costs ranges that grow") {
  const auto small = fetch("m.gguf", gguf(1000, 4 * kMiB));
  CHECK(tensors(small) == 1);
  CHECK(small.requests == 1);
  CHECK(small.bytes == kFirstGgufRange);

  const auto large = fetch("m.gguf", gguf(200'000, 32 * kMiB));  // 2.5 MiB of vocabulary
  CHECK(tensors(large) == 1);
  CHECK(large.requests == 3);
  CHECK(large.bytes == 16 * kFirstGgufRange);
}

TEST_CASE("a host without ranges is cut off behind the header") {
  const auto one = fetch("m.safetensors", safetensors(1000, 8 * kMiB), false);
  CHECK(tensors(one) == 1);
  CHECK(one.bytes <= kFirstRange + (16U << 10));

  const auto two = fetch("m.safetensors", safetensors(3 * kMiB, 8 * kMiB), false);
  CHECK(tensors(two) == 1);
  CHECK(two.bytes <= kFirstRange + 3 * kMiB + (48U << 10));
}

TEST_CASE("a small file is fetched whole, and so proven") {
  const auto good = fetch("m.safetensors", safetensors(100, 1000));
  REQUIRE(good.head.has_value());
  CHECK(good.head->whole);
  CHECK(good.requests == 1);

  const auto content = safetensors(100, 1000);
  DownloadRegistry registry(content, [](auto, const auto&) {
    return DownloadRegistry::Plan{DownloadFault::wrong_bytes, 0.9};
  });
  const auto store = oci::test::store_over(registry);
  const auto bad = fetch_head(*store, layer_of("m.safetensors", content), CancelToken());
  CHECK(bad.error().kind() == ErrorKind::mismatch);
}

TEST_CASE("a header over the format's limit is not fetched") {
  // It claims 101 MiB; the file is as long, but for the bytes.
  auto content = sample::u64(101 * kMiB) + "{";
  content.resize(102 * kMiB, ' ');
  const auto fetched = fetch("m.safetensors", content);
  REQUIRE(fetched.head.has_value());
  CHECK(fetched.bytes == kFirstRange);
  CHECK(model::list_tensors(*fetched.head).error().kind() == ErrorKind::too_large);
}

TEST_CASE("files without a header cost a sniff") {
  const auto pickle = fetch("m.bin", "\x80\x02}q" + std::string(4 * kMiB, 'x'));
  CHECK(pickle.bytes == 4096);
  const auto onnx = fetch("m.onnx", "\x08\x08\x12\x01x" + std::string(5 * kMiB, 'x'));
  CHECK(onnx.bytes == 4096);
  REQUIRE(onnx.head.has_value());
  CHECK(model::list_tensors(*onnx.head).error().kind() == ErrorKind::unsupported);
  // An ONNX model under another name is found out by its content.
  const auto hidden = fetch("weights", "\x08\x08\x12\x01x" + std::string(5 * kMiB, 'x'));
  CHECK(hidden.bytes == 4096);
}

TEST_CASE("a document is fetched whole, an empty file not at all") {
  const auto card = fetch("README.md", std::string(300'000, 'x'));
  REQUIRE(card.head.has_value());
  CHECK(card.head->whole);
  CHECK(card.requests == 1);
  DownloadRegistry registry("x", [](auto, const auto&) { return DownloadRegistry::Plan{}; });
  const auto store = oci::test::store_over(registry);
  const auto empty = fetch_head(*store, layer_of("empty.safetensors", ""), CancelToken());
  REQUIRE(empty.has_value());
  CHECK(empty->whole);
  CHECK(registry.seen().empty());
}

TEST_CASE("a document is fetched whole and so proven, unless it is large; a header is not proven") {
  const auto document = [](std::size_t size) {
    std::string text = R"({"version":"1.0","model":{"type":")";
    text.resize(size - 4, 'x');
    return text + "\"}}\n";
  };
  const auto whole = fetch("vocab.json", document(kWholeDocument));
  REQUIRE(whole.head.has_value());
  CHECK(whole.head->whole);
  CHECK(whole.head->proven);
  CHECK(whole.bytes == kWholeDocument);

  const auto large = fetch("vocab.json", document(kWholeDocument + 1));
  REQUIRE(large.head.has_value());
  CHECK_FALSE(large.head->whole);
  CHECK(large.bytes < (64U << 10));

  const auto weights = fetch("m.safetensors", safetensors(100, 1U << 20));
  REQUIRE(weights.head.has_value());
  CHECK_FALSE(weights.head->proven);
}
