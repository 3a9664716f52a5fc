// classify: content, then name, then size.
#include "model/inspect.hpp"
#include "model/sample_files.hpp"

#include <ostream>

namespace mpk::model {

TEST_CASE("the kinds have ModelPack's names") {
  CHECK(to_string(Kind::config) == "config");
  CHECK(to_string(Kind::weight) == "weight");
  CHECK(to_string(Kind::code) == "code");
  CHECK(to_string(Kind::dataset) == "dataset");
  CHECK(to_string(Kind::doc) == "doc");
}

TEST_CASE("files are classified by name when their content says nothing") {
  const std::pair<const char*, Kind> table[] = {
      {"config.json", Kind::config},
      {"model.safetensors.index.json", Kind::config},
      {"tokenizer.model", Kind::config},
      {"tokenizer.model.v3", Kind::config},
      {"merges.txt", Kind::config},
      {"chat_template.jinja", Kind::config},
      {"Modelfile", Kind::config},
      {"model.safetensors", Kind::weight},
      {"pytorch_model.bin", Kind::weight},
      {"tf_model.h5", Kind::weight},
      {"en.model", Kind::weight},
      {"modeling_x.py", Kind::code},
      {"requirements.txt", Kind::code},
      {"Dockerfile", Kind::code},
      {"libop.so", Kind::code},
      {"train.parquet", Kind::dataset},
      {"prompts.jsonl", Kind::dataset},
      {"data/train.json", Kind::dataset},
      {"data/README.md", Kind::doc},
      {"metadata/train.json", Kind::config},
      {"README.md", Kind::doc},
      {"LICENSE", Kind::doc},
      {"LICENSE.txt", Kind::doc},
      {"notes.txt", Kind::doc},
      {"figure.png", Kind::doc},
      {"unknown", Kind::doc},
  };
  for (const auto& [path, kind] : table) {
    CAPTURE(std::string_view(path));
    CHECK(to_string(classify(sample::whole(path, "x"))) == to_string(kind));
  }
}

TEST_CASE("content wins over the name") {
  CHECK(classify(sample::whole("config.json", "GGUF" + sample::u32(3))) == Kind::weight);
  CHECK(classify(sample::whole("README.md", sample::safetensors("{}", 0))) == Kind::weight);
  CHECK(classify(sample::whole("tokenizer.pkl", "\x80\x04\x95")) == Kind::weight);
  CHECK(classify(sample::whole("run", "#!/bin/sh\n")) == Kind::code);
  CHECK(classify(sample::whole("run",
                               "\x7f"
                               "ELF")) == Kind::code);
  CHECK(classify(sample::whole("run", "# no program\n")) == Kind::doc);
}

TEST_CASE("an unknown file is a weight over 128 MB only") {
  FileHead head{"blob", 128'000'000, "x", false};
  CHECK(classify(head) == Kind::doc);
  head.size = 128'000'001;
  CHECK(classify(head) == Kind::weight);
  head.path = "notes.txt";
  CHECK(classify(head) == Kind::doc);
}

}  // namespace mpk::model
