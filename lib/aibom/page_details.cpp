// The long parts: intended use, parameters, files, the document itself.
#include "aibom/described_files.hpp"
#include "aibom/draft.hpp"
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/page_parts.hpp"
#include "aibom/page_text.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <utility>

namespace mpk::aibom {
namespace {

constexpr std::size_t kParagraphs = 50;

std::string file_size(const Json& file) {
  const auto& told = property(file, own(kSize));
  const auto bytes = parse_u64(told);
  return bytes ? human_size(*bytes) : escape(told, 40);
}

std::string digests(const Json& file) {
  std::string out;
  for (const auto& hash : items(member(file, "hashes"))) {
    if (!out.empty()) out += "<br>";
    out +=
        "<code>" + escape(text(hash, "alg"), 20) + " " + escape(text(hash, "content")) + "</code>";
  }
  return out;
}

void add_files(std::vector<Row>& rows, const Files& files, const std::string& where) {
  for (const auto& [name, components] : files) {
    for (const auto* file : components) {
      // One over, so that the table can say that there are more.
      rows.push_back(rows.size() < kShownRows
                         ? Row{"<span class=\"code\">" + escape(where) + escape(name) + "</span>",
                               file_size(*file), digests(*file)}
                         : Row{});
    }
  }
}

std::string tool_names(const Json& bom) {
  const auto& tools = member(member(bom, "metadata"), "tools");
  std::vector<std::string> names;
  // Up to CycloneDX 1.4 tools was the list itself.
  for (const auto* list : {&tools, &member(tools, "components"), &member(tools, "services")}) {
    for (const auto& tool : items(*list)) {
      const auto& version = text(tool, "version");
      names.push_back(text(tool, "name") + (version.empty() ? "" : " " + version));
    }
  }
  return escape(join(names, ", "), 600);
}

std::string line(const char* label, const std::string& html) {
  return html.empty() ? html : "<dt>" + std::string(label) + "</dt><dd>" + html + "</dd>\n";
}

std::string people(const Json& list) {
  std::vector<std::string> out;
  for (const auto& each : items(list)) {
    const auto& name = text(each, "name");
    out.push_back(name.empty() ? text(each, "email") : name);
  }
  return escape(join(out, ", "), 600);
}

}  // namespace

std::string use_section(const PageView& view) {
  const auto& considerations = member(member(view.model, "modelCard"), "considerations");
  const auto pointer = std::string(kModelPointer) + "/modelCard/considerations/";
  std::string out;
  for (const auto& [key, title] : {std::pair{"users", "Users"},
                                   {"useCases", "Intended use"},
                                   {"technicalLimitations", "Limitations"},
                                   {"performanceTradeoffs", "Trade-offs"},
                                   {"ethicalConsiderations", "Ethical considerations"}}) {
    std::string words;
    std::size_t shown = 0;
    for (const auto& each : items(member(considerations, key))) {
      if (++shown > kParagraphs) break;
      const auto& paragraph = each.is_string() ? text(each) : text(each, "name");
      if (paragraph.empty()) continue;
      words += "<p>" + escape_lines(paragraph);
      if (const auto& answer = text(each, "mitigationStrategy"); !answer.empty()) {
        words.append("<br><span class=\"note\">Mitigation: ");
        words.append(escape_lines(answer)).append("</span>");
      }
      words += "</p>\n";
    }
    if (words.empty()) continue;
    out.append("<h3>").append(title).append(tier_mark(view, pointer + key + "/0"));
    out.append("</h3>\n").append(words);
  }
  const auto& grams =
      property(member(considerations, "environmentalConsiderations"), own(kEmissions));
  if (!grams.empty()) out += "<h3>Emissions</h3><p>" + escape(grams, 60) + " g CO₂eq</p>\n";
  return out;
}

std::string parameters_section(const PageView& view) {
  constexpr std::array<std::string_view, 3> kPrefixes = {"cdx:ai-ml:model:", "cdx:ai-ml:", "mpk:"};
  const auto& list = items(member(member(view.model, "modelCard"), "properties"));
  const auto pointer = std::string(kModelPointer) + "/modelCard/properties/";
  std::vector<Row> rows;
  for (std::size_t i = 0; i < list.size(); ++i) {
    std::string_view name = text(list[i], "name");
    for (const auto prefix : kPrefixes) {
      if (name.starts_with(prefix) && name.size() > prefix.size())
        name.remove_prefix(prefix.size());
    }
    rows.push_back({escape(name), escape(text(list[i], "value"), 600),
                    tier_mark(view, pointer + std::to_string(i))});
  }
  return html_table("Parameters and hyperparameters", {"Name", "Value", "Tier"}, rows, 6);
}

std::string files_section(const PageView& view) {
  const auto described = described_files(view.bom);
  std::vector<Row> rows;
  add_files(rows, described.files, "");
  for (const auto& archive : described.archives)
    add_files(rows, archive.files, text(*archive.component, "name") + ": ");
  if (rows.empty()) return {};
  return html_table("Files with their digests", {"File", "Size", "Digest"}, rows, 4);
}

std::string document_section(const PageView& view) {
  const auto& metadata = member(view.bom, "metadata");
  const auto& number = member(view.bom, "version");
  std::string links;
  std::size_t shown = 0;
  for (const auto& each : items(member(view.model, "externalReferences"))) {
    if (++shown > kParagraphs) break;
    links += (links.empty() ? "" : "<br>") + escape(text(each, "type"), 60) + ": " +
             link(text(each, "url"));
  }
  std::string truncated;
  for (const auto& each : items(member(view.model, "properties"))) {
    if (text(each, "name") == own(kTruncated))
      truncated += (truncated.empty() ? "" : "<br>") + escape(text(each, "value"));
  }
  const auto& timestamp = text(metadata, "timestamp");
  const bool reproducible = property(metadata, "cdx:reproducible") == "true";
  return "<dl>\n" + line("Format", "CycloneDX " + escape(text(view.bom, "specVersion"), 20)) +
         line("Serial number", "<code>" + escape(text(view.bom, "serialNumber")) + "</code>") +
         line("Revision", number.is_number_integer() ? escape(number.dump(), 30) : std::string()) +
         line("Written", timestamp.empty() ? (reproducible ? "reproducibly, without a date" : "")
                                           : escape(timestamp, 60)) +
         line("By", tool_names(view.bom)) + line("Authors", people(member(metadata, "authors"))) +
         line("References", links) + line("Cut", truncated) + "</dl>\n";
}

}  // namespace mpk::aibom
