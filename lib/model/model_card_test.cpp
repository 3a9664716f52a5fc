// Model cards: the real one, odd ones, broken ones.
#include "base/text.hpp"
#include "model/card_text.hpp"
#include "model/huggingface.hpp"
#include "model/sample_files.hpp"

#include <ostream>

namespace mpk::model {
namespace {

ModelInfo read(std::string text) {
  ModelInfo info;
  read_model_card(sample::whole("README.md", std::move(text)), info);
  return info;
}

std::string front(std::string_view yaml) { return "---\n" + std::string(yaml) + "---\n"; }

}  // namespace

TEST_CASE("the card of tiny-llama is read with all its fields") {
  const ModelInfo info = read(sample::testdata("tiny-llama/README.md"));
  CHECK(info.findings.empty());
  CHECK(info.name == "tiny-llama");
  CHECK(info.description ==
        "A two-layer Llama with random weights. It answers nothing useful; it exists so that tools "
        "have a complete model directory to work on that is small enough to commit.");
  CHECK(info.task == "text-generation");
  CHECK(info.library == "transformers");
  CHECK(info.languages == std::vector<std::string>{"en", "de"});
  CHECK(info.tags ==
        std::vector<std::string>{"llama", "text-generation", "conversational", "customer-support"});
  REQUIRE(info.licenses.size() == 1);
  CHECK(info.licenses[0].spdx_id == "Apache-2.0");
  REQUIRE(info.base_models.size() == 1);
  CHECK(info.base_models[0].name == "example/tiny-llama-base");
  CHECK(info.base_models[0].relation == "finetune");
  REQUIRE(info.datasets.size() == 2);
  CHECK(info.datasets[1].name == "example/licence-questions");
  REQUIRE(info.evaluations.size() == 2);
  CHECK(info.evaluations[0].task == "text-generation");
  CHECK(info.evaluations[0].dataset == "example/licence-questions");
  CHECK(info.evaluations[0].split == "test");
  CHECK(info.evaluations[0].metric == "accuracy");
  CHECK(info.evaluations[0].value == "0.25");
  CHECK(info.evaluations[1].metric == "refusal_rate");
  CHECK(info.evaluations[1].value == "0.98");
  CHECK(info.co2_grams == 12.5);
  CHECK(info.intended_use ==
        "Tests and demonstrations of packaging, signing, bills of materials and admission policy.");
  CHECK(info.limitations.starts_with("- The weights were never trained."));
  CHECK(info.limitations.ends_with("splits everything else into bytes."));
  REQUIRE(info.size_claims.size() == 3);
  CHECK(info.size_claims[2].name == "parameters");
  CHECK(info.size_claims[2].value == "295,392");
}

TEST_CASE("single values and lists are both taken") {
  const ModelInfo info =
      read(front("license: [mit, apache-2.0]\nlanguage: en\nbase_model: [a/b, "
                 "c/d]\nbase_model_relation: merge\n"
                 "datasets: one\nco2_eq_emissions: 7\nmodel_name: thing\n"));
  CHECK(info.findings.empty());
  CHECK(info.licenses.size() == 2);
  CHECK(info.languages == std::vector<std::string>{"en"});
  REQUIRE(info.base_models.size() == 2);
  CHECK(info.base_models[1].relation == "merge");
  CHECK(info.datasets.size() == 1);
  CHECK(info.co2_grams == 7.0);
  CHECK(info.name == "thing");
}

TEST_CASE("a licence of its own keeps name and link") {
  const ModelInfo info =
      read(front("license: other\nlicense_name: acme\nlicense_link: https://acme.example/l\n"));
  REQUIRE(info.licenses.size() == 1);
  CHECK(info.licenses[0].name == "acme");
  CHECK(info.licenses[0].url == "https://acme.example/l");
}

TEST_CASE("fields of unexpected types are passed over") {
  const ModelInfo info = read(
      front("license: 3\nlanguage: {a: b}\ntags: [1, x]\nmodel-index: hello\nco2_eq_emissions: -1\n"
            "base_model: {}\npipeline_tag: [a]\n"));
  CHECK(info.findings.empty());
  CHECK(info.licenses.empty());
  CHECK(info.languages.empty());
  CHECK(info.tags == std::vector<std::string>{"x"});
  CHECK_FALSE(info.co2_grams);
  CHECK(info.task.empty());
}

TEST_CASE("a broken front matter becomes one finding with its line, and the prose is kept") {
  const struct {
    const char* yaml;
    const char* where;
  } table[] = {
      {"license: mit\nlicense: mit\n", "README.md:3:"},
      {"license: mit\ntags:\n\t- a\n", "README.md:4:"},
      {"a: [1\n", "README.md:"},
      {"a: &x 1\nb: *x\n", "README.md:2:"},
      {"- a\n- b\n", "no mapping"},
      {"a: \xff\n", "not valid UTF-8"},
  };
  for (const auto& [yaml, where] : table) {
    CAPTURE(std::string_view(yaml));
    const ModelInfo info = read(front(yaml) + "# T\n\nProse.\n");
    REQUIRE(info.findings.size() == 1);
    CAPTURE(info.findings[0].message);
    CHECK(info.findings[0].code == "card-unreadable");
    CHECK(info.findings[0].path == "README.md");
    CHECK(info.findings[0].message.find(where) != std::string::npos);
    CHECK(info.licenses.empty());
    CHECK(info.description == "Prose.");
  }
  CHECK(read(front("license: mit\n") + "# T\n").findings.empty());
}

TEST_CASE("front matter that does not end is a finding, a card without any is none") {
  CHECK(read("---\nlicense: mit\n").findings.size() == 1);
  CHECK(read("# T\n\nProse.\n").findings.empty());
  CHECK(read("").findings.empty());
  CHECK(read("---\n---\n").findings.empty());
  CHECK(read("---\r\nlicense: mit\r\n---\r\n# T\r\n").licenses.size() == 1);
  CHECK(read("\xef\xbb\xbf---\nlicense: mit\n---\n").licenses.size() == 1);
  CHECK(read(front("license: mit\n") + "\xff").findings.size() == 1);
}

TEST_CASE("front matter over the limit of YAML is a finding, at the limit it is read") {
  const std::string_view start = "license: mit\n#";
  // One byte goes to the empty line that keeps line numbers right, one to the last line break.
  const std::string most(limits::kYamlDocument - start.size() - 2, 'c');
  CHECK(read(front(std::string(start) + most + "\n")).licenses.size() == 1);
  const ModelInfo over = read(front(std::string(start) + most + "c\n"));
  CHECK(over.licenses.empty());
  CHECK(over.findings.size() == 1);
}

TEST_CASE("sections are found by their headings") {
  const struct {
    const char* body;
    const char* use;
    const char* limits;
  } table[] = {
      {"## Intended uses & limitations\n\nBoth.\n", "Both.", "Both."},
      {"## Intended use\n\nA.\n## Bias, Risks, and Limitations\n\nB.\n", "A.", "B."},
      {"## Uses\n\n### Direct Use\n\nDirect.\n", "Direct.", ""},
      {"## Uses\n\n<!-- explain\n# here -->\n\n[More Information Needed]\n", "", ""},
      {"```\n## Limitations\n```\nText.\n", "", ""},
      {"~~~\n```\n## Limitations\n~~~\n## Limitations ##\nReal.\n", "", "Real."},
      {"##Limitations\n\nNo heading.\n", "", ""},
      {"## LIMITATIONS:\n\nOne.\n\nTwo.\n\n\n\nThree.\n# Next\nx\n", "", "One.\n\nTwo.\n\nThree."},
  };
  for (const auto& [body, use, limits] : table) {
    CAPTURE(std::string_view(body));
    const CardText text = read_card_text(body);
    CHECK(text.intended_use == use);
    CHECK(text.limitations == limits);
  }
}

TEST_CASE("the description is the first prose, not a badge, table, list or image") {
  CHECK(read_card_text("# T\n\n![i](u)\n\n<img src=x>\n\n[![b](u)](v)\n\n| a |\n\n- l\n\nIt\nis.\n")
            .description == "It is.");
  CHECK(read_card_text("# T\n\n## Model description\n\nThis.\n").description == "This.");
  CHECK(read_card_text("# T\n\n## Other\n\nThis.\n").description.empty());
}

TEST_CASE("long sections are cut between characters") {
  std::string body = "## Limitations\n\na";
  for (int i = 0; i < 3000; ++i) body += "\xc3\xa4";
  const CardText text = read_card_text(body);
  CHECK(text.limitations.size() == 4095);
  CHECK(is_valid_utf8(text.limitations));
}

TEST_CASE("sizes are taken from lines about parameters only") {
  const CardText text = read_card_text(
      "- **Number of parameters:** 8.03B\n| Parameters | 7B |\nParameter count: 3000\n"
      "| Max parameters | 9B |\nIt has 5B parameters: yes\n");
  CHECK(text.parameters == std::vector<std::string>{"** 8.03B", "7B", "3000"});
}

}  // namespace mpk::model
