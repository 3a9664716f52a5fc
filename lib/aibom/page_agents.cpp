// What an agent with this model may use: servers, tools, scopes, hints.
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/page_parts.hpp"
#include "aibom/page_text.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>

namespace mpk::aibom {
namespace {

constexpr std::size_t kServices = 200;

// The four hints of MCP's ToolAnnotations, as a person says them.
std::string hints(const Json& service) {
  constexpr std::array<std::array<const char*, 3>, 4> kHints = {{
      {"destructive", "may destroy", "destroys nothing"},
      {"readOnly", "only reads", "may write"},
      {"idempotent", "repeatable", "not repeatable"},
      {"openWorld", "reaches the open world", "closed world"},
  }};
  std::string out;
  for (const auto& [name, yes, no] : kHints) {
    const auto& value = property(service, own(kHint) + name);
    if (value != "true" && value != "false") continue;
    if (!out.empty()) out += ", ";
    const bool warns = value == "true" && std::string_view(name) == "destructive";
    if (warns)
      out += "<span class=\"level high\"><svg aria-hidden=\"true\"><use href=\"#problem\"/></svg>";
    out += value == "true" ? yes : no;
    if (warns) out += "</span>";
  }
  return out;
}

std::string line(const char* label, const std::string& html) {
  return html.empty() ? html : "<dt>" + std::string(label) + "</dt><dd>" + html + "</dd>\n";
}

std::string code(const std::string& value, std::size_t max = kShownName) {
  return value.empty() ? value : "<code>" + escape(value, max) + "</code>";
}

std::string yes_no(const Json& value, const char* yes, const char* no) {
  if (!value.is_boolean()) return {};
  return value.get<bool>() ? yes : no;
}

std::string endpoints(const Json& service) {
  std::string out;
  std::size_t shown = 0;
  for (const auto& each : items(member(service, "endpoints"))) {
    if (++shown > 20) break;
    if (!out.empty()) out += "<br>";
    out += link(text(each));
  }
  return out;
}

std::string data_flows(const Json& service) {
  std::vector<std::string> words;
  for (const auto& each : items(member(service, "data")))
    words.push_back(text(each, "flow") + " " + text(each, "classification"));
  return escape(join(words, ", "), 1000);
}

void add_tools(std::vector<Row>& rows, const Json& service, const std::string& prefix,
               std::size_t depth = 0) {
  if (depth > 8) return;
  for (const auto& tool : items(member(service, "services"))) {
    if (rows.size() > kShownRows) return;
    const auto name = prefix + text(tool, "name");
    rows.push_back({"<span class=\"code\">" + escape(name) + "</span>",
                    escape(text(tool, "description"), 600), hints(tool),
                    escape(property(tool, own(kScope)), 600),
                    code(property(tool, own(kToolDigest)))});
    add_tools(rows, tool, name + "/", depth + 1);
  }
}

std::string server(const Json& service) {
  auto command = property(service, own(kCommand));
  if (const auto& arguments = property(service, own(kArguments)); !arguments.empty())
    command += " " + arguments;
  std::string out = "<div class=\"server\"><h3><bdi>" + escape(text(service, "name")) + "</bdi>";
  if (const auto& version = text(service, "version"); !version.empty())
    out += " <span class=\"version\">" + escape(version, 60) + "</span>";
  out += "</h3>\n";
  if (const auto& words = text(service, "description"); !words.empty())
    out += "<p>" + escape_lines(words, 1000) + "</p>";
  out += "<dl>" + line("Provider", escape(text(member(service, "provider"), "name"))) +
         line("Endpoints", endpoints(service)) +
         line("Transport", escape(property(service, own(kTransport)))) +
         line("Command", code(command, 600)) +
         line("Access",
              yes_no(member(service, "authenticated"), "with a log-in", "without a log-in")) +
         line("Trust", yes_no(member(service, "x-trust-boundary"), "crosses a trust boundary",
                              "inside the trust boundary")) +
         line("Zone", escape(text(service, "trustZone"))) + line("Data", data_flows(service)) +
         line("Scopes", escape(property(service, own(kScope)), 600)) +
         line("Instructions", escape_lines(property(service, own(kInstructions)), 1000)) +
         line("Card signature", escape(property(service, own(kCardSignature)))) + "</dl>\n";
  std::vector<Row> rows;
  add_tools(rows, service, "");
  return out +
         html_table("Tools", {"Tool", "Does", "Hints", "Scopes", "Definition's SHA-256"}, rows) +
         "</div>\n";
}

}  // namespace

std::string agents_section(const PageView& view) {
  const auto& services = items(member(view.bom, "services"));
  std::string out;
  std::size_t shown = 0;
  for (const auto& service : services) {
    if (++shown > kServices) break;
    out += server(service);
  }
  if (services.size() > kServices) {
    out += "<p class=\"note\">" + std::to_string(services.size() - kServices) +
           " more are in the document.</p>\n";
  }
  return out;
}

}  // namespace mpk::aibom
