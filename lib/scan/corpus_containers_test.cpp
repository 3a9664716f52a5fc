// Cases: what pickles hide in, configurations, templates, programs.
#include "archive/test_archives.hpp"
#include "model/sample_files.hpp"
#include "scan/test_corpus.hpp"
#include "scan/test_pickles.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::scan::test {
namespace {

using List = std::vector<Case>;
using archive::Compression;
using archive::test::compressed;
using archive::test::tar;

std::string npy(std::string_view descr, std::string_view data) {
  std::string header =
      "{'descr': " + std::string(descr) + ", 'fortran_order': False, 'shape': (1,), }";
  header.resize(117, ' ');
  header += '\n';
  return "\x93NUMPY\x01" + std::string(1, '\0') + le(header.size(), 2) + header + std::string(data);
}

void zips(List& out) {
  const auto add = [&](std::string name, std::string bytes, std::string code,
                       std::string path = "model.pt") {
    out.push_back({std::move(name), std::move(path), std::move(bytes), std::move(code)});
  };
  const auto evil = torch_members(exploit());
  add("PyTorch with code", zip(evil), "pickle.reduce");
  add("under another extension", zip(evil), "format.disguise", "model.safetensors");
  auto marked = evil;
  for (auto& entry : marked) entry.flags = entry.local_flags = 1;
  add("marked as encrypted", zip(marked), "pickle.reduce");
  auto central = evil;
  central[0].flags = 0x20;
  add("a flag that makes scanners raise", zip(central), "pickle.reduce");
  auto renamed = evil;
  renamed[0].local_name = "archive/data.txt";
  add("a local name of its own", zip(renamed), "archive.mismatch");
  auto sized = evil;
  sized[0].size_lie = 7;
  add("a local size of its own", zip(sized), "archive.mismatch");
  auto hidden = torch_members(state_dict());
  hidden.insert(hidden.begin() + 1,
                {.name = "archive/extra.pkl", .content = exploit(), .listed = false});
  add("a member in no directory", zip(hidden), "archive.hidden-member");
  auto twice = torch_members(state_dict());
  twice.push_back({"archive/data.pkl", exploit()});
  add("one name twice", zip(twice), "archive.repeated");
  add("no directory", zip(evil, {.directory = false}), "archive.unreadable");
  add("something before it", zip(evil, {.before = "MZ some other format...."}), "archive.polyglot");
  add("something before it, counted", zip(evil, {.before = "GIF89a..", .shifted = false}),
      "archive.polyglot");
  add("something behind it", zip(evil, {.behind = std::string(100, 'x')}), "archive.polyglot");
  add("appended to text", zip(evil, {.before = "{\"a\": 1}"}), "pickle.reduce", "config.json");
  add("a directory in the comment",
      zip(torch_members(state_dict()), {.comment = zip(torch_members(exploit()))}),
      "pickle.reduce");
  add("a name of another kind", zip({{"weights.bin", exploit()}, {"x", "y"}}), "pickle.reduce",
      "a.bin");
  add("in a storage's place",
      zip({{"archive/data.pkl", state_dict()}, {"archive/data/0", exploit()}}), "pickle.reduce");
  add("a zip in a zip", zip({{"inner.zip", zip(evil)}}), "pickle.reduce", "a.zip");
  auto deep = zip(evil);
  for (int i = 0; i < 12; ++i) deep = zip({{"a.zip", deep}});
  add("a zip in a zip in a zip …", deep, "archive.too-large", "a.zip");
  add("a path that climbs", zip({{"../../.bashrc", "x"}}), "archive.path", "a.zip");
  add("an absolute path", zip({{"/etc/passwd", "x"}}), "archive.path", "a.zip");
  add("a link", zip({{.name = "a", .content = "/etc/passwd", .attributes = 0120777U << 16U}}),
      "archive.link", "a.zip");
  add("a method that nobody knows", zip({{.name = "data.pkl", .content = "x", .method = 97}}),
      "archive.unsupported", "a.zip");
  add("a deflated member that is none", zip({{.name = "data.pkl", .content = "x", .method = 8}}),
      "archive.unreadable", "a.zip");
  const auto gzip = compressed(exploit(), Compression::gzip);
  add("a deflated member",
      zip({{.name = "data.pkl",
            .content = gzip.substr(10, gzip.size() - 18),
            .method = 8,
            .unpacked = static_cast<std::uint32_t>(exploit().size())}}),
      "pickle.reduce", "a.zip");
  add("an array of objects in an npz", zip({{"a.npy", npy("'|O'", exploit())}}), "pickle.reduce",
      "a.npz");
  add("TorchScript's own names without its code", zip({{"a/data.pkl", exploit("__torch__", "M")}}),
      "pickle.reduce");
  add("a Lambda layer",
      zip({{"config.json", R"({"class_name": "Lambda", "module": "keras.layers", "config": {}})"}}),
      "keras.lambda", "a.keras");
  add("another module",
      zip({{"config.json", R"({"class_name": "system", "module": "os", "config": {}})"}}),
      "keras.foreign-module", "a.keras");
  add("an unsafe switch of Keras",
      zip({{"config.json",
            R"({"class_name":"function","module":"keras.config","config":"enable_unsafe_deserialization"})"}}),
      "keras.foreign-module", "a.keras");
}

void archives(List& out) {
  const auto add = [&](std::string name, std::string path, std::string bytes, std::string code) {
    out.push_back({std::move(name), std::move(path), std::move(bytes), std::move(code)});
  };
  const auto whole =
      tar({{.path = "./model_config.yaml", .content = "a: 1\n"},
           {.path = "./model_weights.ckpt", .content = zip(torch_members(exploit()))}});
  add("NeMo's tar", "a.nemo", whole, "pickle.reduce");
  add("NeMo's tar, compressed", "a.nemo", compressed(whole, Compression::gzip), "pickle.reduce");
  add("legacy PyTorch's tar", "a.pt",
      tar({{.path = "pickle", .content = exploit()}, {.path = "storages", .content = "x"}}),
      "pickle.reduce");
  add("a link in a tar", "a.tar", tar({{.path = "a", .type = AE_IFLNK, .target = "/etc/passwd"}}),
      "archive.unreadable");
  add("a path that climbs", "a.tar", tar({{.path = "../a", .content = "x"}}), "archive.unreadable");
  add("a tar that is cut off", "a.tar", whole.substr(0, whole.size() / 3), "archive.unreadable");
  for (const auto kind : {Compression::gzip, Compression::zstd, Compression::xz, Compression::bzip2,
                          Compression::lz4, Compression::lzma}) {
    add("compressed", "a.bin", compressed(exploit(), kind), "pickle.reduce");
    const auto stream = compressed(exploit(), kind);
    add("compressed and cut off", "a.pkl", stream.substr(0, stream.size() - 9),
        "archive.unreadable");
  }
  const auto gzip = compressed(exploit(), Compression::gzip);
  add("joblib's zlib", "a.joblib", "\x78\x9c" + gzip.substr(10, gzip.size() - 18) + "sums",
      "pickle.reduce");
  add("7z", "a.7z", "7z\xbc\xaf\x27\x1c" + std::string(40, 'x'), "archive.unsupported");
  add("7z under PyTorch's name", "a.bin", "7z\xbc\xaf\x27\x1c" + std::string(40, 'x'),
      "archive.unsupported");
  add("rar", "a.rar", "Rar!\x1a\x07" + std::string(40, 'x'), "archive.unsupported");
  add("an array of objects", "a.npy", npy("'|O'", exploit()), "pickle.reduce");
  add("objects in a structure", "a.npy", npy("[('a', '<f8'), ('b', 'O')]", exploit()),
      "pickle.reduce");
  add("an array of objects that is cut off", "a.npy", npy("'O'", proto(2)), "pickle.malformed");
  add("an array that says floats", "a.npy", npy("'<f8'", exploit()), "pickle.reduce");
  add("an array without its header", "a.npy", "\x93NUMPY\x01", "npy.malformed");
}

void configurations(List& out) {
  const auto json = [&](std::string name, std::string text, std::string code) {
    out.push_back({std::move(name), "config.json", std::move(text), std::move(code)});
  };
  json("auto_map", R"({"auto_map": {"AutoModel": "modeling_x.X"}})", "config.remote-code");
  json("auto_map of another repository",
       R"({"auto_map": {"AutoModel": "evil/repo--modeling_x.X"}})", "config.other-code");
  json("a key in escapes", R"({"auto\u005fmap": {"AutoModel": "modeling_x.X"}})",
       "config.remote-code");
  json("a key that is there twice", R"({"auto\u005fmap": {"A": "m.X"}, "a": 1, "a": 2})",
       "config.remote-code");
  json("NaN in it", R"({"auto_map": {"A": "m.X"}, "a": NaN})", "config.remote-code");
  json("custom_pipelines", R"({"custom_pipelines": {"p": {"impl": "pipe.P"}}})",
       "config.remote-code");
  json("trust_remote_code", R"({"trust_remote_code": true})", "config.remote-code");
  json("a target", R"({"_target_": "os.system"})", "config.target");
  json("Lambda in an old Keras model",
       R"({"config": {"layers": [{"class_name": "Lambda", "config": {}}]}})", "keras.lambda");
  out.push_back(
      {"a YAML tag", "a.yaml", "a: !!python/object/apply:os.system ['true']\n", "config.yaml-tag"});
  out.push_back({"a YAML target", "a.yaml", "model:\n  _target_: os.system\n", "config.target"});
  const std::pair<const char*, const char*> kTemplates[] = {
      {"{{ ''.__class__.__mro__ }}", "template.escape"},
      {"{{ x['__globals__'] }}", "template.escape"},
      {"{{ x|attr('a') }}", "template.escape"},
      {"{{ x | attr ( 'a' ) }}", "template.escape"},
      {"{{ cycler.__init__.__globals__.os.popen('true').read() }}", "template.escape"},
      {"{{ lipsum.__globals__ }}", "template.escape"},
      {"{{ x['__cla' ~ 'ss__'] }}", "template.escape"},
      {"{{ x['__cla' + 'ss__'] }}", "template.escape"},
      {"{{ x[['__cla','ss__']|join] }}", "template.escape"},
      {"{{ x['__ssalc__'|reverse] }}", "template.escape"},
      {"{{ x['_' * 2 ~ 'class' ~ '_' * 2] }}", "template.escape"},
      {"{{ x['\\x5f\\x5fclass\\x5f\\x5f'] }}", "template.obfuscated"},
      {"{{ x['\\u005f_class__'] }}", "template.obfuscated"},
      {"{% set y = x.gi_frame.f_back %}", "template.escape"},
      {"{%- if self.__init__ -%}{% endif %}", "template.escape"},
      {"{{ request.application }}", "template.suspicious"},
      {"{{ lipsum|string }}", "template.suspicious"},
      {"{% include 'other' %}", "template.include"},
      {"{{ '{0.__class__}'.format(x) }}", "template.escape"},
      {"{{ '}}' ~ x.__class__ }}", "template.escape"},
  };
  for (const auto& [text, code] : kTemplates) {
    out.push_back({text, "chat_template.jinja", text, code});
    std::string quoted;
    for (const char c : std::string_view(text))
      quoted += c == '\\' || c == '"' ? std::string("\\") + c : std::string(1, c);
    out.push_back({text, "tokenizer_config.json",
                   R"({"chat_template": [{"name": "a", "template": ")" + quoted + "\"}]}", code});
  }
  out.push_back(
      {"a template in GGUF", "a.gguf",
       model::sample::gguf(
           {}, {model::sample::gguf_text("tokenizer.chat_template", "{{ x.__class__ }}")}, 0),
       "template.escape"});
}

void others(List& out) {
  const auto add = [&](std::string name, std::string path, std::string bytes, std::string code) {
    out.push_back({std::move(name), std::move(path), std::move(bytes), std::move(code)});
  };
  add("ELF", "lib.so",
      "\x7f"
      "ELF\x02\x01\x01",
      "code.executable");
  add("ELF in disguise", "a.safetensors",
      "\x7f"
      "ELF\x02\x01\x01",
      "format.disguise");
  add("compiled Python", "a.pyc", std::string("\xa7\x0d\r\n", 4) + std::string(20, '\0'),
      "code.executable");
  add("a config that is no text", "config.json", std::string("{\0}\0", 4), "format.mismatch");
  add("llamafile", "a.llamafile", "MZqFpD='\n" + std::string(40, '\0'), "code.executable");
  add(
      "PE", "a.exe",
      [] {
        std::string program = "MZ" + std::string(62, '\0') + std::string("PE\0\0", 4);
        program[0x3c] = 64;
        return program;
      }(),
      "code.executable");
  add("overlapping tensors", "a.safetensors",
      model::sample::safetensors(
          R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})",
          6),
      "safetensors.malformed");
  add("a hole between tensors", "a.safetensors",
      model::sample::safetensors(
          R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[6,10]}})",
          10),
      "safetensors.malformed");
  add("a zip behind safetensors", "a.safetensors",
      zip(torch_members(exploit()),
          {.before = model::sample::safetensors(
               R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4)}),
      "pickle.reduce");
  add("GGUF that is cut off", "a.gguf", "GGUF" + le(3, 4) + le(5, 8), "gguf.malformed");
  add("text for safetensors", "a.safetensors", "version https://git-lfs.github.com/spec/v1\n",
      "format.mismatch");
  const auto field = [](int number, std::string_view value) {
    return std::string(1, static_cast<char>(number * 8 + 2)) + le(value.size(), 1) +
           std::string(value);
  };
  const auto external = field(1, "location") + field(2, "../../etc/passwd");
  const auto initializer = std::string("\x08\x01\x10\x01", 4) + field(8, "w") +
                           field(13, external) + std::string("\x70\x01", 2);
  add("ONNX data elsewhere", "a.onnx",
      std::string("\x08\x08\x12\x01x", 5) + field(7, field(5, initializer)), "onnx.external-path");
  add("a graph that reads files", "saved_model.pb",
      std::string("\x08\x01\x12\x20", 4) + field(1, "node") + field(2, "ReadFile"),
      "tensorflow.file-access");
  add("a graph that writes files", "saved_model.pb",
      std::string("\x08\x01\x12\x20", 4) + field(2, "WriteFile"), "tensorflow.file-access");
  add("a graph that calls Python", "saved_model.pb",
      std::string("\x08\x01\x12\x20", 4) + field(2, "EagerPyFunc"), "tensorflow.python");
  const std::string hdf5 = "\x89HDF\r\n\x1a\n" + std::string(100, '\0');
  add("a Lambda layer in HDF5", "a.h5", hdf5 + R"({"class_name": "Lambda", "config": {}})",
      "keras.lambda");
  add("in escapes", "a.h5", hdf5 + R"({"class_name":"\u004cambda"})", "keras.lambda");
  add("behind a user's block", "a.h5",
      std::string(512, '\1') + hdf5 + R"({"class_name" : "Lambda"})", "keras.lambda");
}

}  // namespace

List container_cases() {
  List out;
  zips(out);
  archives(out);
  configurations(out);
  others(out);
  return out;
}

}  // namespace mpk::scan::test
