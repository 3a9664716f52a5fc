// GGUF: the real file's numbers, growing prefixes, and headers that lie.
#include "model/gguf.hpp"

#include "model/gguf_types.hpp"
#include "model/sample_files.hpp"

#include <ostream>

namespace mpk::model {
namespace {

using sample::gguf;
using sample::gguf_string;
using sample::gguf_tensor;
using sample::gguf_text;
using sample::gguf_u32;
using sample::u32;
using sample::u64;

Result<GgufHeader> read(const std::string& bytes) {
  return read_gguf(sample::whole("m.gguf", bytes));
}

std::string array(std::string_view key, std::uint32_t type, std::uint64_t count,
                  std::string_view elements) {
  return gguf_string(key) + u32(9) + u32(type) + u64(count) + std::string(elements);
}

}  // namespace

TEST_CASE("tiny-gguf has the numbers that the gguf package's reader gives") {
  const std::string bytes = sample::testdata("tiny-gguf/tiny.Q8_0.gguf");
  const auto header = read_gguf(sample::tap("tiny.gguf", bytes));
  REQUIRE(header);
  CHECK(header->version == 3);
  CHECK(header->tensors.tensors == 11);
  CHECK(header->tensors.parameters == 69'824);
  CHECK(header->tensors.dtypes.at("F16").parameters == 32'768);
  CHECK(header->tensors.dtypes.at("F32").parameters == 192);
  CHECK(header->tensors.dtypes.at("Q8_0").parameters == 20'480);
  CHECK(header->tensors.dtypes.at("Q8_0").tensors == 5);
  CHECK(header->tensors.dtypes.at("Q4_0").parameters == 16'384);
  CHECK(header->strings.at("general.architecture") == "llama");
  CHECK(header->strings.at("tokenizer.ggml.model") == "gpt2");
  CHECK(header->integers.at("llama.context_length") == 512);
  CHECK(header->integers.at("general.file_type") == 7);
  CHECK(header->array_sizes.at("tokenizer.ggml.tokens") == 512);
  CHECK(header->array_sizes.at("tokenizer.ggml.merges") == 252);
  CHECK(header->string_lists.at("general.languages") == std::vector<std::string>{"en"});
  CHECK_FALSE(header->string_lists.contains("tokenizer.ggml.tokens"));
  REQUIRE(header->list.size() == 11);
  CHECK(header->list[0].name == "token_embd.weight");
  CHECK(header->list[0].shape == std::vector<std::uint64_t>{512, 64});
  // The data starts at 13280, the next multiple of 32.
  const auto size = gguf_header_size(bytes);
  REQUIRE(size);
  REQUIRE(*size);
  CHECK((**size + 31) / 32 * 32 == 13'280);
}

TEST_CASE("a prefix asks for more until the last byte of the tensor infos is there") {
  const std::string bytes =
      gguf({gguf_tensor("a", {32}, 8, 0)},
           {gguf_text("k", "v"), array("l", 8, 2, gguf_string("a") + gguf_string("b"))}, 34);
  const auto end = gguf_header_size(bytes);
  REQUIRE(end);
  REQUIRE(*end);
  for (std::size_t size = 0; size < **end; ++size) {
    CAPTURE(size);
    const auto prefix = gguf_header_size(std::string_view(bytes).substr(0, size));
    REQUIRE(prefix);
    CHECK_FALSE(*prefix);
    CHECK(read(bytes.substr(0, size)).error().kind() == ErrorKind::malformed);
  }
  CHECK(read(bytes));
}

TEST_CASE("values of all types are read or stepped over") {
  std::vector<std::string> pairs = {
      gguf_string("u8") + u32(0) + "\xff",
      gguf_string("i8") + u32(1) + "\x7f",
      gguf_string("negative") + u32(1) + "\xff",
      gguf_string("u16") + u32(2) + sample::number(65'535, 2),
      gguf_string("i16") + u32(3) + sample::number(1, 2),
      gguf_string("i32") + u32(5) + u32(7),
      gguf_string("f32") + u32(6) + u32(0x3f800000),
      gguf_string("true") + u32(7) + "\x01",
      gguf_string("u64") + u32(10) + u64(UINT64_MAX),
      gguf_string("i64") + u32(11) + u64(UINT64_MAX),
      gguf_string("f64") + u32(12) + u64(0),
      array("nested", 9, 2, u32(0) + u64(2) + "ab" + u32(8) + u64(1) + gguf_string("x")),
      array("empty", 4, 0, ""),
      array("half", 8, 1, gguf_string("\xc3")),
  };
  const auto header = read(gguf({}, pairs, 0));
  REQUIRE(header);
  CHECK(header->integers.at("u8") == 255);
  CHECK(header->integers.at("i8") == 127);
  CHECK(header->integers.at("u16") == 65'535);
  CHECK(header->integers.at("i16") == 1);
  CHECK(header->integers.at("i32") == 7);
  CHECK(header->integers.at("true") == 1);
  CHECK(header->integers.at("u64") == UINT64_MAX);
  CHECK_FALSE(header->integers.contains("negative"));
  CHECK_FALSE(header->integers.contains("i64"));
  CHECK_FALSE(header->integers.contains("f32"));
  CHECK(header->array_sizes.at("nested") == 2);
  CHECK(header->array_sizes.at("empty") == 0);
  CHECK(header->array_sizes.at("half") == 1);
  CHECK_FALSE(header->string_lists.contains("half"));
}

TEST_CASE("string lists are kept up to 64 strings") {
  std::string strings;
  for (int i = 0; i < 64; ++i) strings += gguf_string("x");
  const auto header = read(gguf(
      {}, {array("most", 8, 64, strings), array("more", 8, 65, strings + gguf_string("x"))}, 0));
  REQUIRE(header);
  CHECK(header->string_lists.at("most").size() == 64);
  CHECK_FALSE(header->string_lists.contains("more"));
  CHECK(header->array_sizes.at("more") == 65);
}

TEST_CASE("headers that break the format are refused") {
  const std::string tensor = gguf_tensor("a", {32}, 8, 0);
  const struct {
    std::string bytes;
    ErrorKind kind;
    const char* reason;
  } table[] = {
      {"GGML" + u32(3) + u64(0) + u64(0), ErrorKind::malformed, "not a GGUF file"},
      {"GGUF" + u32(1) + u64(0) + u64(0), ErrorKind::unsupported, "version 1"},
      {"GGUF" + u32(4) + u64(0) + u64(0), ErrorKind::unsupported, "version 4"},
      {std::string("GGUF") + std::string("\0\0\0\x03", 4) + u64(0) + u64(0), ErrorKind::unsupported,
       "big-endian"},
      {gguf({}, {gguf_text("k", "v"), gguf_u32("k", 1)}, 0), ErrorKind::malformed,
       "duplicate key k"},
      {gguf({}, {gguf_text("", "v")}, 0), ErrorKind::malformed, "key is empty"},
      {gguf({}, {gguf_text("\xff", "v")}, 0), ErrorKind::malformed, "not UTF-8"},
      {gguf({}, {gguf_text("k", "\xff")}, 0), ErrorKind::malformed, "not UTF-8"},
      {gguf({}, {gguf_text(std::string(65'536, 'k'), "v")}, 0), ErrorKind::malformed, "65535"},
      {gguf({}, {gguf_string("k") + u32(13) + u64(0)}, 0), ErrorKind::malformed,
       "unknown value type 13"},
      {gguf({}, {array("k", 13, 1, u64(0))}, 0), ErrorKind::malformed, "unknown value type 13"},
      {gguf({}, {gguf_string("k") + u32(7) + "\x02"}, 0), ErrorKind::malformed, "boolean"},
      {gguf({}, {gguf_u32("general.alignment", 0)}, 0), ErrorKind::malformed, "power of two"},
      {gguf({}, {gguf_u32("general.alignment", 24)}, 0), ErrorKind::malformed, "power of two"},
      {gguf({tensor, gguf_tensor("a", {32}, 8, 64)}, {}, 98), ErrorKind::malformed,
       "duplicate tensor name a"},
      {gguf({gguf_tensor("a", {1, 1, 1, 1, 1}, 0, 0)}, {}, 4), ErrorKind::malformed,
       "5 dimensions"},
      {gguf({gguf_tensor("a", {1ULL << 32, 1ULL << 32}, 24, 0)}, {}, 4), ErrorKind::malformed,
       "2^64"},
      {gguf({gguf_tensor("a", {1ULL << 62}, 0, 0)}, {}, 4), ErrorKind::malformed, "any file"},
      {gguf({gguf_tensor("a", {31}, 8, 0)}, {}, 34), ErrorKind::malformed, "blocks of Q8_0"},
      {gguf({tensor, gguf_tensor("b", {32}, 8, 32)}, {}, 98), ErrorKind::malformed, "overlap"},
      {gguf({tensor, gguf_tensor("b", {32}, 8, 96)}, {}, 130), ErrorKind::malformed, "hole"},
      {gguf({tensor}, {}, 33), ErrorKind::malformed, "the file has"},
  };
  for (const auto& [bytes, kind, reason] : table) {
    CAPTURE(std::string_view(reason));
    const auto header = read(bytes);
    REQUIRE_FALSE(header);
    CHECK(to_string(header.error().kind()) == to_string(kind));
    CHECK(header.error().text().find(reason) != std::string::npos);
  }
}

TEST_CASE("the refused headers' sound neighbours are accepted") {
  const std::string tensor = gguf_tensor("a", {32}, 8, 0);
  CHECK(read("GGUF" + u32(2) + u64(0) + u64(0)));
  CHECK(read(gguf({}, {gguf_text(std::string(65'535, 'k'), "v")}, 0)));
  CHECK(read(gguf({gguf_tensor("a", {1, 1, 1, 1}, 0, 0)}, {}, 4)));
  CHECK(read(gguf({tensor, gguf_tensor("b", {32}, 8, 64)}, {}, 98)));
  CHECK(read(gguf({tensor}, {}, 34)));
  CHECK(
      read(gguf({tensor, gguf_tensor("b", {32}, 8, 40)}, {gguf_u32("general.alignment", 8)}, 74)));
}

TEST_CASE("a type that is newer than mpk is counted without its size") {
  const auto header =
      read(gguf({gguf_tensor("a", {7}, 77, 0), gguf_tensor("b", {1}, 0, 5)}, {}, 4));
  REQUIRE(header);
  CHECK(header->tensors.dtypes.at("type_77").parameters == 7);
  CHECK(header->tensors.parameters == 8);
}

TEST_CASE("claims over the limits are refused before their bytes are there") {
  const std::string start = "GGUF" + u32(3);
  const auto kind = [](const std::string& prefix) {
    const auto size = gguf_header_size(prefix);
    return size ? "ok" : to_string(size.error().kind());
  };
  CHECK(kind(start + u64(limits::kGgufEntries) + u64(limits::kGgufEntries)) == "ok");
  CHECK(kind(start + u64(limits::kGgufEntries + 1) + u64(0)) == "too_large");
  CHECK(kind(start + u64(0) + u64(limits::kGgufEntries + 1)) == "too_large");
  const std::string one = start + u64(0) + u64(1);
  const std::size_t before = one.size() + 8 + 1 + 4 + 8;
  CHECK(kind(one + gguf_string("k") + u32(8) + u64(limits::kGgufMetadata - before)) == "ok");
  CHECK(kind(one + gguf_string("k") + u32(8) + u64(limits::kGgufMetadata - before + 1)) ==
        "too_large");
  CHECK(kind(one + array("k", 8, UINT64_MAX, "")) == "too_large");
  CHECK(kind(one + array("k", 10, UINT64_MAX / 4, "")) == "too_large");
  CHECK(kind(one + array("k", 9, UINT64_MAX / 4, "")) == "too_large");
  const std::string nest = u32(9) + u64(1);
  CHECK(kind(one + array("k", 9, 1, nest + nest + u32(0) + u64(0))) == "ok");
  CHECK(kind(one + array("k", 9, 1, nest + nest + nest + u32(0) + u64(0))) == "too_large");
}

TEST_CASE("llama.cpp's file types allow the tensors that llama-quantize writes") {
  CHECK(file_type_name(15) == "Q4_K_M");
  CHECK(file_type_name(11) == "Q3_K_S");  // llama_ftype, not ggml_ftype
  CHECK(file_type_name(4096).empty());
  CHECK(file_type_allows(15, "Q4_K"));
  CHECK_FALSE(file_type_allows(15, "Q8_0"));
  CHECK(file_type_allows(4096, "Q8_0"));
  CHECK(is_quantised("MXFP4"));
  CHECK_FALSE(is_quantised("BF16"));
}

}  // namespace mpk::model
