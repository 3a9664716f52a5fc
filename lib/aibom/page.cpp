// page: the sections in order, around them what HTML wants.
#include "aibom/page.hpp"

#include "aibom/lookup.hpp"
#include "aibom/page_parts.hpp"
#include "aibom/page_text.hpp"
#include "base/digest.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"

#include <nlohmann/json.hpp>

#include <string_view>
#include <vector>

namespace mpk::aibom {
namespace {

struct Section {
  std::string_view id, title;
  std::string html;
};

// CSP 3 §8.3: the hash of the style, so that no other one is applied even if it got in.
std::string content_security_policy() {
  const auto digest = crypto::sha256(page_style());
  return "default-src 'none'; style-src 'sha256-" + base64_encode(digest.bytes()) +
         "'; base-uri 'none'; form-action 'none'";
}

std::string head(const PageView& view) {
  const auto& version = text(view.model, "version");
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"" +
         escape(content_security_policy(), 0) +
         "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"referrer\" content=\"no-referrer\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>aiBOM: " +
         escape(full_name(view.model), 120) + (version.empty() ? "" : " " + escape(version, 60)) +
         "</title>\n<style>" + std::string(page_style()) + "</style>\n</head>\n";
}

}  // namespace

std::string html_page(const Json& bom) {
  const PageView view{bom, subject(bom), told_tiers(bom)};
  std::vector<Section> sections;
  const auto add = [&](std::string_view id, std::string_view title, std::string html) {
    if (!html.empty()) sections.push_back({id, title, std::move(html)});
  };
  add("summary", "Summary", summary_section(view));
  add("findings", "Findings", findings_section(view));
  add("lineage", "Lineage", lineage_section(view));
  add("tensors", "Tensors", tensors_section(view));
  add("evaluations", "Evaluations", evaluations_section(view));
  add("claims", "Claims", claims_section(view));
  add("training", "Training", training_section(view));
  add("licences", "Licences", licenses_section(view));
  add("data", "Data", datasets_section(view));
  add("permissions", "Agent permissions", agents_section(view));
  add("use", "Use and limits", use_section(view));
  add("parameters", "Parameters", parameters_section(view));
  add("files", "Files", files_section(view));
  add("tiers", "How far it is proven", tiers_section(view));
  add("document", "Document", document_section(view));

  std::string out = head(view) + "<body>\n" + mark_shapes() + "<header>\n" + page_header(view) +
                    "</header>\n<nav aria-label=\"Sections\">";
  for (const auto& section : sections) {
    out.append("<a href=\"#").append(section.id).append("\">");
    out.append(section.title).append("</a> ");
  }
  out += "</nav>\n<main>\n";
  for (const auto& section : sections) {
    out.append("<section id=\"").append(section.id);
    out.append("\" aria-labelledby=\"").append(section.id);
    out.append("-title\">\n<h2 id=\"").append(section.id);
    out.append("-title\">").append(section.title).append("</h2>\n");
    out.append(section.html).append("</section>\n");
  }
  return out +
         "</main>\n<footer><p>This page shows what the document says. Who signed it, and whether "
         "it "
         "describes the bytes you have, is told by <code>mpk verify</code>.</p></footer>\n"
         "</body>\n</html>\n";
}

}  // namespace mpk::aibom
