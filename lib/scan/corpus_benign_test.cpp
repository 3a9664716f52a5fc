// Cases: what the libraries write, and what only looks dangerous. testdata/scan has real files.
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

void pytorch(List& out) {
  const auto add = [&](std::string name, std::string path, std::string bytes) {
    out.push_back({std::move(name), std::move(path), std::move(bytes), {}});
  };
  add("a state dictionary in a zip", "model.pt", zip(torch_members(state_dict())));
  add("under .bin", "pytorch_model.bin", zip(torch_members(state_dict())));
  add("legacy PyTorch", "model.pth", legacy_torch(state_dict()));
  add("a parameter", "a.pt",
      zip(torch_members(proto(2) + global("torch._utils", "_rebuild_parameter") + kMark +
                        tensor("0") + kTrue + global("collections", "OrderedDict") + kEmptyTuple +
                        kReduce + kTuple + kReduce + kStop)));
  add("types and places", "a.pkl",
      proto(2) + kMark + global("torch", "bfloat16") + global("torch", "Size") + kMark + int1(2) +
          kTuple + kTuple1 + kReduce + global("torch", "device") + unicode("cuda") + int1(0) +
          kTuple2 + kReduce + kTuple + kStop);
  add("an optimizer's state", "optimizer.pt",
      zip(torch_members(proto(2) + kEmptyDict + kMark + unicode("state") + kEmptyDict + int1(0) +
                        tensor("0") + kSetitem + unicode("param_groups") + kEmptyList + kEmptyDict +
                        unicode("lr") + "G" + std::string(8, '\0') + kSetitem + kAppend +
                        kSetitems + kStop)));
  add("TorchScript", "model.pt",
      zip({{"m/data.pkl", proto(2) + global("__torch__.net", "Net") + kEmptyTuple + kNewobj +
                              kEmptyDict + unicode("weight") + tensor("0") + kSetitem + kBuild +
                              kStop},
           {"m/code/__torch__/net.py", "class Net(Module):\n  pass\n"},
           {"m/constants.pkl", proto(2) + kEmptyTuple + kStop},
           {"m/data/0", std::string(16, '\0')},
           {"m/version", "3\n"}}));
  add("weights that begin like a pickle", "a.pt",
      zip({{"a/data.pkl", state_dict()},
           {"a/data/0", proto(2) + "\x71\x72" + std::string(10, 'c')},
           {"a/data/1", "cposix\nsystem\nx"}}));
  add("NeMo's tar", "a.nemo",
      compressed(
          tar({{.path = "./model_config.yaml",
                .content = "_target_: nemo.collections.asr.models.Model\n"},
               {.path = "./model_weights.ckpt", .content = zip(torch_members(state_dict()))}}),
          Compression::gzip));
}

void texts(List& out) {
  const auto add = [&](std::string name, std::string path, std::string bytes) {
    out.push_back({std::move(name), std::move(path), std::move(bytes), {}});
  };
  add("several pickles", "log.pkl", benign() + benign() + benign());
  add("padding behind", "a.pkl", benign() + std::string(100, '\0'));
  add("a list of words", "labels.txt", "cat\ndog\nfish\n");
  add("another", "vocab.txt", "(\n)\n.\nimport\nclass\n");
  add("a text that begins like INST", "notes.txt", "import os\nimport sys\n(tR.\n");
  add("a text that is a whole pickle", "n.txt", "N.");
  add("prose", "README.md", "# Pickles are like so:\ncos\nsystem\n(S'rm'\ntR.\n");
  add("merges", "merges.txt", "#version: 0.2\ni n\nt h\n");
  add("an empty file", "empty", "");
  add("zeros", "zeros.bin", std::string(5000, '\0'));
  add("floats that begin like zlib", "w.bin", "\x78\x9c" + std::string(400, '\x3d'));
  add("floats that begin like lzma", "w.bin",
      std::string("\x5d\0\0", 3) + std::string(400, '\x3d'));
  add("a gzipped text", "a.txt.gz", compressed("hello\n", Compression::gzip));
  add("a zip of texts", "docs.zip",
      zip({{"a/", ""}, {"a/b.txt", "hello"}, {"a/c.json", "{\"a\": 1}"}}));
  add("with a comment", "docs.zip", zip({{"b.txt", "hello"}}, {.comment = "a comment"}));
}

void others(List& out) {
  const auto add = [&](std::string name, std::string path, std::string bytes) {
    out.push_back({std::move(name), std::move(path), std::move(bytes), {}});
  };
  add("safetensors", "a.safetensors",
      model::sample::safetensors(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4));
  // Its length is 0x0480: the file begins like a pickle of protocol 4.
  std::string header = R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})";
  header.resize(0x480, ' ');
  add("safetensors that begins like a pickle", "a.safetensors",
      std::string("\x80\x04\0\0\0\0\0\0", 8) + header + std::string(4, '\0'));
  add("GGUF", "a.gguf",
      model::sample::gguf(
          {},
          {model::sample::gguf_text("general.architecture", "llama"),
           model::sample::gguf_text(
               "tokenizer.chat_template",
               "{{ bos_token }}{% for m in messages %}{{ m['content'] }}{% endfor %}")},
          0));
  add("a config", "config.json",
      R"({"architectures": ["LlamaForCausalLM"], "trust_remote_code": false, "rope": {"type": "x"}})");
  add("Keras", "a.keras",
      zip({{"config.json",
            R"({"module":"keras","class_name":"Sequential","config":{"layers":[{"module":"keras.layers","class_name":"Dense","config":{"kernel_initializer":{"module":"keras.initializers","class_name":"GlorotUniform","config":{},"registered_name":null}},"registered_name":null}]},"registered_name":"Sequential"})"},
           {"metadata.json", "{}"},
           {"model.weights.h5", "\x89HDF\r\n\x1a\n" + std::string(100, '\0')}}));
  add("HDF5", "a.h5",
      "\x89HDF\r\n\x1a\n" + std::string(100, '\0') +
          R"({"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense"}]}})");
  add("a SavedModel", "saved_model.pb",
      std::string("\x08\x01\x12\x20", 4) + "\x12\x06MatMul\x0a\x0aReadFileOk");
  const char* const kTemplates[] = {
      "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] | trim "
      "}}{% endfor %}",
      "{%- if tools is defined %}{{ tools | tojson(indent=4) }}{%- endif %}{# __class__ in a "
      "remark #}",
      "{%- set ns = namespace(found=false) %}{% set ns.found = true %}{{ raise_exception('no "
      "system role') }}",
      "{{ strftime_now('%d %b %Y') }} the class of __init__ in prose, and a request for attr(x)",
      "{{ '<__media__>' ~ '__image__' }}{{ messages | selectattr('role', 'equalto', 'user') | list "
      "| join('_') }}",
      "{%- macro render(m) %}{{ m.system }}{{ m.request }}{{ m['class'] }}{% endmacro %}{{ "
      "render(x) }}",
      "{{ '\\n' ~ '\\u2581' ~ '\\t' }}{{ loop.index0 }}{{ "
      "messages[0]['content'].split('</think>')[-1].lstrip('\\n') }}",
      "{% generation %}{{ message.content }}{% endgeneration %}{{ dict(a=1) | items }}",
  };
  for (const auto* const text : kTemplates) add("an honest template", "chat_template.jinja", text);
}

}  // namespace

std::vector<Case> benign_cases() {
  List out;
  pytorch(out);
  texts(out);
  others(out);
  return out;
}

}  // namespace mpk::scan::test
