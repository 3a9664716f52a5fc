// Tests of lint: each rule speaks when its clause is broken, and is silent beside it.
#include "modelpack/lint.hpp"

#include "archive/test_archives.hpp"
#include "json/parse.hpp"
#include "json/value.hpp"
#include "modelpack/artifact.hpp"
#include "oci/memory_store.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <ostream>
#include <set>

using namespace mpk;
using namespace mpk::modelpack;

namespace {

const Json::json_pointer kFirst("/layers/0/annotations");

/// What mpk itself writes: two files.
struct Subject {
  Subject() {
    model::ModelInfo info;
    info.precision = "bfloat16";
    info.tensors.parameters = 8'030'000'000;
    const auto artifact = build_artifact({{.path = "config.json",
                                           .kind = model::Kind::config,
                                           .size = 1,
                                           .digest = oci::Descriptor::of("", "a").digest},
                                          {.path = "w/model.safetensors",
                                           .kind = model::Kind::weight,
                                           .size = 1,
                                           .digest = oci::Descriptor::of("", "b").digest}},
                                         info, {})
                              .take();
    manifest = json::parse(artifact.manifest_bytes).take();
    config = json::parse(artifact.config_bytes).take();
  }
  Json& annotation(const std::string& key) { return manifest[kFirst][key]; }
  /// Changes one member of the first layer's metadata; null removes it.
  void metadata(const char* key, const Json& value) {
    auto& text = annotation("org.cncf.model.file.metadata+json");
    Json document = json::parse(text.get<std::string>()).take();
    if (value.is_null()) {
      document.erase(key);
    } else {
      document[key] = value;
    }
    text = document.dump();
  }
  void path(const std::string& value) {
    annotation("org.cncf.model.filepath") = value;
    annotation("org.opencontainers.image.title") = value;
  }
  std::vector<LintFinding> findings() const {
    return lint(manifest.dump(), config_text.empty() ? config.dump() : config_text, archives)
        .take();
  }
  std::set<std::string> codes() const {
    std::set<std::string> out;
    for (const auto& finding : findings()) out.emplace(finding.rule->code);
    return out;
  }

  Json manifest, config;
  std::string config_text;
  std::vector<LintedArchive> archives;
};

using Change = std::function<void(Subject&)>;
struct Row {
  const char* code;
  Change broken;   // only this rule speaks
  Change allowed;  // nothing does; empty: the unchanged artifact is its neighbour
};

const std::string kCnai = "application/vnd.cnai.model.";

const std::vector<Row> kRows = {
    {"media-type", [](Subject& s) { s.manifest.erase("mediaType"); }, {}},
    {"artifact-type", [](Subject& s) { s.manifest.erase("artifactType"); }, {}},
    {"artifact-type", [](Subject& s) { s.manifest["artifactType"] = "text/plain"; }, {}},
    {"config-type", [](Subject& s) { s.manifest["config"]["mediaType"] = "text/plain"; }, {}},
    {"legacy-type",
     [](Subject& s) { s.manifest["artifactType"] = kCnai + "manifest.v1+json"; },
     {}},
    {"legacy-type",
     [](Subject& s) { s.manifest["config"]["mediaType"] = kCnai + "config.v1+json"; },
     {}},
    {"legacy-type",
     [](Subject& s) { s.manifest["layers"][0]["mediaType"] = kCnai + "doc.v1.raw"; },
     {}},
    {"layer-type",
     [](Subject& s) {
       s.manifest["layers"][0]["mediaType"] = "application/vnd.cncf.model.doc.v1.raw+gzip";
     },
     [](Subject& s) {
       s.manifest["layers"][0]["mediaType"] = "application/vnd.cncf.model.doc.v1.raw";
     }},
    {"path-missing", [](Subject& s) { s.manifest[kFirst].erase("org.cncf.model.filepath"); },
     [](Subject& s) {
       s.manifest[kFirst].erase("org.cncf.model.filepath");
       s.annotation("org.cnai.model.filepath") = "config.json";
     }},
    {"path-unsafe", [](Subject& s) { s.path("../a"); }, [](Subject& s) { s.path("a..b/c"); }},
    {"path-unsafe", [](Subject& s) { s.path("/a"); }, [](Subject& s) { s.path("a/b"); }},
    {"path-dots", [](Subject& s) { s.path("..a"); }, [](Subject& s) { s.path("a.."); }},
    {"path-duplicate", [](Subject& s) { s.path("w/model.safetensors"); },
     [](Subject& s) { s.path("w/model2.safetensors"); }},
    {"path-below-file", [](Subject& s) { s.path("w"); }, [](Subject& s) { s.path("w/x"); }},
    {"path-case", [](Subject& s) { s.path("W/Model.safetensors"); },
     [](Subject& s) { s.path("W/Model2.safetensors"); }},
    {"title-missing",
     [](Subject& s) { s.manifest[kFirst].erase("org.opencontainers.image.title"); },
     {}},
    {"title-differs",
     [](Subject& s) { s.annotation("org.opencontainers.image.title") = "other"; },
     {}},
    {"title-base-name",
     [](Subject& s) {
       s.path("conf/config.json");
       s.annotation("org.opencontainers.image.title") = "config.json";
     },
     [](Subject& s) { s.path("conf/config.json"); }},
    {"metadata-missing",
     [](Subject& s) { s.manifest[kFirst].erase("org.cncf.model.file.metadata+json"); },
     {}},
    {"metadata-malformed",
     [](Subject& s) { s.annotation("org.cncf.model.file.metadata+json") = "[]"; },
     {}},
    {"metadata-malformed",
     [](Subject& s) { s.annotation("org.cncf.model.file.metadata+json") = "{"; },
     {}},
    {"metadata-field", [](Subject& s) { s.metadata("uid", Json()); }, {}},
    {"metadata-field", [](Subject& s) { s.metadata("name", ""); }, {}},
    {"metadata-field", [](Subject& s) { s.metadata("mtime", "yesterday"); },
     [](Subject& s) { s.metadata("mtime", "2026-01-02T03:04:05.6+02:00"); }},
    {"metadata-field", [](Subject& s) { s.metadata("mode", "644"); }, {}},
    {"metadata-field", [](Subject& s) { s.metadata("size", -1); }, {}},
    {"metadata-size", [](Subject& s) { s.metadata("size", 2); },
     [](Subject& s) { s.metadata("size", 1); }},
    {"metadata-typeflag", [](Subject& s) { s.metadata("typeflag", 50); },
     [](Subject& s) { s.metadata("typeflag", 48); }},
    {"metadata-mode", [](Subject& s) { s.metadata("mode", 04755); },
     [](Subject& s) { s.metadata("mode", 0777); }},
    {"metadata-owner", [](Subject& s) { s.metadata("gid", 1000); }, {}},
    {"archive-refused",
     [](Subject& s) { s.archives = {{.refusal = Error(ErrorKind::malformed, "a link")}}; },
     [](Subject& s) { s.archives = {{.paths = {"a", "b/c"}}}; }},
    {"archive-mode", [](Subject& s) { s.archives = {{}, {.warnings = {"run.sh: setuid"}}}; }, {}},
    {"path-duplicate", [](Subject& s) { s.archives = {{}, {.paths = {"config.json"}}}; },
     [](Subject& s) { s.archives = {{}, {.paths = {"w/config.json"}}}; }},
    {"path-below-file", [](Subject& s) { s.archives = {{}, {.paths = {"config.json/a"}}}; }, {}},
    {"path-case", [](Subject& s) { s.archives = {{}, {.paths = {"Config.json"}}}; }, {}},
    {"untested-value",
     [](Subject& s) { s.annotation("org.cncf.model.file.mediatype.untested") = "yes"; },
     [](Subject& s) { s.annotation("org.cncf.model.file.mediatype.untested") = "true"; }},
    {"oras-unpack", [](Subject& s) { s.annotation("io.deis.oras.content.unpack") = "true"; },
     [](Subject& s) { s.annotation("io.deis.oras.content.unpack") = "false"; }},
    {"config-syntax", [](Subject& s) { s.config_text = "[]"; }, {}},
    {"config-syntax", [](Subject& s) { s.config_text = "{"; }, {}},
    {"config-schema", [](Subject& s) { s.config["extra"] = 1; },
     [](Subject& s) { s.config["config"] = Json::object(); }},
    {"config-schema", [](Subject& s) { s.config.erase("config"); }, {}},
    {"config-schema", [](Subject& s) { s.config["modelfs"]["type"] = "layer"; }, {}},
    {"config-schema", [](Subject& s) { s.config["descriptor"]["version"] = 1; },
     [](Subject& s) { s.config["descriptor"]["version"] = "1"; }},
    {"config-schema",
     [](Subject& s) { s.config["descriptor"]["createdAt"] = "2025/01/01T00:00:00Z"; },
     [](Subject& s) { s.config["descriptor"]["createdAt"] = "2025-01-01T00:00:00Z"; }},
    {"config-schema",
     [](Subject& s) { s.config["config"]["capabilities"]["knowledgeCutoff"] = "2025-01-01"; },
     [](Subject& s) {
       s.config["config"]["capabilities"]["knowledgeCutoff"] = "2025-01-01T00:00:00Z";
     }},
    {"config-schema", [](Subject& s) { s.config["config"]["capabilities"]["languages"] = {"fra"}; },
     [](Subject& s) { s.config["config"]["capabilities"]["languages"] = {"fr"}; }},
    {"config-schema",
     [](Subject& s) { s.config["config"]["capabilities"]["inputTypes"] = {"smell"}; },
     [](Subject& s) { s.config["config"]["capabilities"]["inputTypes"] = {"image"}; }},
    {"config-schema", [](Subject& s) { s.config["config"]["capabilities"]["reasoning"] = "true"; },
     [](Subject& s) { s.config["config"]["capabilities"]["reasoning"] = true; }},
    {"diff-ids-count", [](Subject& s) { s.config["modelfs"]["diffIds"].erase(1); }, {}},
    {"diff-id", [](Subject& s) { s.config["modelfs"]["diffIds"][0] = "sha256:12"; }, {}},
    {"diff-id",
     [](Subject& s) { s.config["modelfs"]["diffIds"][0] = s.config["modelfs"]["diffIds"][1]; },
     [](Subject& s) {
       // Compressed content has another digest.
       s.manifest["layers"][0]["mediaType"] = "application/vnd.cncf.model.doc.v1.tar+gzip";
       s.config["modelfs"]["diffIds"][0] = s.config["modelfs"]["diffIds"][1];
     }},
    {"precision-value", [](Subject& s) { s.config["config"]["precision"] = "bf16"; },
     [](Subject& s) { s.config["config"]["precision"] = "float16,float8_e4m3"; }},
    {"precision-value", [](Subject& s) { s.config["config"]["precision"] = "float16, int8"; }, {}},
    {"param-size", [](Subject& s) { s.config["config"]["paramSize"] = "8 billion"; },
     [](Subject& s) { s.config["config"]["paramSize"] = "1.1b"; }},
    {"param-size", [](Subject& s) { s.config["config"]["paramSize"] = "1.12B"; },
     [](Subject& s) { s.config["config"]["paramSize"] = "135M"; }},
};

}  // namespace

TEST_CASE("what mpk writes is clean") {
  for (const auto& finding : Subject().findings()) {
    FAIL(std::string(finding.rule->code) << " " << finding.pointer << " " << finding.message);
  }
}

TEST_CASE("each rule speaks alone when it is broken, and is silent for its neighbour") {
  for (const auto& row : kRows) {
    CAPTURE(row.code);
    Subject broken;
    row.broken(broken);
    CHECK(broken.codes() == std::set<std::string>{row.code});
    if (!row.allowed) continue;
    Subject allowed;
    row.allowed(allowed);
    CHECK(allowed.codes().empty());
  }
}

TEST_CASE("every rule of the table has a case here, a clause and a hint") {
  std::set<std::string_view> tested = {"no-layers"};
  for (const auto& row : kRows) tested.insert(row.code);
  std::set<std::string_view> known;
  for (const auto& rule : lint_rules()) {
    CAPTURE(std::string(rule.code));
    CHECK(known.insert(rule.code).second);
    CHECK_FALSE(rule.clause.empty());
    CHECK_FALSE(rule.hint.empty());
  }
  CHECK(tested == known);
}

TEST_CASE("an artifact without layers breaks two rules") {
  Subject subject;
  subject.manifest["layers"] = Json::array();
  subject.config["modelfs"]["diffIds"] = Json::array();
  CHECK(subject.codes() == std::set<std::string>{"no-layers", "config-schema"});
}

TEST_CASE("a finding says where it is, and which profile objects") {
  Subject subject;
  subject.manifest["layers"][1]["annotations"]["org.cncf.model.file.metadata+json"] = "[]";
  subject.config["descriptor"]["datasetsURL"] = {"https://example.com/data"};
  subject.config["config"]["capabilities"]["embedding"] = true;
  const auto found = subject.findings();
  REQUIRE(found.size() == 3);
  CHECK(found[0].pointer == "/layers/1/annotations/org.cncf.model.file.metadata+json");
  CHECK(found[0].layer == 1);
  CHECK(found[0].document == "manifest");
  CHECK(found[0].profile.empty());
  CHECK(found[1].profile == "main");  // embedding was removed
  CHECK(found[1].severity == LintSeverity::error);
  CHECK(found[2].profile == "v0.0.7");  // datasetsURL was added
  CHECK(found[2].severity == LintSeverity::warning);
  CHECK_FALSE(found[2].layer.has_value());
}

TEST_CASE("what is no manifest has no findings, it is refused") {
  CHECK(lint("{}", "{}").error().kind() == ErrorKind::malformed);
  CHECK(lint("nonsense", "{}").error().kind() == ErrorKind::malformed);
}

TEST_CASE("archives are read as pull reads them, and what it would refuse is told") {
  using mpk::archive::test::tar;
  oci::MemoryStore store;
  const auto layer = [&](const std::string& content, const std::string& path) {
    auto out = oci::push_text(store, "application/vnd.cncf.model.dataset.v1.tar", content).take();
    out.annotations["org.cncf.model.filepath"] = path;
    return out;
  };
  oci::Manifest manifest{.config = oci::Descriptor::of("", "")};
  manifest.layers = {
      oci::push_text(store, "application/vnd.cncf.model.doc.v1.raw", "text").take(),
      layer(tar({{.path = "data/a"}, {.path = "data/b", .mode = 04755}}), "data"),
      layer(tar({{.path = "../a"}}), "data"),
      layer("no tar at all", "data"),
  };
  const auto read = read_linted_archives(store, manifest, nullptr, {}).take();
  REQUIRE(read.size() == 4);
  CHECK(read[0].paths.empty());
  CHECK(read[1].paths == std::vector<std::string>{"data/a", "data/b"});
  REQUIRE(read[1].warnings.size() == 1);
  CHECK(read[1].warnings[0].find("data/b") != std::string::npos);
  CHECK_FALSE(read[1].refusal.has_value());
  for (const std::size_t i : {2U, 3U}) CHECK(read[i].refusal.has_value());
  // A blob that is not there is no property of the artifact.
  manifest.layers.push_back(manifest.layers[1]);
  manifest.layers[4].digest = oci::Descriptor::of("", "gone").digest;
  CHECK(read_linted_archives(store, manifest, nullptr, {}).error().kind() == ErrorKind::not_found);
}

TEST_CASE("severities are read by their names") {
  CHECK(parse_lint_severity("warning").take() == LintSeverity::warning);
  CHECK(parse_lint_severity("Warning").error().kind() == ErrorKind::usage);
}
