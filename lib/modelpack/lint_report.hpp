// What the parts of lint share. Internal to modelpack/.
#pragma once

#include "json/value.hpp"
#include "modelpack/lint.hpp"
#include "oci/manifest.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::modelpack {

class LintReport {
 public:
  /// `code` is one of lint_rules().
  void manifest(std::string_view code, std::string pointer, std::string message);
  void layer(std::string_view code, std::size_t index, std::string_view annotation,
             std::string message);
  void config(std::string_view code, std::string pointer, std::string message,
              std::string profile = {});
  std::vector<LintFinding> take() { return std::move(findings_); }

 private:
  LintFinding& add(std::string_view code, std::string_view document, std::string pointer,
                   std::string message);
  std::vector<LintFinding> findings_;
};

void lint_manifest(const Json& document, const oci::Manifest& manifest, LintReport& report);
void lint_layers(const oci::Manifest& manifest, std::span<const LintedArchive> archives,
                 LintReport& report);
void lint_config(std::string_view config, const oci::Manifest& manifest, LintReport& report);

}  // namespace mpk::modelpack
