// PyTorch: files of the real torch against what torch says of them, and files that lie.
#include "model/pytorch.hpp"

#include "base/file.hpp"
#include "json/parse.hpp"
#include "model/inspect.hpp"
#include "model/sample_files.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {
namespace {

using namespace std::string_literals;

std::string file(const std::string& name) {
  auto bytes = read_file(MPK_SOURCE_DIR "/testdata/torch/" + name, 1U << 20);
  REQUIRE(bytes.has_value());
  return std::move(*bytes);
}

const Json& expected() {
  static const Json out = json::parse(file("expected.json")).take();
  return out;
}

/// The facts of expected.json, from what was read.
Json facts_of(const PytorchHeader& header) {
  Json out = {{"parameters", header.tensors.parameters},
              {"dtypes", Json::object()},
              {"tensors", Json::object()},
              {"shared", Json::object()},
              {"unread", Json::array()}};
  for (const auto& [type, count] : header.tensors.dtypes)
    out["dtypes"][type] = {{"tensors", count.tensors}, {"parameters", count.parameters}};
  for (const Tensor& tensor : header.list) {
    out["tensors"][tensor.name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"bytes", tensor.bytes.value_or(0)}};
  }
  for (const auto& [name, other] : header.state.shared) out["shared"][name] = other;
  for (const std::string& name : header.state.unread) out["unread"].push_back(name);
  return out;
}

/// A pickle as torch.save writes a state dict, of entries that follow each other.
std::string state_pickle(const std::string& entries) { return "\x80\x02}(" + entries + "u."; }

std::string text(std::string_view value) {
  return "X" + sample::u32(value.size()) + std::string(value);
}
std::string number(std::uint64_t value) { return "\x8a\x08" + sample::u64(value); }

/// name, and a call that rebuilds a float32 tensor of one dimension.
std::string tensor_entry(std::string_view name, std::string_view key, std::uint64_t stored,
                         std::uint64_t offset, std::uint64_t size, std::uint64_t stride = 1) {
  return text(name) + "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") +
         "ctorch\nFloatStorage\n" + text(key) + text("cpu") + number(stored) + "tQ" +
         number(offset) + number(size) + "\x85" + number(stride) + "\x85\x89}tR";
}

/// Only a head: the rest of the file would follow.
FileHead head_of(const std::string& pickle, std::uint64_t size,
                 const std::string& name = "a/data.pkl") {
  std::string bytes = "PK\x03\x04" + std::string(2, '\0') + "\x08\x08" + std::string(18, '\0');
  bytes += sample::number(name.size(), 2) + sample::number(0, 2) + name + pickle;
  return {"m.pt", size, bytes, false};
}

}  // namespace

TEST_CASE("each fact of a checkpoint is what torch reports") {
  for (const auto& [name, facts] : expected().get_ref<const Json::object_t&>()) {
    CAPTURE(name);
    const auto header = read_pytorch(sample::whole(name, file(name)));
    REQUIRE_MESSAGE(header.has_value(), header.error().text());
    CHECK(json::compact(facts_of(*header)) == json::compact(facts));
  }
  CHECK(expected().size() >= 20);
}

TEST_CASE("the head alone says the same, unless the list follows the weights") {
  for (const auto& [name, facts] : expected().get_ref<const Json::object_t&>()) {
    CAPTURE(name);
    const std::string bytes = file(name);
    auto head = sample::whole(name, bytes);
    head.whole = false;
    const auto header = read_pytorch(head);
    if (name == "script.pt") {
      CHECK(header.error().kind() == ErrorKind::unsupported);
      continue;
    }
    REQUIRE(header.has_value());
    CHECK(json::compact(facts_of(*header)) == json::compact(facts));
  }
}

TEST_CASE("layouts and keys are told apart") {
  const auto layout = [](const char* name) {
    return read_pytorch(sample::whole(name, file(name))).take().layout;
  };
  CHECK(layout("fp32.pt") == PytorchHeader::Layout::zip);
  CHECK(layout("legacy.pt") == PytorchHeader::Layout::legacy);
  CHECK(layout("script.pt") == PytorchHeader::Layout::torchscript);
  const auto state = [](const char* name) {
    return read_pytorch(sample::whole(name, file(name))).take().state;
  };
  CHECK(state("lightning.ckpt").key == "state_dict");
  CHECK(state("training.pth").key == "model_state_dict");
  CHECK(state("fp32.pt").key.empty());
  for (const char* name : {"lightning.ckpt", "training.pth", "optimizer.pt"})
    CHECK_MESSAGE(state(name).training_state, name);
  CHECK_FALSE(state("fp32.pt").training_state);
}

TEST_CASE("a file of any name is known by its content, and is a weight") {
  for (const auto& [name, facts] : expected().get_ref<const Json::object_t&>()) {
    CAPTURE(name);
    const auto head = sample::whole("x", file(name));
    CHECK(detect_format(head) == Format::pytorch);
    CHECK(classify(head) == Kind::weight);
  }
}

TEST_CASE("a file that ends early is refused at every byte") {
  for (const char* name : {"tied.bin", "legacy_shared.pt", "script.pt", "list.pt"}) {
    const std::string bytes = file(name);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CAPTURE(size);
      CHECK_FALSE(read_pytorch(sample::whole(name, bytes.substr(0, size))).has_value());
    }
    CHECK(read_pytorch(sample::whole(name, bytes)).has_value());
  }
}

TEST_CASE("a tensor must lie in its storage, and the storages in the file") {
  const auto read = [](const std::string& entry, std::uint64_t size = 4096) {
    return read_pytorch(head_of(state_pickle(entry), size));
  };
  constexpr std::uint64_t kHuge = std::uint64_t{1} << 62;
  CHECK(read(tensor_entry("a", "0", 100, 0, 100)).take().tensors.parameters == 100);
  CHECK(read(tensor_entry("a", "0", 100, 50, 50)).take().tensors.parameters == 50);
  CHECK(read(tensor_entry("a", "0", 100, 0, 50, 2)).take().tensors.parameters == 50);
  const struct {
    const char* what;
    std::string entry;
  } refused[] = {
      {"longer than the storage", tensor_entry("a", "0", 100, 0, 101)},
      {"begins too late", tensor_entry("a", "0", 100, 51, 50)},
      {"begins behind it", tensor_entry("a", "0", 100, 101, 1)},
      {"a stride too wide", tensor_entry("a", "0", 100, 0, 51, 2)},
      {"a storage larger than the file", tensor_entry("a", "0", 2000, 0, 100)},
      {"a storage of 2^62", tensor_entry("a", "0", kHuge, 0, 100)},
      {"a size of 2^62", tensor_entry("a", "0", kHuge, 0, kHuge)},
      {"a stride of 2^62", tensor_entry("a", "0", 100, 0, 7, kHuge)},
      {"an offset of 2^62", tensor_entry("a", "0", 100, kHuge, 1)},
      {"a negative size", tensor_entry("a", "0", 100, 0, UINT64_MAX)},
      {"a name that is no UTF-8", tensor_entry("\xff", "0", 100, 0, 100)},
      {"together too large", tensor_entry("a", "0", 600, 0, 1) + tensor_entry("b", "1", 600, 0, 1)},
  };
  for (const auto& row : refused) {
    CAPTURE(row.what);
    CHECK(read(row.entry).error().kind() == ErrorKind::malformed);
  }
  // Elements that a stride of 0 repeats are not there.
  const auto expanded = read(tensor_entry("a", "0", 1, 0, 1000, 0)).take();
  CHECK(expanded.tensors.parameters == 0);
  CHECK(expanded.state.unread == std::vector<std::string>{"a"});
}

TEST_CASE("names: the last value of a key counts, tied ones once") {
  const auto read = [](const std::string& entries) {
    return read_pytorch(head_of(state_pickle(entries), 4096)).take();
  };
  const auto replaced = read(tensor_entry("a", "0", 9, 0, 9) + tensor_entry("a", "1", 5, 0, 5));
  CHECK(replaced.tensors.parameters == 5);
  const auto tied = read(tensor_entry("a", "0", 9, 0, 9) + tensor_entry("b", "0", 9, 0, 9));
  CHECK(tied.tensors.parameters == 9);
  CHECK(tied.state.shared == std::vector<std::pair<std::string, std::string>>{{"b", "a"}});
  const auto apart = read(tensor_entry("a", "0", 9, 0, 4) + tensor_entry("b", "0", 9, 4, 4));
  CHECK(apart.tensors.parameters == 8);
}

TEST_CASE("what torch did not write is refused by its reason") {
  const auto kind = [](const std::string& bytes) {
    return read_pytorch(sample::whole("m.pt", bytes)).error().kind();
  };
  CHECK(kind("hello") == ErrorKind::malformed);
  CHECK(kind("\x80\x04}.") == ErrorKind::unsupported);
  CHECK(kind("PK\x03\x04") == ErrorKind::malformed);
  std::string tar(512, '\0');
  tar.replace(257, 5, "ustar");
  CHECK(kind(tar) == ErrorKind::unsupported);
  CHECK(read_pytorch(head_of("", 4096, "a/data/0")).error().kind() == ErrorKind::unsupported);
  CHECK(read_pytorch(head_of(std::string("\x80\x02\xff.", 4), 4096)).error().kind() ==
        ErrorKind::malformed);
}

TEST_CASE("nesting that multiplies is refused before it takes time or memory") {
  // Each level holds the one before under eight names.
  std::string nested = "}";
  std::string deep;
  for (int level = 0; level < 40; ++level) {
    nested += "q";
    nested += static_cast<char>(level);
    nested += "0}(";
    for (int i = 0; i < 8; ++i)
      nested += text("k" + std::to_string(i)) + "h" + static_cast<char>(level);
    nested += "u";
    deep += "}(" + text("k");
  }
  deep += "}" + std::string(40, 'u');
  for (const std::string& pickle : {nested, deep}) {
    const auto header = read_pytorch(head_of("\x80\x02" + pickle + ".", 1U << 20));
    CHECK(header.error().kind() == ErrorKind::too_large);
  }
  // A module that is its own child, a thousand times.
  std::string module = "ca\nM\n)\x81q\x01}(" + text("_modules") + "}(";
  for (int i = 0; i < 1000; ++i) module += text(std::to_string(i)) + "h\x01";
  module += "uub.";
  CHECK(read_pytorch(head_of("\x80\x02" + module, 1U << 20)).error().kind() ==
        ErrorKind::too_large);
}

TEST_CASE("the tap keeps the pickle, however long, and no more") {
  std::string entries;
  for (int i = 0; i < 3000; ++i)
    entries += tensor_entry("layers." + std::to_string(i), std::to_string(i), 1, 0, 1);
  auto zip = head_of(state_pickle(entries), 0).bytes;
  const std::size_t length = zip.size();
  REQUIRE(length > 300'000);
  zip += std::string(1U << 20, 'w');
  for (const std::size_t piece : {std::size_t{999}, std::size_t{65536}, SIZE_MAX}) {
    const FileHead head = sample::tap("model.pt", zip, piece);
    CHECK(head.bytes.size() == length);
    CHECK(read_pytorch(head).take().tensors.tensors == 3000);
  }
  // A string that claims more than is ever kept does not make the tap wait for it.
  auto liar = head_of("\x80\x02\x8e" + sample::u64(std::uint64_t{1} << 62), 0).bytes;
  liar += std::string(1U << 20, 'w');
  CHECK(sample::tap("model.pt", liar).bytes.size() <= 128U << 10);
}

TEST_CASE("the model of a folder: shards with their index, and safetensors first") {
  std::vector<FileHead> heads;
  for (const char* name : {"pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin",
                           "pytorch_model.bin.index.json"})
    heads.push_back(sample::whole(name, file(std::string("sharded/") + name)));
  const ModelInfo info = inspect(heads);
  CHECK(info.format == "pt");
  CHECK(info.precision == "bfloat16");
  CHECK(info.tensors.parameters == 56);
  CHECK(info.by_file.size() == 2);
  REQUIRE(info.findings.size() == 1);
  CHECK(info.findings[0].code == "pickle-weights");

  SUBCASE("an index that names other tensors") {
    auto& index = heads[2].bytes;
    index.replace(index.find("norm.weight"), 4, "mora");
    CHECK(sample::findings(inspect(heads), "index-contradicts").size() == 1);
  }
  SUBCASE("a missing shard") {
    heads.erase(heads.begin());
    CHECK(sample::findings(inspect(heads), "shard-missing").size() == 1);
  }
  SUBCASE("the same in safetensors is what is described") {
    heads.push_back(sample::whole(
        "model.safetensors",
        sample::safetensors(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4)));
    const ModelInfo both = inspect(heads);
    CHECK(both.format == "safetensors");
    CHECK(both.tensors.parameters == 4);
  }
}

TEST_CASE("training state, slices and hostile pickles become findings") {
  const auto found = [](const std::vector<FileHead>& heads, std::string_view code) {
    return sample::findings(inspect(heads), code).size();
  };
  const auto one = [](std::string name, const char* source) {
    return sample::whole(std::move(name), file(source));
  };
  CHECK(found({one("optimizer.pt", "optimizer.pt")}, "training-state") == 1);
  CHECK(found({one("model.pt", "fp32.pt")}, "training-state") == 0);
  CHECK(found({one("odd.pt", "odd.pt")}, "tensors-uncounted") == 1);
  CHECK(inspect({one("consolidated.00.pth", "fp32.pt")}).tensors.parameters == 111);
  const std::vector<FileHead> slices = {one("consolidated.00.pth", "fp32.pt"),
                                        one("consolidated.01.pth", "bf16.pth")};
  CHECK(inspect(slices).tensors.parameters == 0);
  CHECK(found(slices, "header-unreadable") == 1);
  const auto hostile = head_of(state_pickle(tensor_entry("a", "0", 9, 0, 10)), 4096);
  CHECK(found({hostile}, "header-unreadable") == 1);
  CHECK(inspect({hostile}).format == "pt");
}

TEST_CASE("Llama's parts are added up, with grouped heads where params.json tells") {
  std::string entries;
  std::uint64_t bytes = 0;
  unsigned key = 0;
  const auto add = [&](const std::string& name, std::uint64_t rows, std::uint64_t columns) {
    const std::uint64_t size = rows * std::max<std::uint64_t>(columns, 1);
    const auto tuple = [&](std::uint64_t first, std::uint64_t second) {
      return columns == 0 ? number(first) + "\x85" : number(first) + number(second) + "\x86";
    };
    entries += text(name) + "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") +
               "ctorch\nFloatStorage\n" + text(std::to_string(key++)) + text("cpu") + number(size) +
               "tQ" + number(0) + tuple(rows, columns) +
               (columns == 0 ? tuple(1, 0) : tuple(columns, 1)) + "\x89}tR";
    bytes += 4 * size;
  };
  // Eight wide, two parts; four heads of which one is of keys and values.
  add("tok_embeddings.weight", 6, 4);
  add("norm.weight", 8, 0);
  add("layers.0.attention.wq.weight", 4, 8);
  add("layers.0.attention.wk.weight", 2, 8);
  add("layers.0.attention.wo.weight", 8, 4);
  const auto part = [&](const char* name) {
    FileHead head = head_of(state_pickle(entries), bytes + 4096);
    head.path = name;
    return head;
  };
  const auto a = part("m/consolidated.00.pth"), b = part("m/consolidated.01.pth");
  const auto params = sample::whole("m/params.json", R"({"n_heads": 4, "n_kv_heads": 1})");
  const ModelInfo info = inspect({a, b, params});
  CHECK(info.tensors.parameters == 48 + 8 + 64 + 16 + 64);
  CHECK(info.format == "pt");
  CHECK(sample::findings(info, "header-unreadable").empty());
  const ModelInfo silent = inspect({a, b});
  CHECK(silent.tensors.parameters == 0);
  CHECK(sample::findings(silent, "header-unreadable").size() == 1);
  CHECK(inspect({a, b, sample::whole("params.json", params.bytes)}).tensors.parameters == 0);
}

TEST_CASE("TorchScript is counted up to what is kept whole") {
  const std::string script = file("script.pt");
  const auto tapped = [&](std::size_t more) {
    // Behind a zip's directory anything may stand.
    return sample::tap("m.pt", script + std::string(more, '\0'), 1U << 16);
  };
  const auto small = read_pytorch(sample::whole("m.pt", script)).take();
  const auto large = read_pytorch(tapped(kTorchScript - script.size()));
  REQUIRE(large);
  CHECK(large->layout == PytorchHeader::Layout::torchscript);
  CHECK(large->tensors.parameters == small.tensors.parameters);
  CHECK(read_pytorch(tapped(kTorchScript)).error().kind() == ErrorKind::unsupported);
}

}  // namespace mpk::model
