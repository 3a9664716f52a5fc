// Tests of the cards of datasets that lie in a model's folders.
#include "model/dataset_card.hpp"

#include "model/inspect.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <vector>

using namespace mpk::model;

namespace {

FileHead file(std::string path, std::string text) {
  const auto size = text.size();
  return {.path = std::move(path), .size = size, .bytes = std::move(text), .whole = true};
}

const std::string kModelCard = "---\ndatasets: [acme/support, acme/other, x/same, y/same]\n---\n";
const std::string kCard =
    "---\nlicense: cc-by-nc-4.0\nlanguage: [en, de]\nsize_categories: [10K<n<100K]\n"
    "task_categories: [question-answering]\npretty_name: Support\nsource_datasets: [original]\n"
    "annotations_creators: [expert-generated]\n---\n# x\n";

const Dataset* find(const ModelInfo& info, const std::string& name) {
  for (const auto& each : info.datasets) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

std::string fact(const Dataset& dataset, const std::string& name) {
  for (const auto& each : dataset.facts) {
    if (each.name == name) return each.value;
  }
  return {};
}

}  // namespace

TEST_CASE("a dataset's card tells of the dataset that the model's card names") {
  const auto info =
      inspect({file("README.md", kModelCard), file("datasets/support/README.md", kCard)});
  CHECK(info.datasets.size() == 4);
  const auto* support = find(info, "acme/support");
  REQUIRE(support != nullptr);
  CHECK(support->source == "README.md, datasets/support/README.md");
  REQUIRE(support->licenses.size() == 1);
  CHECK(support->licenses[0].spdx_id == "CC-BY-NC-4.0");
  CHECK(fact(*support, "language") == "en, de");
  CHECK(fact(*support, "annotations_creators") == "expert-generated");
  // The dataset's licence and languages are not the model's.
  CHECK(info.licenses.empty());
  CHECK(info.languages.empty());
}

TEST_CASE("a name that is several datasets' last word, or of none, is a dataset of its own") {
  const auto info = inspect({file("README.md", kModelCard), file("data/same/README.md", kCard),
                             file("datasets/new/README.md", "---\nlicense: mit\n---\n")});
  CHECK(find(info, "same") != nullptr);
  REQUIRE(find(info, "new") != nullptr);
  CHECK(find(info, "new")->licenses[0].spdx_id == "MIT");
  CHECK(info.datasets.size() == 6);
}

TEST_CASE("a README.md in some folder is no dataset's card without its front matter") {
  const auto info =
      inspect({file("src/README.md", "---\nlicense: mit\n---\n"),
               file("docs/README.md", "# how to"), file("broken/README.md", "---\n: [\n---\n")});
  CHECK(info.datasets.empty());
  for (const auto& each : info.findings) CHECK(each.code != "card-unreadable");
}

TEST_CASE("a broken card below datasets is a finding of severity low") {
  for (const auto* text : {"---\nlicense: [\n---\n", "---\nlicense: mit\n", "---\n- a\n---\n"}) {
    CAPTURE(text);
    ModelInfo info;
    read_dataset_card(file("datasets/a/README.md", text), info);
    CHECK(info.datasets.empty());
    REQUIRE(info.findings.size() == 1);
    CHECK(info.findings[0].severity == Severity::low);
    CHECK(info.findings[0].code == "card-unreadable");
  }
}

TEST_CASE("a Croissant file tells name, licence, digest and what is sensitive") {
  const std::string hex(64, 'a');
  ModelInfo info;
  read_croissant(file("croissant.json",
                      R"({"@type": "sc:Dataset", "name": "support", "version": "1.2.0",
        "description": "d", "url": "https://example.com/support",
        "license": "https://spdx.org/licenses/CC-BY-4.0.html",
        "rai:personalSensitiveInformation": ["names", "ages"], "rai:dataBiases": "urban",
        "distribution": [{"@type": "cr:FileObject", "name": "a.csv", "sha256": ")" +
                          hex + R"("}]})"),
                 info);
  REQUIRE(info.datasets.size() == 1);
  const auto& only = info.datasets[0];
  CHECK(only.name == "support");
  CHECK(only.revision == "1.2.0");
  CHECK(only.digest == "sha256:" + hex);
  CHECK(only.licenses[0].spdx_id == "CC-BY-4.0");
  CHECK(only.sensitive == std::vector<std::string>{"names; ages"});
  CHECK(fact(only, "rai:dataBiases") == "urban");
}

TEST_CASE("several files of a Croissant file have no digest of the whole") {
  ModelInfo info;
  read_croissant(file("croissant.json", R"({"@type": "Dataset", "name": "d", "distribution": [
      {"name": "a", "sha256": "aa"}, {"name": "b", "sha256": "bb"}, 7, {"name": "c"}]})"),
                 info);
  REQUIRE(info.datasets.size() == 1);
  CHECK(info.datasets[0].digest.empty());
  CHECK(fact(info.datasets[0], "file:a") == "sha256:aa");
  CHECK(info.datasets[0].facts.size() == 2);
}

TEST_CASE("what only looks like a Croissant file is none, and a broken one is a finding") {
  const struct {
    const char* text;
    bool finding;
  } table[] = {
      {R"({"@type": "sc:Person", "name": "d"})", false},
      {R"({"name": "d"})", false},
      {R"({"@type": "sc:Dataset"})", false},
      {R"({"@type": "sc:Dataset", "name": 7})", false},
      {"{", true},
      {"[]", true},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    ModelInfo info;
    read_croissant(file("croissant.json", row.text), info);
    CHECK(info.datasets.empty());
    CHECK(info.findings.empty() != row.finding);
  }
}
