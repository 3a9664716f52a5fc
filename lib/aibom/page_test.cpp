// Tests of the page: whatever a document says is text there.
#include "aibom/page.hpp"

#include "aibom/page_text.hpp"
#include "aibom/test_models.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::aibom;

namespace {

bool holds(const std::string& page, std::string_view text) {
  return page.find(text) != std::string::npos;
}

// Every string of the document becomes `text`.
void poison(Json& value, const std::string& text) {
  if (value.is_string()) value = text;
  if (!value.is_structured()) return;
  for (auto& each : value) poison(each, text);
}

Json rich() {
  return json::parse(R"json({"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{
    "type":"machine-learning-model","name":"m","group":"acme","version":"2",
    "hashes":[{"alg":"SHA-256","content":"ab"}],
    "licenses":[{"license":{"name":"odd","url":"javascript:alert(1)"}
}],
    "pedigree":{"ancestors":[{"type":"machine-learning-model","name":"base"}],
                "variants":[{"type":"machine-learning-model","name":"small"}],
                "notes":"base_model_relation=finetune"},
    "components":[{"type":"file","name":"w.gguf","properties":[{"name":"mpk:tensors","value":"3"}]}],
    "modelCard":{"modelParameters":{"task":"t","datasets":[{"name":"inline"}]},
      "quantitativeAnalysis":{"performanceMetrics":[{"type":"f1","value":"0.5","slice":"s"}]},
      "considerations":{"useCases":["one"]},
      "properties":[{"name":"cdx:ai-ml:model:modality","value":"text"}]},
    "externalReferences":[{"type":"website","url":"https://example.com/a?b=1&c=2"}],
    "properties":[{"name":"mpk:tensors:Q4_K","value":"3"},{"name":"mpk:finding","value":"high: x"},
      {"name":"mpk:provenance:/metadata/component/name","value":"declared;source=README.md"}]
}
}
, "services" : [ {
  "name" : "crm",
  "endpoints" : ["https://crm.example/mcp"],
  "services" : [
    {"name" : "drop", "properties" : [ {"name" : "mpk:mcp:hint:destructive", "value" : "true"} ]}
  ]
} ]
})json")
      .take();
}

}  // namespace

TEST_CASE("a page shows each part of a document, with its tier and its words") {
  const auto page = html_page(rich());
  for (const auto* text :
       {"<h1><bdi>acme/m</bdi>", "title=\"declared by README.md\"", "<use href=\"#declared\"/>",
        "base model · finetune", "variant", "inline", "class=\"level high\"", "Q4_K", "w.gguf",
        "0.5", "may destroy", "crm", "one", "href=\"https://example.com/a?b=1&amp;c=2\""})
    CHECK_MESSAGE(holds(page, text), text);
}

TEST_CASE("a page is one file: no script, no address that is fetched, a policy that forbids both") {
  const auto page = html_page(rich());
  CHECK(holds(page, "content=\"default-src &#39;none&#39;; style-src &#39;sha256-"));
  for (const auto* text : {"<script", "<img", "<link", "<iframe", "url(", "@import",
                           " src=", "href=\"javascript:", " style=", "onload"})
    CHECK_MESSAGE(!holds(page, text), text);
}

TEST_CASE("markup in any string of a document is text on its page") {
  const std::string marker = "\"'><script>alert(1)</script><img src=x onerror=y>";
  auto bom = rich();
  const auto type = bom["metadata"]["component"]["type"];
  poison(bom, marker);
  bom["metadata"]["component"]["type"] = type;
  const auto page = html_page(bom);
  CHECK(holds(page, "&lt;script&gt;alert(1)"));
  CHECK(!holds(page, "<script"));
  CHECK(!holds(page, "<img"));
  CHECK(!holds(page, "\"'>"));
}

TEST_CASE("control, bidi and broken characters are visible, long texts are cut") {
  auto bom = rich();
  bom["metadata"]["component"]["name"] = "a\u202egpj.\x01" + std::string(1, '\0');
  auto page = html_page(bom);
  CHECK(!holds(page, "\u202e"));
  CHECK(holds(page, "\\u202e"));
  CHECK(page.find('\x01') == std::string::npos);
  CHECK(page.find('\0') == std::string::npos);
  bom = rich();
  const auto usual = html_page(bom).size();
  poison(bom["metadata"]["component"]["licenses"], std::string(10'000'000, 'x'));
  bom["metadata"]["component"]["description"] = std::string(10'000'000, '<');
  CHECK(html_page(bom).size() < usual + 50'000);
}

TEST_CASE("a description is cut between characters") {
  const auto shown = escape_lines("aé\nb", 2);
  CHECK(shown == "a…");
  CHECK(escape_lines("aé\nb", 3) == "a…");
  CHECK(escape_lines("aé\nb") == "aé<br>b");
}

TEST_CASE("only http, https and mailto are links") {
  struct Case {
    const char* address;
    bool links;
  };
  for (const auto& [address, links] : {Case{"https://example.com/", true},
                                       {"http://example.com/", true},
                                       {"HTTPS://example.com/", true},
                                       {"mailto:a@example.com", true},
                                       {"javascript:alert(1)", false},
                                       {"JavaScript:alert(1)", false},
                                       {" javascript:alert(1)", false},
                                       {"data:text/html,x", false},
                                       {"//example.com", false},
                                       {"file:///etc/passwd", false},
                                       {"urn:cdx:1", false},
                                       {"https://example.com/\" onclick=\"x", false},
                                       {"https://example.com/\n", false},
                                       {"", false}}) {
    const auto shown = link(address);
    CHECK_MESSAGE(shown.starts_with("<a ") == links, address);
    if (links) CHECK(holds(shown, "rel=\"noopener noreferrer\""));
  }
  CHECK(!link("https://example.com/" + std::string(2100, 'a')).starts_with("<a "));
}

TEST_CASE("a table over its rows says how many are left out, a short one is open") {
  const std::vector<Row> many(kShownRows + 2, Row{"x"});
  CHECK(holds(html_table("T", {"A"}, many), "2 more are in the document"));
  CHECK(!holds(html_table("T", {"A"}, {{"x"}}), "<details>"));
  CHECK(html_table("T", {"A"}, {}).empty());
}

TEST_CASE("any JSON at all makes a page, the same one each time") {
  for (const auto* text :
       {"{}", R"({"metadata":[]})", R"({"metadata":{"component":{"properties":{"a":1}}}})",
        R"({"services":[[],1,{"services":"x"}],"components":{"a":[]}})"}) {
    const auto bom = json::parse(text).take();
    CHECK(html_page(bom).ends_with("</html>\n"));
    CHECK(html_page(bom) == html_page(bom));
  }
}

TEST_CASE("counts that do not fit are drawn") {
  auto bom = rich();
  auto& list = bom["metadata"]["component"]["properties"];
  for (const auto* name : {"mpk:tensors:A", "mpk:tensors:B"})
    list.push_back({{"name", name}, {"value", "18446744073709551615"}});
  CHECK(holds(html_page(bom), "18446744073709551615 · 50 %"));
}
