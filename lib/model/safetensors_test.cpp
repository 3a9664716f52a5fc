// safetensors: the real files' numbers, and everything that the format forbids.
#include "model/safetensors.hpp"

#include "model/sample_files.hpp"

#include <ostream>

namespace mpk::model {
namespace {

FileHead file(std::string_view json, std::size_t data) {
  return sample::whole("m.safetensors", sample::safetensors(json, data));
}

std::string tensor(const std::string& name, const std::string& dtype, const std::string& shape,
                   int begin, int end) {
  return "\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape +
         R"(,"data_offsets":[)" + std::to_string(begin) + "," + std::to_string(end) + "]}";
}

}  // namespace

TEST_CASE("the shards of tiny-llama have the numbers that safetensors' own reader gives") {
  const auto first = read_safetensors(
      sample::tap("m", sample::testdata("tiny-llama/model-00001-of-00002.safetensors")));
  REQUIRE(first);
  CHECK(first->tensors.tensors == 10);
  CHECK(first->tensors.parameters == 147'648);
  CHECK(first->tensors.dtypes.size() == 1);
  CHECK(first->tensors.dtypes.at("BF16").parameters == 147'648);
  CHECK(first->metadata.at("format") == "pt");
  CHECK(first->data_bytes == 296'360 - 8 - 1056);
  const auto second = read_safetensors(
      sample::tap("m", sample::testdata("tiny-llama/model-00002-of-00002.safetensors")));
  REQUIRE(second);
  CHECK(second->tensors.tensors == 11);
  CHECK(second->tensors.parameters == 147'744);
  CHECK(second->data_bytes == 296'624 - 8 - 1128);
}

TEST_CASE("sound headers are accepted") {
  const struct {
    std::string json;
    std::size_t data;
    std::uint64_t parameters;
  } table[] = {
      {"{}", 0, 0},
      {"{}   ", 0, 0},
      {"{" + tensor("a", "F32", "[]", 0, 4) + "}", 4, 1},
      {"{" + tensor("a", "F32", "[0,3]", 0, 0) + "}", 0, 0},
      {"{" + tensor("b", "U8", "[2]", 4, 6) + "," + tensor("a", "F32", "[1]", 0, 4) + "}", 6, 3},
      {"{" + tensor("a", "F4", "[2]", 0, 1) + "}", 1, 2},
      {"{" + tensor("a", "F8_E4M3", "[3]", 0, 3) + R"(,"__metadata__":{"k":"v"}})", 3, 3},
      {"{" + tensor("a", "C64", "[1]", 0, 8) + "}", 8, 1},
  };
  for (const auto& [json, data, parameters] : table) {
    CAPTURE(std::string_view(json));
    const auto header = read_safetensors(file(json, data));
    REQUIRE(header);
    CHECK(header->tensors.parameters == parameters);
  }
}

TEST_CASE("tensors are listed in the order of their bytes") {
  const auto header = read_safetensors(file(
      "{" + tensor("a", "U8", "[2,1]", 4, 6) + "," + tensor("b", "F32", "[1]", 0, 4) + "}", 6));
  REQUIRE(header);
  REQUIRE(header->list.size() == 2);
  CHECK(header->list[0].name == "b");
  CHECK(header->list[1].shape == std::vector<std::uint64_t>{2, 1});
}

TEST_CASE("headers that do not describe their bytes are refused") {
  const struct {
    std::string json;
    std::size_t data;
    const char* reason;
  } table[] = {
      {"{" + tensor("a", "F32", "[1]", 0, 4) + "}", 5, "the file has 5 bytes of data"},
      {"{" + tensor("a", "F32", "[1]", 0, 4) + "}", 3, "the file has 3 bytes of data"},
      {"{}", 1, "the file has 1 bytes of data"},
      {"{" + tensor("a", "F32", "[1]", 1, 5) + "}", 5, "hole"},
      {"{" + tensor("a", "U8", "[4]", 0, 4) + "," + tensor("b", "U8", "[4]", 3, 7) + "}", 7,
       "overlap"},
      {"{" + tensor("a", "U8", "[4]", 0, 4) + "," + tensor("b", "U8", "[4]", 0, 4) + "}", 4,
       "overlap"},
      {"{" + tensor("a", "F32", "[2]", 0, 4) + "}", 4, "do not fit"},
      {"{" + tensor("a", "F32", "[1]", 4, 0) + "}", 4, "do not fit"},
      {"{" + tensor("a", "F4", "[3]", 0, 2) + "}", 2, "end at a byte"},
      {"{" + tensor("a", "F33", "[1]", 0, 4) + "}", 4, "unknown dtype"},
      {"{" + tensor("a", "F32", "[4294967296,4294967296]", 0, 4) + "}", 4, "2^64"},
      {"{" + tensor("a", "F32", "[4611686018427387904]", 0, 4) + "}", 4, "any file"},
      {"{" + tensor("a", "F32", "[-1]", 0, 4) + "}", 4, "whole numbers"},
      {"{" + tensor("a", "F32", "[1.0]", 0, 4) + "}", 4, "whole numbers"},
      {"{" + tensor("a", "F32", "[\"1\"]", 0, 4) + "}", 4, "whole numbers"},
      {"{" + tensor("a", "F32", "3", 0, 4) + "}", 4, "no array"},
      {R"({"a":{"shape":[1],"data_offsets":[0,4]}})", 4, "dtype"},
      {R"({"a":{"dtype":"F32","shape":[1]}})", 4, "data_offsets"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}})", 4, "two numbers"},
      {R"({"a":3})", 4, "expected an object"},
      {"{" + tensor("a", "U8", "[1]", 0, 1) + "," + tensor("a", "U8", "[1]", 1, 2) + "}", 2,
       "duplicate key"},
      {R"({"__metadata__":{"k":1}})", 0, "no string"},
      {R"({"__metadata__":[]})", 0, "expected an object"},
      {" {}", 0, "does not start"},
      {"{", 0, "invalid JSON"},
      {R"({"a":{"b":{"c":{"d":{}}}}})", 0, "nested deeper"},
  };
  for (const auto& [json, data, reason] : table) {
    CAPTURE(std::string_view(json));
    const auto header = read_safetensors(file(json, data));
    REQUIRE_FALSE(header);
    CHECK(header.error().text().find(reason) != std::string::npos);
  }
}

TEST_CASE("a header length that lies is refused, the exact one is accepted") {
  const std::string bytes = sample::safetensors("{}", 0);
  CHECK(read_safetensors(sample::whole("m", bytes)));
  CHECK(read_safetensors(sample::whole("m", sample::u64(3) + "{}")).error().kind() ==
        ErrorKind::malformed);
  CHECK(read_safetensors(sample::whole("m", sample::u64(UINT64_MAX) + "{}")).error().kind() ==
        ErrorKind::malformed);
  CHECK(read_safetensors(sample::whole("m", "\x02")).error().kind() == ErrorKind::malformed);
}

TEST_CASE("a header at the limit is read, one byte over it is too large") {
  FileHead head{"m", std::uint64_t{1} << 40, sample::u64(limits::kSafetensorsHeader) + "{}", false};
  CHECK(read_safetensors(head).error().message() == "header is cut off");
  head.bytes = sample::u64(limits::kSafetensorsHeader + 1) + "{}";
  CHECK(read_safetensors(head).error().kind() == ErrorKind::too_large);
}

TEST_CASE("a header cut off at any byte is refused") {
  const std::string bytes = sample::safetensors("{" + tensor("a", "F32", "[2]", 0, 8) + "}", 8);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(read_safetensors(sample::whole("m", bytes.substr(0, size))));
  }
  CHECK(read_safetensors(sample::whole("m", bytes)));
}

}  // namespace mpk::model
