// ONNX: the real model's numbers, and protobufs made by hand.
#include "model/onnx.hpp"

#include "model/sample_files.hpp"

#include <ostream>

namespace mpk::model {
namespace {

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  return out + static_cast<char>(value);
}
std::string number(unsigned field, std::uint64_t value) {
  return varint(field << 3) + varint(value);
}
std::string bytes(unsigned field, std::string_view value) {
  return varint((field << 3) | 2) + varint(value.size()) + std::string(value);
}

std::string tensor(std::uint64_t type, std::uint64_t size, std::string_view rest) {
  return number(1, size) + number(2, type) + bytes(8, "w") + std::string(rest);
}
std::string external(std::string_view location) {
  return bytes(13, bytes(1, "location") + bytes(2, location)) + number(14, 1);
}
std::string model(std::string_view graph) { return number(1, 9) + bytes(7, graph); }

Result<OnnxHeader> read(std::string proto) {
  return read_onnx(sample::whole("m.onnx", std::move(proto)));
}
Result<OnnxHeader> read_tensor(std::string_view proto) { return read(model(bytes(5, proto))); }

}  // namespace

TEST_CASE("tiny-onnx has the numbers that the onnx package gives") {
  const auto header =
      read_onnx(sample::tap("model.onnx", sample::testdata("tiny-onnx/model.onnx")));
  REQUIRE(header);
  CHECK(header->ir_version == 9);
  CHECK(header->producer_name == "make-testdata");
  CHECK(header->producer_version == "1");
  CHECK(header->opsets == std::vector<std::string>{"ai.onnx 18"});
  CHECK(header->inputs == std::vector<std::string>{"input_ids"});
  CHECK(header->outputs == std::vector<std::string>{"probabilities"});
  CHECK(header->external_files.empty());
  CHECK(header->tensors.tensors == 6);
  CHECK(header->tensors.parameters == 12'740);
  CHECK(header->tensors.dtypes.at("FLOAT").parameters == 12'739);
  CHECK(header->tensors.dtypes.at("INT64").parameters == 1);
}

TEST_CASE("a tensor counts when its data is there, in any of the fields") {
  using namespace std::string_literals;
  const std::string four(16, 'x');
  const struct {
    std::string proto;
    const char* dtype;
  } table[] = {
      {tensor(1, 4, bytes(9, four)), "FLOAT"},
      {tensor(1, 4, bytes(4, four)), "FLOAT"},
      {tensor(6, 4, bytes(5, "\x01\x02\x80\x01\x03")), "INT32"},
      {tensor(7, 4, number(7, 1) + number(7, 2) + number(7, 3) + number(7, 4)), "INT64"},
      {tensor(8, 4, bytes(6, "a") + bytes(6, "b") + bytes(6, "") + bytes(6, "d")), "STRING"},
      {tensor(11, 4, bytes(10, four + four)), "DOUBLE"},
      {tensor(14, 4, bytes(4, four + four)), "COMPLEX64"},
      {tensor(16, 4, bytes(9, "12345678")), "BFLOAT16"},
      {tensor(22, 4, bytes(9, "12")), "INT4"},
      {tensor(22, 4, bytes(5, "\x01\x02")), "INT4"},
      {tensor(1, 4, external("w.bin")), "FLOAT"},
      {bytes(1, "\x02\x02"s) + number(2, 3) + bytes(9, "1234"), "INT8"},
  };
  for (const auto& [proto, dtype] : table) {
    CAPTURE(std::string_view(dtype));
    const auto header = read_tensor(proto);
    REQUIRE(header);
    CHECK(header->tensors.dtypes.at(dtype).parameters == 4);
  }
}

TEST_CASE("a tensor that claims other data than it has is refused") {
  const std::string four(16, 'x');
  const struct {
    std::string proto;
    const char* reason;
  } table[] = {
      {tensor(1, 5, bytes(9, four)), "do not fit"},
      {tensor(1, 3, bytes(9, four)), "do not fit"},
      {tensor(1, 1ULL << 62, bytes(9, four)), "do not fit"},
      {tensor(1, 4, ""), "there are 0"},
      {tensor(1, 5, bytes(4, four)), "there are 4"},
      {tensor(8, 4, bytes(9, four)), "strings in raw_data"},
      {tensor(0, 4, bytes(9, four)), "unknown data type 0"},
      {tensor(27, 4, bytes(9, four)), "unknown data type 27"},
      {tensor(UINT64_MAX, 4, bytes(9, four)), "unknown data type -1"},
      {tensor(1, UINT64_MAX, bytes(9, four)), "negative dimension"},
      {number(1, 1ULL << 40) + tensor(1, 1ULL << 40, bytes(9, four)), "2^64"},
      {tensor(1, 4, number(14, 1)), "without a location"},
      {tensor(1, 4, bytes(8, "\xff") + bytes(9, four)), "not UTF-8"},
  };
  for (const auto& [proto, reason] : table) {
    CAPTURE(std::string_view(reason));
    const auto header = read_tensor(proto);
    REQUIRE_FALSE(header);
    CHECK(header.error().kind() == ErrorKind::malformed);
    CHECK(header.error().text().find(reason) != std::string::npos);
  }
}

TEST_CASE("external files are found in initializers, attributes, subgraphs and functions") {
  const auto node = [](const std::string& attribute) { return bytes(1, bytes(5, attribute)); };
  const std::string subgraph = bytes(5, tensor(1, 2, external("c.bin")));
  const std::string graph =
      bytes(5, tensor(1, 4, external("a.bin"))) + node(bytes(5, tensor(1, 8, external("b.bin")))) +
      node(bytes(6, subgraph)) + node(bytes(11, subgraph)) +
      bytes(15,
            bytes(1, tensor(1, 1, external("d.bin"))) + bytes(2, tensor(7, 1, external("e.bin"))));
  const std::string function =
      bytes(25, bytes(7, bytes(5, bytes(5, tensor(1, 8, external("f.bin"))))));
  const auto header = read(model(graph) + function);
  REQUIRE(header);
  CHECK(header->external_files ==
        std::vector<std::string>{"a.bin", "b.bin", "c.bin", "d.bin", "e.bin", "f.bin"});
  // Initializers, those of subgraphs and sparse values; constants and indices are no parameters.
  CHECK(header->tensors.parameters == 4 + 2 + 2 + 1);
}

TEST_CASE("graphs may nest 32 deep, not deeper") {
  const auto nested = [](int depth) {
    std::string graph;
    for (int i = 1; i < depth; ++i) graph = bytes(1, bytes(5, bytes(6, graph)));
    return model(graph);
  };
  CHECK(read(nested(32)));
  CHECK(read(nested(33)).error().kind() == ErrorKind::too_large);
}

TEST_CASE("what is no ONNX model is refused") {
  CHECK(read(model("")));
  const std::string table[] = {
      "",
      "hello",
      number(1, 9),                              // no graph
      bytes(7, ""),                              // no version
      number(1, 0) + bytes(7, ""),               // version 0
      model("") + bytes(7, ""),                  // two graphs
      number(1, 9) + number(7, 3),               // graph is a number
      bytes(1, "9") + bytes(7, ""),              // version is a text
      number(1, 9) + bytes(7, "") + "\x3a\x05",  // cut off
      number(1, 9) + bytes(7, "\x2a\x7f"),       // cut off inside
      number(1, 9) + bytes(7, "") + std::string(11, '\xff'),
      number(1, 9) + bytes(2, "\xff") + bytes(7, ""),
  };
  for (const std::string& proto : table) {
    CAPTURE(proto);
    const auto header = read(proto);
    REQUIRE_FALSE(header);
    CHECK(header.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("a model that is not there as a whole is not read") {
  FileHead head = sample::whole("m.onnx", model(""));
  CHECK(read_onnx(head));
  head.whole = false;
  CHECK(read_onnx(head).error().kind() == ErrorKind::unsupported);
}

}  // namespace mpk::model
