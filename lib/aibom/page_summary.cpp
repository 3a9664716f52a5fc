// What a person wants to know first: name, version, the facts to pick a model by, findings.
#include "aibom/agree.hpp"
#include "aibom/draft.hpp"
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/page_parts.hpp"
#include "aibom/page_text.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace mpk::aibom {
namespace {

const std::string& taxonomy(const PageView& view, std::string_view name) {
  return property(member(view.model, "modelCard"), name);
}

// "295392" → "295 K (295392)": the exact count stays readable.
std::string parameters_text(const std::string& count) {
  const auto number = parse_u64(count);
  if (!number) return escape(count);
  const auto human = human_count(*number);
  return human == count ? human : human + " (" + count + ")";
}

std::string sha256_of(const Json& component) {
  for (const auto& hash : items(member(component, "hashes"))) {
    if (text(hash, "alg") == "SHA-256") return text(hash, "content");
  }
  return {};
}

struct Line {
  std::string label, html;
};

std::string definitions(const std::vector<Line>& lines) {
  std::string out = "<dl>\n";
  for (const auto& [label, html] : lines) {
    if (html.empty()) continue;
    out.append("<dt>").append(label).append("</dt><dd>").append(html).append("</dd>\n");
  }
  return out + "</dl>\n";
}

std::string with_tier(const std::string& html, const std::string& mark) {
  return html.empty() ? html : html + mark;
}

}  // namespace

std::string full_name(const Json& component) {
  const auto& group = text(component, "group");
  const auto& name = text(component, "name");
  if (name.empty()) return "unnamed";
  return group.empty() ? name : group + "/" + name;
}

std::string page_header(const PageView& view) {
  const auto summary = summarize(view.bom);
  std::string out = "<p class=\"kicker\">AI bill of materials</p>\n<h1><bdi>" +
                    escape(full_name(view.model)) + "</bdi>";
  if (!summary.version.empty())
    out += " <bdi class=\"version\">" + escape(summary.version) + "</bdi>";
  out += "</h1>\n";
  if (const auto& words = text(view.model, "description"); !words.empty())
    out += "<p>" + escape_lines(words, 1200) + "</p>\n";
  out += "<ul class=\"chips\">";
  const auto chip = [&](const std::string& html) {
    if (!html.empty()) out += "<li>" + html + "</li>";
  };
  const auto count = parse_u64(summary.parameters);
  chip(escape(summary.architecture, 60));
  if (!summary.parameters.empty())
    chip((count ? human_count(*count) : escape(summary.parameters, 30)) + " parameters");
  chip(escape(summary.quantization, 40));
  if (!summary.context_length.empty()) chip(escape(summary.context_length, 30) + " tokens context");
  chip(escape(join(summary.licenses, ", "), 80));
  return out + "</ul>\n";
}

std::string summary_section(const PageView& view) {
  const std::string model(kModelPointer);
  const auto card = model + "/modelCard";
  const auto parameter = [&](const char* name) {
    const auto& value = text(member(member(view.model, "modelCard"), "modelParameters"), name);
    return with_tier(escape(value), tier_mark(view, card + "/modelParameters/" + name));
  };
  const auto fact = [&](const char* name) {
    return with_tier(escape(taxonomy(view, name)),
                     property_tier(view, member(view.model, "modelCard"), name, card));
  };
  const auto own_fact = [&](std::string_view name) {
    return with_tier(escape(property(view.model, own(name))),
                     property_tier(view, view.model, own(name), model));
  };
  auto parameters = parameters_text(property(view.model, own(kParameters)));
  if (parameters.empty()) {
    parameters = fact("cdx:ai-ml:model:parameter:count");
  } else {
    parameters += property_tier(view, view.model, own(kParameters), model);
  }
  auto digest = sha256_of(view.model);
  if (!digest.empty()) digest = "<code>sha256:" + escape(digest) + "</code>";
  const auto& supplier = text(member(view.model, "supplier"), "name");
  const auto licenses = licenses_of(view.model);
  return definitions({
      {"Name",
       "<bdi>" + escape(full_name(view.model)) + "</bdi>" + tier_mark(view, model + "/name")},
      {"Version",
       with_tier(escape(text(view.model, "version")), tier_mark(view, model + "/version"))},
      {"Supplier", escape(supplier)},
      {"Digest", with_tier(digest, tier_mark(view, model + "/hashes/0"))},
      {"Package", text(view.model, "purl").empty()
                      ? std::string()
                      : "<code>" + escape(text(view.model, "purl")) + "</code>"},
      {"Architecture", parameter("modelArchitecture")},
      {"Family", parameter("architectureFamily")},
      {"Task", parameter("task")},
      {"Parameters", parameters},
      {"Quantisation", fact("cdx:ai-ml:model:hyperparameter:quantization")},
      {"Precision", fact("cdx:ai-ml:model:parameter:_undefined:precision")},
      {"Context length", fact("cdx:ai-ml:model:hyperparameter:context_length")},
      {"Modality", fact("cdx:ai-ml:model:modality")},
      {"Languages", fact("cdx:ai-ml:model:language")},
      {"Format", own_fact(kFormat)},
      {"Chat template", own_fact(kChatTemplate)},
      {"Licence", licenses.empty() ? "none stated" : licenses},
  });
}

std::string findings_section(const PageView& view) {
  constexpr std::array<std::string_view, 4> kLevels = {"high", "medium", "low", "info"};
  std::vector<std::string> lines;
  std::size_t count = 0;
  // By level, the worst first; a level that nobody knows comes last, as it is.
  std::array<std::string, kLevels.size() + 1> by_level;
  for (const auto& finding : summarize(view.bom).findings) {
    if (++count > kShownRows) continue;
    const auto cut = finding.find(": ");
    const auto word = std::string_view(finding).substr(0, cut);
    const auto found = std::ranges::find(kLevels, word);
    if (found == kLevels.end() || cut == std::string::npos) {
      by_level.back() += "<li>" + escape(finding, 1000) + "</li>\n";
      continue;
    }
    const auto* shape = found - kLevels.begin() < 2 ? "problem" : "remark";
    by_level.at(static_cast<std::size_t>(found - kLevels.begin())) +=
        "<li><span class=\"level " + std::string(word) +
        "\"><svg aria-hidden=\"true\"><use href=\"#" + shape + "\"/></svg>" + std::string(word) +
        "</span> " + escape(finding.substr(cut + 2), 1000) + "</li>\n";
  }
  if (count == 0) return "<p>The document records none.</p>\n";
  std::string out = "<ul class=\"findings\">\n";
  for (const auto& html : by_level) out += html;
  out += "</ul>\n";
  if (count > kShownRows) {
    out += "<p class=\"note\">" + std::to_string(count - kShownRows) +
           " more are in the document.</p>\n";
  }
  return out;
}

}  // namespace mpk::aibom
