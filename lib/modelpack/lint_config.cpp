// lint of the config: the grammar in two profiles, and what a grammar can't see.
#include "base/digest.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "modelpack/config_schema.hpp"
#include "modelpack/lint_report.hpp"
#include "modelpack/media_types.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace mpk::modelpack {
namespace {

constexpr auto kPrecisions = std::to_array<std::string_view>(
    {"float32", "float64", "float16", "bfloat16", "float8_e4m3", "float8_e5m2", "complex32",
     "complex64", "complex128", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
     "uint64", "bool"});

using Violations = std::set<std::pair<std::string, std::string>>;

Violations violations_of(const json::Schema& schema, const Json& document) {
  Violations out;
  for (const auto& each : schema.validate(document)) out.emplace(each.instance, each.message);
  return out;
}

void lint_grammar(const Json& document, LintReport& report) {
  const auto main = violations_of(config_schema_main(), document);
  const auto release = violations_of(config_schema_release(), document);
  for (const auto& each : main) {
    report.config("config-schema", each.first, each.second,
                  release.contains(each) ? std::string() : std::string("main"));
  }
  for (const auto& each : release) {
    if (!main.contains(each)) report.config("config-schema", each.first, each.second, "v0.0.7");
  }
}

void lint_diff_ids(const Json& document, const oci::Manifest& manifest, LintReport& report) {
  const auto ids = document.value("/modelfs/diffIds"_json_pointer, Json());
  if (!ids.is_array()) return;
  if (ids.size() != manifest.layers.size()) {
    return report.config(
        "diff-ids-count", "/modelfs/diffIds",
        std::to_string(ids.size()) + " for " + std::to_string(manifest.layers.size()) + " layers");
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!ids[i].is_string()) continue;  // the grammar's
    const auto pointer = "/modelfs/diffIds/" + std::to_string(i);
    const auto digest = Digest::parse(ids[i].get<std::string>());
    if (!digest) {
      report.config("diff-id", pointer, digest.error().message());
      continue;
    }
    const auto& layer = manifest.layers[i];
    const auto type = parse_media_type(layer.media_type);
    // Content that is not compressed is the layer itself.
    const bool plain = type && (type->encoding == Encoding::raw || type->encoding == Encoding::tar);
    if (plain && digest->algorithm() == layer.digest.algorithm() && *digest != layer.digest) {
      report.config("diff-id", pointer,
                    digest->brief() + ", layer " + std::to_string(i) +
                        " is not compressed and is " + layer.digest.brief());
    }
  }
}

bool is_param_size(std::string_view text) {
  if (text.size() < 2) return false;
  const std::string scale = lower_ascii(text.substr(text.size() - 1));
  if (std::string_view("qtbmk").find(scale) == std::string_view::npos) return false;
  const auto parts = split(text.substr(0, text.size() - 1), '.');
  return parts.size() <= 2 &&
         std::ranges::all_of(parts,
                             [](std::string_view part) { return parse_u64(part).has_value(); }) &&
         (parts.size() == 1 || parts[1].size() == 1);
}

void lint_texts(const Json& document, LintReport& report) {
  const auto text = [&](const char* key) -> std::string {
    const auto found = document.find("config");
    if (found == document.end() || !found->is_object()) return {};
    const auto value = found->find(key);
    return value != found->end() && value->is_string() ? value->get<std::string>() : std::string();
  };
  if (const auto precision = text("precision"); !precision.empty()) {
    for (const auto part : split(precision, ',')) {
      if (std::ranges::find(kPrecisions, part) == kPrecisions.end())
        report.config("precision-value", "/config/precision", "found " + printable(part, 80));
    }
  }
  if (const auto size = text("paramSize"); !size.empty() && !is_param_size(size))
    report.config("param-size", "/config/paramSize", "found " + printable(size, 80));
}

}  // namespace

void lint_config(std::string_view config, const oci::Manifest& manifest, LintReport& report) {
  const auto document = json::parse(config);
  if (!document || !document->is_object())
    return report.config("config-syntax", "", document ? "no object" : document.error().message());
  lint_grammar(*document, report);
  lint_diff_ids(*document, manifest, report);
  lint_texts(*document, report);
}

}  // namespace mpk::modelpack
