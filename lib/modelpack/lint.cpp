// lint: the table of rules, the manifest's own members, and the parts put together.
#include "modelpack/lint.hpp"

#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/pointer.hpp"
#include "modelpack/lint_report.hpp"
#include "modelpack/media_types.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace mpk::modelpack {
namespace {

using enum LintSeverity;

constexpr std::string_view kSpec = "model-spec, docs/spec.md";
constexpr std::string_view kAnnotations = "model-spec, docs/annotations.md";
constexpr std::string_view kConfig = "model-spec, docs/config.md";
constexpr std::string_view kSchema = "model-spec, schema/config-schema.json";

constexpr auto kRules = std::to_array<LintRule>({
    {"media-type", error, kSpec, "mediaType must be that of an OCI image manifest"},
    {"artifact-type", error, kSpec, "artifactType must be ModelPack's"},
    {"config-type", error, kSpec, "config.mediaType must be ModelPack's"},
    {"legacy-type", warning, "model-spec before v0.0.7 (cnai)",
     "pack it again with a present tool"},
    {"no-layers", warning, "ramalama, Manifest.from_dict", "an artifact has at least one file"},
    {"layer-type", warning, "model-spec, docs/spec.md; ramalama refuses it",
     "use one of the twenty types of docs/spec.md"},
    {"path-missing", warning, kAnnotations, "add org.cncf.model.filepath"},
    {"path-unsafe", error, kAnnotations, "a relative path without .. and control characters"},
    {"path-dots", warning, "ramalama, Manifest.from_dict", "a name that starts with .. is refused"},
    {"path-duplicate", error, kAnnotations, "one path, one layer: readers keep different ones"},
    {"path-below-file", error, kAnnotations, "a folder can't be a file as well"},
    {"path-case", warning, kAnnotations, "some file systems take the two for one"},
    {"title-missing", warning, "oras pull skips the layer",
     "add org.opencontainers.image.title with the same path"},
    {"title-differs", error, kAnnotations, "two readers would extract two different things"},
    {"title-base-name", note, "CRI-O takes the title: the folder is lost",
     "write the whole path into org.opencontainers.image.title"},
    {"metadata-missing", note, kAnnotations, "add org.cncf.model.file.metadata+json"},
    {"metadata-malformed", error, kAnnotations, "a JSON object, as text"},
    {"metadata-field", error, "model-spec, docs/annotations.md; ramalama refuses it",
     "name, mode, uid, gid, size, mtime and typeflag, each of its type"},
    {"metadata-size", error, kAnnotations, "size is that of the file"},
    {"metadata-typeflag", error, kAnnotations, "only regular files: 0"},
    {"metadata-mode", warning, kAnnotations, "setuid, setgid and sticky bits are no model's"},
    {"metadata-owner", note, "model-spec, docs/spec.md, reproducibility",
     "constant values: uid 0 and gid 0"},
    {"archive-refused", error, "mpk pull refuses it",
     "a tar of regular files and folders, each once, at relative paths without .."},
    {"archive-mode", warning, "mpk pull leaves them out",
     "setuid, setgid and sticky bits are no model's"},
    {"untested-value", error, kAnnotations, "\"true\" or \"false\""},
    {"oras-unpack", warning, "oras pull would unpack it", "leave io.deis.oras.content.unpack out"},
    {"config-syntax", error, kSchema, "a JSON object"},
    {"config-schema", error, kSchema, "see docs/config.md for the member"},
    {"diff-ids-count", error, kConfig, "one diffId for each layer, in their order"},
    {"diff-id", error, kConfig, "the digest of the uncompressed content"},
    {"precision-value", warning, kConfig, "values of the table, joined by commas without a space"},
    {"param-size", warning, kConfig, "<count><scale>, as 8B or 1.1B"},
});

const LintRule& rule_of(std::string_view code) {
  return *std::ranges::find(kRules, code, &LintRule::code);
}

std::string member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_legacy(std::string_view media_type) {
  return media_type.starts_with("application/vnd.cnai.model.");
}

}  // namespace

std::string_view to_string(LintSeverity severity) {
  switch (severity) {
    case note:
      return "note";
    case warning:
      return "warning";
    case error:
      return "error";
  }
  return "error";
}

Result<LintSeverity> parse_lint_severity(std::string_view word) {
  for (const auto severity : {note, warning, error}) {
    if (word == to_string(severity)) return severity;
  }
  return Error(ErrorKind::usage, printable(word, 40) + ": no severity",
               "expected error, warning or note");
}

std::span<const LintRule> lint_rules() { return kRules; }

LintFinding& LintReport::add(std::string_view code, std::string_view document, std::string pointer,
                             std::string message) {
  const auto& rule = rule_of(code);
  return findings_.emplace_back(LintFinding{.rule = &rule,
                                            .severity = rule.severity,
                                            .document = std::string(document),
                                            .pointer = std::move(pointer),
                                            .message = std::move(message)});
}

void LintReport::manifest(std::string_view code, std::string pointer, std::string message) {
  add(code, "manifest", std::move(pointer), std::move(message));
}

void LintReport::layer(std::string_view code, std::size_t index, std::string_view annotation,
                       std::string message) {
  auto pointer = fmt::format("/layers/{}", index);
  if (!annotation.empty()) json::append_step(pointer += "/annotations", annotation);
  add(code, "manifest", std::move(pointer), std::move(message)).layer = index;
}

void LintReport::config(std::string_view code, std::string pointer, std::string message,
                        std::string profile) {
  auto& finding = add(code, "config", std::move(pointer), std::move(message));
  if (profile == "v0.0.7") finding.severity = warning;
  finding.profile = std::move(profile);
}

void lint_manifest(const Json& document, const oci::Manifest& manifest, LintReport& report) {
  if (const auto type = member(document, "mediaType"); type != oci::kManifestType) {
    report.manifest("media-type", "/mediaType",
                    type.empty() ? "missing" : "found " + printable(type, 120));
  }
  const auto& artifact = manifest.artifact_type;
  if (is_legacy(artifact)) {
    report.manifest("legacy-type", "/artifactType", "found " + printable(artifact, 120));
  } else if (artifact != kArtifactType) {
    report.manifest("artifact-type", "/artifactType",
                    artifact.empty() ? "missing" : "found " + printable(artifact, 120));
  }
  const auto& config = manifest.config.media_type;
  if (is_legacy(config)) {
    report.manifest("legacy-type", "/config/mediaType", "found " + printable(config, 120));
  } else if (config != kConfigType) {
    report.manifest("config-type", "/config/mediaType", "found " + printable(config, 120));
  }
  if (manifest.layers.empty()) report.manifest("no-layers", "/layers", "empty");
}

Result<std::vector<LintFinding>> lint(std::string_view manifest, std::string_view config,
                                      std::span<const LintedArchive> archives) {
  const auto parsed = TRY(oci::parse_manifest(manifest));
  const auto document = TRY(json::parse(manifest));
  LintReport report;
  lint_manifest(document, parsed, report);
  lint_layers(parsed, archives, report);
  lint_config(config, parsed, report);
  return report.take();
}

}  // namespace mpk::modelpack
