// Keras and TensorFlow: files of the real libraries against what these say, and broken ones.
#include "model/keras.hpp"

#include "base/file.hpp"
#include "json/parse.hpp"
#include "model/inspect.hpp"
#include "model/sample_files.hpp"
#include "model/saved_model.hpp"
#include "model/tensor_list.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {
namespace {

using namespace std::string_literals;

std::string file(const std::string& name) {
  auto bytes = read_file(MPK_SOURCE_DIR "/testdata/keras/" + name, 1U << 20);
  REQUIRE(bytes.has_value());
  return std::move(*bytes);
}

Json expected(const char* name) { return json::parse(file("expected.json")).take().at(name); }

Json facts_of(const KerasHeader& header) {
  return {{"class_name", header.class_name},
          {"layers", header.layers},
          {"inputs", header.inputs},
          {"lambdas", header.lambdas},
          {"version", header.version}};
}

std::string value_of(const ModelInfo& info, std::string_view name) {
  for (const Fact& fact : info.hyperparameters) {
    if (fact.name == name) return fact.value;
  }
  return {};
}

/// A zip of one stored member, as far as a head shows it.
std::string member(const std::string& name, const std::string& bytes) {
  return "PK\x03\x04" + std::string(14, '\0') + sample::u32(bytes.size()) +
         sample::u32(bytes.size()) + sample::number(name.size(), 2) + sample::number(0, 2) + name +
         bytes;
}

}  // namespace

TEST_CASE("each fact of a Keras archive is what Keras reports, from the head alone too") {
  for (const char* name : {"functional.keras", "sequential.keras", "lambda.keras"}) {
    CAPTURE(name);
    const std::string bytes = file(name);
    auto head = sample::whole(name, bytes);
    CHECK(json::compact(facts_of(read_keras(head).take())) == json::compact(expected(name)));
    // What the tap keeps of a large one: the documents, and not the weights.
    head = sample::tap(name, bytes + std::string(kKerasWhole, 'w'), 1000);
    CHECK(head.bytes.size() < bytes.size());
    CHECK(json::compact(facts_of(read_keras(head).take())) == json::compact(expected(name)));
  }
}

TEST_CASE("the architecture in an HDF5 file is what Keras reports") {
  CHECK(json::compact(facts_of(read_keras_hdf5(sample::whole("m.h5", file("lambda.h5"))))) ==
        json::compact(expected("lambda.h5")));
  CHECK(read_keras_hdf5(sample::whole("m.h5", "\x89HDF\r\n\x1a\n")).class_name.empty());
  const std::string cut =
      "\x89HDF\r\n\x1a\nmodel_config{\"class_name\": \"Sequential\", \"config\": {";
  CHECK(read_keras_hdf5(sample::whole("m.h5", cut)).class_name.empty());
  CHECK(read_keras_hdf5(sample::whole("m.h5", cut + "}}")).class_name == "Sequential");
}

TEST_CASE("each weight is what h5py lists, and their sum what Keras counts") {
  const Json all = expected("weights");
  for (const auto& [name, described] : all.items()) {
    CAPTURE(name);
    const auto head = sample::tap(name, file(name), 1000);
    const auto weights = read_keras_weights(head).take();
    REQUIRE(weights.has_value());
    std::vector<std::string> tensors;
    for (const Tensor& tensor : weights->list)
      tensors.push_back(tensor.name + " " + tensor.dtype + shape_text(tensor));
    std::ranges::sort(tensors);
    CHECK(json::compact(Json(tensors)) == json::compact(described.at("tensors")));
    const ModelInfo info = inspect({head});
    CHECK(info.tensors.parameters == described.at("parameters").get<std::uint64_t>());
    CHECK(info.by_file.contains(name));
    CHECK(sample::findings(info, "training-state").size() == (name.starts_with("trained") ? 1 : 0));
  }
  CHECK(inspect({sample::whole("trained.h5", file("trained.h5"))}).precision == "float32,float16");
}

TEST_CASE("weights that can't be listed are not counted, and broken ones are a finding") {
  const std::string bytes = file("trained.h5");
  const auto tapped = [&](std::size_t more) {
    return inspect({sample::tap("m.h5", bytes + std::string(more, '\0'), 1U << 16)});
  };
  CHECK(tapped(0).tensors.tensors == 28);
  // The superblock says how long the file is.
  CHECK(sample::findings(tapped(1), "header-unreadable").size() == 1);
  // Above what is kept whole there is no count, and nothing to complain of.
  CHECK(tapped(kKerasWhole).tensors.tensors == 0);
  CHECK(sample::findings(tapped(kKerasWhole), "header-unreadable").empty());
  CHECK(tapped(kKerasWhole).architecture == "Sequential");
  auto other = bytes;
  for (auto at = other.find("keras_version"); at != other.npos; at = other.find("keras_version"))
    other[at] = 'K';
  CHECK_FALSE(read_keras_weights(sample::whole("m.h5", other)).take().has_value());
}

TEST_CASE("each fact of a SavedModel is what TensorFlow reports") {
  const auto header =
      read_saved_model(sample::whole("saved_model.pb", file("saved_model/saved_model.pb"))).take();
  const Json found = {{"version", header.tensorflow_version},
                      {"inputs", header.inputs},
                      {"outputs", header.outputs},
                      {"signatures", header.signatures}};
  CHECK(json::compact(found) == json::compact(expected("saved_model")));
  CHECK(header.tags == std::vector<std::string>{"serve"});
}

TEST_CASE("models without a list of tensors are described by what they say") {
  const ModelInfo keras = inspect({sample::whole("a.keras", file("functional.keras"))});
  CHECK(keras.format == "keras");
  CHECK(keras.library == "keras");
  CHECK(keras.architecture == "Functional");
  CHECK(value_of(keras, "keras_version") == "3.12.0");
  CHECK(value_of(keras, "layers") == "6");
  CHECK(keras.findings.empty());
  const ModelInfo hdf5 = inspect({sample::whole("a.h5", file("lambda.h5"))});
  CHECK(hdf5.format == "keras");
  CHECK(sample::findings(hdf5, "remote-code").size() == 1);
  const ModelInfo saved =
      inspect({sample::whole("m/saved_model.pb", file("saved_model/saved_model.pb"))});
  CHECK(saved.format == "tensorflow");
  CHECK(value_of(saved, "tensorflow_version") == "2.20.0");
  CHECK(value_of(saved, "outputs") == "scores float32[null,2]");
  const ModelInfo code = inspect({sample::whole("a.keras", file("lambda.keras"))});
  REQUIRE(sample::findings(code, "remote-code").size() == 1);
  CHECK(sample::findings(code, "remote-code")[0].message.find("twice") != std::string::npos);
  // Beside safetensors they do not speak for the model, but their code is still found.
  const ModelInfo both =
      inspect({sample::whole("a.keras", file("lambda.keras")),
               sample::whole("b.safetensors",
                             sample::safetensors(
                                 R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4))});
  CHECK(both.format == "safetensors");
  CHECK(value_of(both, "keras_version").empty());
  CHECK(sample::findings(both, "remote-code").size() == 1);
}

TEST_CASE("formats that are only recognised name themselves") {
  const struct {
    const char* path;
    const char* name;
    std::string bytes;
    Format format;
    Kind kind;
  } rows[] = {
      {"a.bin", "tflite", "\x1c\0\0\0TFL3"s, Format::tflite, Kind::weight},
      {"a.hdf5", "hdf5", "\x89HDF\r\n\x1a\n", Format::hdf5, Kind::weight},
      {"a.npz", "npz", member("arr_0.npy", "x"), Format::npz, Kind::weight},
      {"a.mlmodel", "coreml", "\x08\x05\x12\x01x", Format::coreml, Kind::weight},
      {"a.xml", "openvino", "<?xml version=\"1.0\"?>\n<net name=\"m\" version=\"11\">",
       Format::openvino, Kind::config},
  };
  for (const auto& row : rows) {
    CAPTURE(row.path);
    const auto head = sample::whole(row.path, row.bytes);
    CHECK(detect_format(head) == row.format);
    CHECK(to_string(row.format) == row.name);
    CHECK(classify(head) == row.kind);
    CHECK(inspect({head}).format == row.name);
    CHECK(sample::findings(inspect({head}), "no-weights").empty());
  }
  CHECK(detect_format(sample::whole("a.xml", "<net>")) == Format::text);
  CHECK(detect_format(sample::whole("a.bin", "\x1c\0\0\0TFL4"s)) == Format::unknown);
  // Arrays that a model was trained on are no weights.
  const auto data = sample::whole("data/a.npz", member("arr_0.npy", "x"));
  CHECK(classify(data) == Kind::dataset);
  CHECK(inspect({data}).format.empty());
}

TEST_CASE("broken archives are refused by their reason") {
  const auto kind = [](const std::string& bytes) {
    return read_keras({"m.keras", 1U << 20, bytes, false}).error().kind();
  };
  const std::string metadata = member("metadata.json", R"({"keras_version": "3.0.0"})");
  CHECK(kind(metadata) == ErrorKind::malformed);
  CHECK(kind(metadata + member("config.json", "{")) == ErrorKind::malformed);
  const std::string config = member("config.json", R"({"class_name": "Sequential"})");
  CHECK(kind(metadata + config.substr(0, config.size() - 1)) == ErrorKind::unsupported);
  CHECK(read_keras({"m.keras", 1U << 20, metadata + config, false}).has_value());
  auto packed = config;
  packed[8] = 8;
  CHECK(kind(packed) == ErrorKind::unsupported);
  auto hidden = config;
  hidden[6] = 8;  // sizes behind the data
  CHECK(kind(hidden) == ErrorKind::unsupported);
  CHECK(kind(member("config.json", std::string(100, '[')) + "x") == ErrorKind::too_large);

  const std::string archive = file("sequential.keras");
  for (std::size_t size = 0; size < archive.size(); ++size)
    CHECK_FALSE(read_keras(sample::whole("m.keras", archive.substr(0, size))).has_value());
  const auto hostile = inspect({{"m.keras", 1U << 20, metadata, false}});
  CHECK(sample::findings(hostile, "header-unreadable").size() == 1);
  CHECK(hostile.format == "keras");
}

TEST_CASE("a SavedModel that is cut off is refused at every byte") {
  const std::string bytes = file("saved_model/saved_model.pb");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(
        read_saved_model(sample::whole("saved_model.pb", bytes.substr(0, size))).has_value());
  }
  CHECK(read_saved_model({"saved_model.pb", 1U << 30, bytes, false}).error().kind() ==
        ErrorKind::unsupported);
  CHECK_FALSE(read_saved_model(sample::whole("m", "\x08\x02" + bytes.substr(2))).has_value());
}

}  // namespace mpk::model
