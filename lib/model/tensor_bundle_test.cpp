// tensor_bundle: indexes that TensorFlow wrote against what it lists, and broken ones.
#include "model/tensor_bundle.hpp"

#include "base/file.hpp"
#include "json/parse.hpp"
#include "model/inspect.hpp"
#include "model/sample_files.hpp"
#include "model/tensor_list.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace mpk::model {
namespace {

using namespace std::string_literals;

std::string file(const std::string& name) {
  auto bytes = read_file(MPK_SOURCE_DIR "/testdata/keras/" + name, 1U << 20);
  REQUIRE(bytes.has_value());
  return std::move(*bytes);
}

std::string index_of(const std::string& model) {
  return file(model + "/variables/variables.index");
}

Result<TensorBundle> read(std::string bytes) {
  return read_tensor_bundle(sample::whole("variables.index", std::move(bytes)));
}

std::string text(std::string_view bytes) {
  return std::string(1, static_cast<char>(bytes.size())) + std::string(bytes);
}
/// Two bytes, which any number below 2^14 may take.
std::string varint(std::size_t value) {
  return {static_cast<char>(value | 0x80U), static_cast<char>(value >> 7)};
}
/// A block of these entries without shared keys, with its trailer.
std::string block(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string out;
  for (const auto& [key, value] : entries) {
    out += '\0';
    out += static_cast<char>(key.size());
    out += text(value).substr(0, 1) + key + value;
  }
  return out + sample::u32(0) + sample::u32(1);
}
std::string table(const std::vector<std::pair<std::string, std::string>>& entries) {
  const std::string data = block(entries), trailer(5, '\0');
  const std::string index = block({{"~", "\0"s + varint(data.size())}});
  std::string footer = "\0\0"s + varint(data.size() + trailer.size()) + varint(index.size());
  footer.resize(40);
  return data + trailer + index + trailer + footer + "\x57\xfb\x80\x8b\x24\x75\x47\xdb";
}
const std::pair<std::string, std::string> kHeader{"", "\x08\x01"};
/// float32[2, size]
std::string entry(int size, const std::string& more) {
  return "\x08\x01\x12\x08\x12\x02\x08\x02\x12\x02\x08"s + static_cast<char>(size) + more;
}

}  // namespace

TEST_CASE("each variable of a SavedModel is what TensorFlow lists") {
  const auto expected = json::parse(file("expected.json")).take().at("variables");
  for (const char* name : {"saved_model", "exported"}) {
    CAPTURE(name);
    const auto bundle = read(index_of(name));
    REQUIRE(bundle);
    Json tensors = Json::array();
    for (const Tensor& tensor : bundle->list)
      tensors.push_back(tensor.name + " " + tensor.dtype + shape_text(tensor));
    CHECK(json::compact(tensors) == json::compact(expected.at(name).at("tensors")));
    CHECK(bundle->tensors.parameters == expected.at(name).at("parameters").get<std::uint64_t>());
    CHECK(bundle->sizes.size() == 1);
    CHECK_FALSE(bundle->training_state);
  }
  // Which of these are the model's own only the graph of objects says.
  CHECK(read(index_of("named_by_optimizer")).error().kind() == ErrorKind::unsupported);
}

TEST_CASE("a SavedModel's variables are counted where the data files fit") {
  const auto inspected = [](std::uint64_t data, const char* name) {
    return inspect({sample::whole("m/saved_model.pb", file("saved_model/saved_model.pb")),
                    sample::whole("m/variables/variables.index", index_of("saved_model")),
                    {std::string("m/variables/variables.data-0000") + name, data, "", false}});
  };
  const auto data = file("saved_model/variables/variables.data-00000-of-00001").size();
  const ModelInfo good = inspected(data, "0-of-00001");
  CHECK(good.tensors.parameters == 16);
  CHECK(good.precision == "float32");
  CHECK(good.by_file.contains("m/variables/variables.index"));
  CHECK(good.findings.empty());
  const ModelInfo cut = inspected(data - 1, "0-of-00001");
  REQUIRE(sample::findings(cut, "header-unreadable").size() == 1);
  CHECK(sample::findings(cut, "header-unreadable")[0].message.find("the index says") !=
        std::string::npos);
  CHECK(sample::findings(inspected(data, "1-of-00002"), "shard-missing").size() == 1);
  // Kept whatever its size; without it there is no count and no finding.
  CHECK(condensed(sample::tap("variables/variables.index", std::string(90'000, 'x'))).whole);
  const ModelInfo none =
      inspect({sample::whole("m/saved_model.pb", file("saved_model/saved_model.pb"))});
  CHECK(none.tensors.tensors == 0);
  CHECK(none.findings.empty());
}

TEST_CASE("what is not the model's is left out") {
  const std::string ending = "/.ATTRIBUTES/VARIABLE_VALUE", sized = "\x28\x10";
  const auto found = read(table({kHeader,
                                 {"a" + ending, entry(2, sized)},
                                 {"a/.OPTIMIZER_SLOT/o/m" + ending, entry(2, sized)},
                                 {"b", entry(2, "\x20\x10" + sized)},
                                 {"global_step", entry(2, sized)},
                                 {"keras_api/metrics/0/total" + ending, entry(2, sized)},
                                 {"text", "\x08\x07"}}));
  REQUIRE(found);
  CHECK(found->tensors.tensors == 2);
  CHECK(found->tensors.parameters == 8);
  CHECK(found->training_state);
  CHECK(found->list[0].name == "a");
  CHECK(found->list[1].name == "b");
  CHECK(found->sizes == std::vector<std::uint64_t>{32});
}

TEST_CASE("an index that lies is refused by its reason") {
  const auto kind = [](const std::vector<std::pair<std::string, std::string>>& entries) {
    return read(table(entries)).error().kind();
  };
  const std::string good = entry(2, "\x28\x10");
  CHECK(read(table({kHeader, {"a", good}})));
  CHECK(kind({{"a", good}}) == ErrorKind::malformed);
  CHECK(kind({kHeader, {"b", good}, {"a", good}}) == ErrorKind::malformed);
  CHECK(kind({kHeader, {"a", good}, {"a", good}}) == ErrorKind::malformed);
  CHECK(kind({kHeader, {"a", entry(2, "\x28\x0f")}}) == ErrorKind::malformed);
  CHECK(kind({kHeader, {"a", entry(2, "")}}) == ErrorKind::malformed);
  CHECK(kind({kHeader, {"a", good + "\x18\x01"}}) == ErrorKind::malformed);
  CHECK(kind({kHeader, {"a", good + "\x3a\x00"s}}) == ErrorKind::unsupported);
  CHECK(kind({kHeader, {"\xff", good}}) == ErrorKind::malformed);
  CHECK(kind({{"", "\x08\x00"s}, {"a", good}}) == ErrorKind::malformed);
  const std::string huge = "\x08\x01\x12\x0d\x12\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
  CHECK(kind({kHeader, {"a", huge}}) == ErrorKind::malformed);
  CHECK(kind({}) == ErrorKind::malformed);
}

TEST_CASE("an index that is cut off or compressed is refused at every byte") {
  const std::string bytes = index_of("saved_model");
  REQUIRE(read(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(read(bytes.substr(0, size)));
    CHECK_FALSE(read(bytes.substr(bytes.size() - size)));
  }
  const auto from = table({kHeader});
  auto packed = from;
  packed[block({kHeader}).size()] = 1;
  CHECK(read(from));
  CHECK(read(packed).error().kind() == ErrorKind::unsupported);
  CHECK(read_tensor_bundle({"variables.index", 1U << 30, bytes, false}).error().kind() ==
        ErrorKind::unsupported);
}

}  // namespace mpk::model
