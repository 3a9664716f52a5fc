// lint: does an artifact keep to ModelPack's specification, and can its known readers use it?
#pragma once

#include "base/parallel.hpp"
#include "base/progress.hpp"
#include "base/result.hpp"
#include "oci/manifest.hpp"
#include "oci/store.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::modelpack {

/// error: against a MUST or the schema, or harmful. warning: against a SHOULD, or a known reader
/// refuses or skips it. note: worth knowing.
enum class LintSeverity { note, warning, error };
std::string_view to_string(LintSeverity severity);
/// usage: another word.
Result<LintSeverity> parse_lint_severity(std::string_view word);

struct LintRule {
  std::string_view code;  // stable
  LintSeverity severity;
  std::string_view clause;  // of model-spec, or the reader that it is about
  std::string_view hint;
};
/// All rules, in the order of the manual.
std::span<const LintRule> lint_rules();

struct LintFinding {
  const LintRule* rule;
  LintSeverity severity;  // the rule's; warning where only v0.0.7 objects
  /// "main" and v0.0.7, the last release, or one of them. Empty: both.
  std::string profile;
  std::string document;              // "manifest" or "config"
  std::string pointer;               // JSON Pointer in it
  std::optional<std::size_t> layer;  // counted from 0
  std::string message;
};

/// What is in a layer that is an archive.
struct LintedArchive {
  std::vector<std::string> paths;     // of its files, below the target
  std::vector<std::string> warnings;  // bits of modes that are not passed on
  std::optional<Error> refusal;       // why nobody should take it
};
/// Reads the archives among the layers; one entry for each layer, empty for the others. Errors are
/// those of the store; what is wrong with an archive is not one.
Result<std::vector<LintedArchive>> read_linted_archives(oci::Store& store,
                                                        const oci::Manifest& manifest,
                                                        Progress* progress,
                                                        const CancelToken& cancel);

/// In the order of the documents: the manifest, its layers, the config. Pure. `archives`: as
/// read_linted_archives() has them, or none. malformed: the manifest is no image manifest
/// (oci::parse_manifest); a config that is no JSON is a finding.
Result<std::vector<LintFinding>> lint(std::string_view manifest, std::string_view config,
                                      std::span<const LintedArchive> archives = {});

}  // namespace mpk::modelpack
