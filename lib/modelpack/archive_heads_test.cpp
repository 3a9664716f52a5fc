// read_archive_heads: small archives whole, large ones by their headers.
#include "modelpack/archive_heads.hpp"

#include "archive/test_archives.hpp"
#include "crypto/hash.hpp"
#include "model/sample_files.hpp"
#include "model/tensor_list.hpp"
#include "oci/test_download_registry.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace mpk;
using namespace mpk::modelpack;
namespace sample = mpk::model::sample;
using mpk::archive::Compression;
using oci::test::DownloadFault;
using oci::test::DownloadRegistry;

namespace {

LayerFile layer_of(const std::string& bytes, Encoding encoding, std::string path = ".") {
  return {.descriptor = {.media_type = media_type({model::Kind::weight, encoding}),
                         .digest = crypto::sha256(bytes),
                         .size = bytes.size()},
          .path = std::move(path),
          .kind = model::Kind::weight,
          .encoding = encoding};
}

std::string safetensors(const std::string& name, std::size_t data) {
  return sample::safetensors("{\"" + name + R"(":{"dtype":"U8","shape":[)" + std::to_string(data) +
                                 R"(],"data_offsets":[0,)" + std::to_string(data) + "]}}",
                             data);
}

bool wanted(const std::string& path) {
  return model::may_list_tensors(path) || path.ends_with("config.json");
}

struct Read {
  Result<ArchiveHeads> heads;
  std::uint64_t bytes = 0;
};

Read read(const std::string& bytes, const LayerFile& layer, DownloadFault fault = {}) {
  DownloadRegistry registry(bytes,
                            [&](auto, const auto&) { return DownloadRegistry::Plan{fault, 0.5}; });
  registry.piece = 64U << 10;
  const auto store = oci::test::store_over(registry);
  auto heads = read_archive_heads(*store, layer, wanted, CancelToken());
  return {std::move(heads), registry.bytes_sent()};
}

constexpr std::size_t kMiB = 1U << 20;

}  // namespace

TEST_CASE("a small archive is read whole: files with digests, and the heads that are wanted") {
  const std::string config = R"({"model_type":"llama"})";
  const auto bytes = mpk::archive::test::tar(
      {{"m/config.json", config}, {"m/run.sh", "#!", AE_IFREG, 0755}, {"m/w.gguf", "GGUF"}},
      Compression::gzip);
  const auto got = read(bytes, layer_of(bytes, Encoding::tar_gzip));
  if (!got.heads) FAIL(got.heads.error().text());
  CHECK(got.heads->whole);
  REQUIRE(got.heads->files.size() == 3);
  CHECK(got.heads->files[0].path == "m/config.json");
  CHECK(got.heads->files[0].descriptor.digest == crypto::sha256(config));
  CHECK(got.heads->files[1].mode == 0755);
  REQUIRE(got.heads->heads.size() == 2);
  CHECK(got.heads->heads[0].bytes == config);
  CHECK(got.heads->heads[1].path == "m/w.gguf");
}

TEST_CASE("entries are put where the layer's path says, heads with them") {
  const auto bytes = mpk::archive::test::tar({{"a.txt", "x"}, {"config.json", "{}"}});
  const auto got = read(bytes, layer_of(bytes, Encoding::tar, "sub"));
  REQUIRE(got.heads.has_value());
  CHECK(got.heads->files[0].path == "sub/a.txt");
  CHECK(got.heads->heads[0].path == "sub/config.json");
}

TEST_CASE("changed bytes and harmful entries are refused") {
  const auto bytes = mpk::archive::test::tar({{"a", std::string(100'000, 'x')}});
  CHECK(read(bytes, layer_of(bytes, Encoding::tar), DownloadFault::wrong_bytes)
            .heads.error()
            .kind() == ErrorKind::mismatch);
  const auto climbing = mpk::archive::test::tar({{"../a", "x"}});
  CHECK(read(climbing, layer_of(climbing, Encoding::tar)).heads.error().kind() ==
        ErrorKind::malformed);
}

TEST_CASE("of a large archive only the headers are fetched, over all of its entries") {
  const auto bytes = mpk::archive::test::tar({{"m/1.safetensors", safetensors("a", 40 * kMiB)},
                                              {"m/big.dat", std::string(20 * kMiB, 'x')},
                                              {"m/2.safetensors", safetensors("b", 9 * kMiB)},
                                              {"m/config.json", "{}"}});
  REQUIRE(bytes.size() > kWholeArchive);
  const auto got = read(bytes, layer_of(bytes, Encoding::tar));
  if (!got.heads) FAIL(got.heads.error().text());
  CHECK_FALSE(got.heads->whole);
  CHECK(got.heads->all_heads);
  CHECK(got.heads->files.empty());
  REQUIRE(got.heads->heads.size() == 3);
  CHECK(model::list_tensors(got.heads->heads[0]).take()->tensors[0].name == "a");
  CHECK(model::list_tensors(got.heads->heads[1]).take()->tensors[0].name == "b");
  CHECK(got.heads->heads[2].bytes == "{}");
  CHECK(got.bytes < 4 * kMiB);
}

TEST_CASE("what can't be skipped is read up to a limit") {
  // Noise does not shrink: the second file lies behind the limit.
  const auto bytes = mpk::archive::test::tar({{"1.safetensors", safetensors("a", 100)},
                                              {"noise.dat", oci::test::noise(70 * kMiB, 1)},
                                              {"2.safetensors", safetensors("b", 100)}},
                                             Compression::zstd);
  REQUIRE(bytes.size() > kWholeArchive);
  const auto got = read(bytes, layer_of(bytes, Encoding::tar_zstd));
  if (!got.heads) FAIL(got.heads.error().text());
  CHECK_FALSE(got.heads->all_heads);
  REQUIRE(got.heads->heads.size() == 1);
  CHECK(got.heads->heads[0].path == "1.safetensors");
  CHECK(got.bytes <= kWholeArchive + 4 * kMiB);
}

TEST_CASE("a large blob that is no archive is refused") {
  const std::string bytes(65 * kMiB, 'x');
  CHECK(read(bytes, layer_of(bytes, Encoding::tar)).heads.error().kind() == ErrorKind::malformed);
}
