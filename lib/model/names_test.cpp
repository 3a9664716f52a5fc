// Names: what paths say.
#include "model/names.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace mpk::model {

TEST_CASE("paths are taken apart") {
  CHECK(base_name("a/b.c/README.md") == "README.md");
  CHECK(directory("a/b.c/README.md") == "a/b.c/");
  CHECK(directory("README.md").empty());
  CHECK(extension("a.b/Model.SafeTensors") == "safetensors");
  CHECK(extension("a.b/model").empty());
  CHECK(extension(".env").empty());
}

TEST_CASE("licence files are told from files with similar names") {
  for (const char* name : {"LICENSE", "dir/LICENCE.txt", "License.md", "COPYING", "LICENSE-MIT"}) {
    CAPTURE(std::string_view(name));
    CHECK(is_license_name(name));
  }
  for (const char* name : {"license_plates.csv", "LICENSE.py", "licensed", "my-license.txt"}) {
    CAPTURE(std::string_view(name));
    CHECK_FALSE(is_license_name(name));
  }
}

TEST_CASE("code and text are known by name") {
  CHECK(is_code_name("modeling_x.py"));
  CHECK(is_code_name("requirements-dev.txt"));
  CHECK_FALSE(is_code_name("vocab.txt"));
  CHECK(is_text_name("tokenizer.json"));
  CHECK(is_text_name("Modelfile"));
  CHECK(is_text_name("x.sh"));
  CHECK_FALSE(is_text_name("libx.so"));
  CHECK_FALSE(is_text_name("data.jsonl"));
  CHECK_FALSE(is_text_name("weights"));
}

}  // namespace mpk::model
