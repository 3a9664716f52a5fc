// Tests of pack under a Modelfile: what is packed, as what, and what is said about it.
#include "json/parse.hpp"
#include "modelpack/pack.hpp"
#include "modelpack/test_trees.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace mpk;
using namespace mpk::modelpack;
using test::Tree;

namespace {

constexpr const char* kModelfile =
    "NAME said\nPARAMSIZE 7b\nMODEL *.txt\nDATASET data/**\nDOC README.md\n";

void fill(const Tree& tree) {
  tree.write("weights.txt", "w");
  tree.write("data/a.csv", "1");
  tree.write("README.md", "# read\n");
  tree.write("other.py", "pass");
}

std::vector<std::string> files(const PackOutcome& outcome) {
  std::vector<std::string> out;
  for (const auto& file : outcome.artifact.files)
    out.push_back(std::string(model::to_string(file.kind)) + " " + file.path);
  return out;
}

}  // namespace

TEST_CASE("a Modelfile decides what is packed and as what, and is not packed itself") {
  const Tree tree;
  fill(tree);
  tree.write("Modelfile", kModelfile);
  const auto outcome = test::pack_all(nullptr, {.directory = tree.root()}).take();
  CHECK(files(outcome) ==
        std::vector<std::string>{"weight weights.txt", "dataset data/a.csv", "doc README.md"});
  CHECK(outcome.ignored == std::vector<std::string>{"Modelfile", "other.py"});
  const Json config = json::parse(outcome.artifact.config_bytes).take();
  CHECK(config["descriptor"]["name"] == "said");
  CHECK(config["config"]["paramSize"] == "7b");
}

TEST_CASE("naming the Modelfile, here or elsewhere, gives the same artifact") {
  const Tree tree, elsewhere;
  fill(tree);
  tree.write("Modelfile", kModelfile);
  elsewhere.write("other-name", kModelfile);
  const auto plain = test::pack_all(nullptr, {.directory = tree.root()}).take();
  const auto named =
      test::pack_all(nullptr, {.directory = tree.root(), .modelfile = tree.at("Modelfile")}).take();
  CHECK(named.artifact.manifest.digest == plain.artifact.manifest.digest);
  CHECK(named.ignored == plain.ignored);
  std::filesystem::remove(tree.at("Modelfile"));
  const auto outside =
      test::pack_all(nullptr, {.directory = tree.root(), .modelfile = elsewhere.at("other-name")})
          .take();
  CHECK(outside.artifact.manifest.digest == plain.artifact.manifest.digest);
}

TEST_CASE("a Modelfile without patterns only says things") {
  const Tree tree;
  fill(tree);
  const auto bare = test::pack_all(nullptr, {.directory = tree.root()}).take();
  tree.write("Modelfile", "FAMILY llama\n");
  for (const bool named : {false, true}) {
    CAPTURE(named);
    PackOptions options{.directory = tree.root()};
    if (named) options.modelfile = tree.at("Modelfile");
    const auto outcome = test::pack_all(nullptr, options).take();
    CHECK(files(outcome) == files(bare));
    CHECK(json::parse(outcome.artifact.config_bytes).take()["descriptor"]["family"] == "llama");
  }
}

TEST_CASE("a Modelfile that is broken, missing or fits nothing is refused") {
  const Tree tree;
  fill(tree);
  tree.write("Modelfile", "# mine\nMODLE *.txt\n");
  const auto broken = test::pack_all(nullptr, {.directory = tree.root()});
  REQUIRE_FALSE(broken.has_value());
  CHECK(broken.error().kind() == ErrorKind::usage);
  CHECK(broken.error().text().find("line 2: unknown command MODLE") != std::string::npos);

  tree.write("Modelfile", "MODEL *.txt\nDOC docs/*\n");
  const auto unused = test::pack_all(nullptr, {.directory = tree.root()});
  REQUIRE_FALSE(unused.has_value());
  CHECK(unused.error().kind() == ErrorKind::usage);
  CHECK(unused.error().message() == "Modelfile:2: no file matches docs/*");

  const auto missing =
      test::pack_all(nullptr, {.directory = tree.root(), .modelfile = tree.at("no-such-file")});
  CHECK(missing.error().kind() == ErrorKind::usage);
  tree.write("Modelfile", "DOC Modelfile\n");
  CHECK(test::pack_all(nullptr, {.directory = tree.root()}).error().kind() == ErrorKind::usage);
}
