// contradictions: precisions, sizes, licences, external data.
#include "model/contradictions.hpp"

#include "base/ascii.hpp"
#include "base/directory.hpp"
#include "base/text.hpp"
#include "model/collect.hpp"
#include "model/license.hpp"
#include "model/names.hpp"
#include "model/precision.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

namespace mpk::model {
namespace {

/// "GPL-3.0-or-later" and "GPL-3.0" have one text.
std::string text_id(const License& license) {
  std::string id = license.spdx_id.empty() ? lower_ascii(license.name) : license.spdx_id;
  for (const std::string_view suffix : {"-only", "-or-later"}) {
    if (id.ends_with(suffix)) id.resize(id.size() - suffix.size());
  }
  return id;
}

bool says_nothing(const License& license) {
  const std::string id = lower_ascii(license.name);
  return license.spdx_id.empty() && (id == "other" || id == "unknown");
}

double unit(char letter) {
  switch (letter) {
    case 'k':
    case 'K':
      return 1e3;
    case 'm':
    case 'M':
      return 1e6;
    case 'b':
    case 'B':
      return 1e9;
    case 't':
    case 'T':
      return 1e12;
    default:
      return 0;
  }
}

}  // namespace

std::optional<double> declared_size(std::string_view text, bool exact) {
  std::optional<double> best;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    const std::size_t start = at;
    std::string digits;
    for (; at < text.size(); ++at) {
      // "295,392" and "7.5": a separator counts only between digits.
      const bool separator =
          (text[at] == '.' || text[at] == ',') && at + 1 < text.size() && is_digit(text[at + 1]);
      if (!is_digit(text[at]) && !separator) break;
      if (text[at] != ',') digits += text[at];
    }
    const char before = start == 0 ? ' ' : text[start - 1];
    if (at < text.size() && (text[at] == 'x' || text[at] == 'X')) return std::nullopt;
    if (is_letter(before) || before == '.') continue;  // "A3B" counts active parameters only
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) continue;
    double scale = 1;
    std::size_t next = at;
    if (next < text.size() && exact && text[next] == ' ') ++next;
    if (next < text.size() && is_letter(text[next])) {
      const bool alone = next + 1 >= text.size() || !is_letter(text[next + 1]);
      scale = alone && !(next + 1 < text.size() && is_digit(text[next + 1])) ? unit(text[next]) : 0;
      if (exact && scale == 0) {
        const std::string word = lower_ascii(text.substr(next, 7));
        if (word == "million") scale = 1e6;
        if (word == "billion") scale = 1e9;
      }
    }
    // "128k" in a name is a context, "1M" too; "2" is a version.
    if (!exact && (scale < 1e6 || (scale < 1e9 && value < 10))) continue;
    if (exact && scale == 1 && value < 1000) continue;
    if (scale != 0) best = std::max(best.value_or(0), value * scale);
  }
  return best;
}

void check_precision(const Weights& weights, ModelInfo& info) {
  const Fact* declared = find_fact(info, "torch_dtype");
  const std::string_view found = main_float_precision(info.tensors);
  // A quantised model keeps the type that it computes in.
  if (!declared || found.empty() || !weights.complete || !info.quantization.empty()) return;
  if (declared->value == found || declared->value == "auto") return;
  add_finding(info, Severity::low, "precision-contradicts", declared->source,
              "torch_dtype is " + printable(declared->value, 80) + ", most parameters are " +
                  std::string(found),
              "correct torch_dtype: loaders convert the weights to it", declared->pointer);
}

void check_size_claims(const Weights& weights, ModelInfo& info) {
  const bool packed = weights.format == Format::safetensors && !info.quantization.empty();
  const bool adapter = find_fact(info, "tune_method") != nullptr;
  if (!weights.complete || packed || adapter || info.tensors.parameters == 0) return;
  const auto counted = static_cast<double>(info.tensors.parameters);
  std::set<std::string> reported;
  for (const Fact& claim : info.size_claims) {
    const bool exact = claim.name == "parameters";
    const auto declared = declared_size(claim.value, exact);
    // Names round freely ("gemma-7b" has 8.5 billion); labels are computed.
    const double tolerance = exact ? 1.25 : 1.5;
    if (!declared || (counted <= *declared * tolerance && *declared <= counted * tolerance)) {
      continue;
    }
    if (!reported.insert(claim.source + "\n" + claim.value).second) continue;
    add_finding(info, Severity::medium, "parameters-contradict", claim.source,
                "says \"" + printable(claim.value, 80) + "\", the tensors have " +
                    human_count(info.tensors.parameters) + " parameters",
                "check that these are the weights that were meant");
  }
}

void check_licenses(const Heads& heads, ModelInfo& info) {
  std::map<std::string, std::set<std::string>> by_source;
  std::set<std::string> declared;
  for (const License& license : info.licenses) {
    if (says_nothing(license)) continue;
    by_source[license.source].insert(text_id(license));
    declared.insert(text_id(license));
  }
  const auto names = [](const std::set<std::string>& ids) {
    return printable(join(std::vector<std::string>(ids.begin(), ids.end()), ", "), 200);
  };
  for (const auto& [source, ids] : by_source) {
    if (ids == by_source.begin()->second) continue;
    add_finding(info, Severity::medium, "license-contradicts", source,
                "declares " + names(ids) + ", " + printable(by_source.begin()->first, 200) +
                    " declares " + names(by_source.begin()->second),
                "make both name the same licence");
  }
  for (const auto& [path, head] : heads) {
    if (path.find('/') != path.npos || !is_license_name(path)) continue;
    const auto found = recognise_license_text(head->bytes);
    if (!found) continue;
    add_license(info, {*found, *found, "", Tier::inferred, head->path});
    if (declared.empty() || declared.contains(*found)) continue;
    add_finding(info, Severity::medium, "license-contradicts", head->path,
                "is the text of " + *found + ", declared is " + names(declared),
                "correct the declaration or the text");
  }
}

void check_external_data(const Heads& heads, const Weights& weights, ModelInfo& info) {
  for (const auto& [path, header] : weights.onnx) {
    for (const std::string& file : header.external_files) {
      if (!safe_relative_path(file)) {
        add_finding(info, Severity::high, "external-data-outside", path,
                    "external data \"" + printable(file, 200) + "\" is not beside the model",
                    "do not load this model");
        continue;
      }
      const auto head = heads.find(std::string(directory(path)) + file);
      if (head == heads.end()) {
        add_finding(info, Severity::high, "external-data-missing", path,
                    "external data \"" + printable(file, 200) + "\" is missing", "add the file");
        continue;
      }
      const auto end = header.external_ends.find(file);
      if (end == header.external_ends.end() || end->second <= head->second->size) continue;
      add_finding(info, Severity::high, "external-data-short", path,
                  "external data \"" + printable(file, 200) + "\" has " +
                      std::to_string(head->second->size) + " bytes, the tensors need " +
                      std::to_string(end->second),
                  "get the file from its source again");
    }
  }
}

}  // namespace mpk::model
