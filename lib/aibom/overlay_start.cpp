// Starting an aibom.yaml: what to ask comes from the form and the profiles, what is known already
// from a document of the model.
#include "aibom/overlay_start.hpp"

#include "aibom/lookup.hpp"
#include "aibom/overlay.hpp"
#include "aibom/overlay_keys.hpp"
#include "aibom/placeholder.hpp"
#include "aibom/score.hpp"
#include "aibom/score_locate.hpp"
#include "aibom/told_tiers.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <array>
#include <string_view>
#include <vector>

namespace mpk::aibom {
namespace {

constexpr std::string_view kBlank = "TODO";
constexpr std::size_t kLineLength = 100, kValueLength = 60, kMostValues = 3;
// The order in which a person would be asked; objects of Json are sorted by key.
constexpr auto kMembers = std::to_array<std::string_view>(
    {"name", "version", "description", "url", "email", "identifier", "sha256", "license", "owner",
     "statistics", "classification", "sensitiveData", "groupAtRisk", "benefits", "harms",
     "mitigation", "activity", "kWh", "co2Tonnes"});

// What a line asks for: the name before it only says of what. "[{name: …, url: …}]": url.
std::string_view asked(std::string_view line) {
  line = line.substr(0, line.rfind(": "));
  const auto start = line.find_last_of(" {");
  return start == std::string_view::npos ? line : line.substr(start + 1);
}

// "g7 MD-01, MD-02 · ntia author": the elements whose line has this key and, if not empty, asks for
// this member of it.
std::string answered(std::string_view key, std::string_view member = {}) {
  std::vector<std::string> out;
  for (const auto& profile : profiles()) {
    std::vector<std::string> ids;
    for (const auto& element : profile.elements) {
      const bool of_key = element.line.starts_with(std::string(key) + ":");
      if (of_key && (member.empty() || asked(element.line) == member)) ids.emplace_back(element.id);
    }
    if (!ids.empty()) out.push_back(std::string(profile.name) + " " + join(ids, ", "));
  }
  return join(out, " · ");
}

// A comment of as many lines as it takes.
std::string comment(std::string_view text) {
  std::string out, line = "#";
  for (auto word : split(text, ' ')) {
    if (line.size() + word.size() >= kLineLength && line.size() > 1) {
      out += line + "\n";
      line = "#  ";
    }
    line.append(" ").append(word);
  }
  return out + line + "\n";
}

class Start {
 public:
  explicit Start(const Json& bom)
      : bom_(bom), subject_(find_subject(bom)), tiers_(told_tiers(bom)) {}

  std::string text_of(const Json& form) const {
    auto out = head();
    const auto& properties = member(form, "properties");
    for (const auto& key : overlay_keys()) {
      if (!key.heading.empty()) out += fmt::format("\n# ---- {} ----\n", key.heading);
      out += "\n" + of_key(key, member(properties, key.name));
    }
    return out;
  }

 private:
  std::string head() const {
    const auto& name = text(subject_.value, "name");
    auto out = fmt::format("# yaml-language-server: $schema={}\n", kInstalledSchema);
    out += comment("What no file of " + (name.empty() ? "the model" : printable(name, 60)) +
                   " tells, for its bill of materials. mpk aibom create and mpk ship read it from "
                   "the model's directory.");
    out += "#\n";
    out += comment(
        "Answer what you can in the place of a TODO, and leave or delete the rest: a "
        "TODO is never written into a document.");
    out += comment(
        "A key that is commented out is answered by the model's own files; take its # "
        "away only to correct a card. What was verified stays as it is.");
    out += comment(
        "After each key: the elements of profiles that it answers. mpk aibom score "
        "BOM --profile NAME counts them.");
    return out + "apiVersion: mpk/v1\n";
  }

  // "tiny-llama, … (declared in README.md)"; empty: nothing answers.
  std::string told(const OverlayKey& key) const {
    std::vector<std::string> values;
    std::string proof;
    const auto where = told_where(key);
    for (std::string_view paths = where; !paths.empty();) {
      const auto end = paths.find(" | ");
      for (const auto& spot : locate(bom_, subject_, paths.substr(0, end))) {
        if (spot.value == nullptr || !says_something(*spot.value)) continue;
        if (values.size() == kMostValues) {
          values.emplace_back("…");
          break;
        }
        if (values.size() > kMostValues) break;
        values.push_back(one_line(*spot.value));
        if (proof.empty()) proof = proof_of(spot.pointer);
      }
      paths = end == std::string_view::npos ? std::string_view() : paths.substr(end + 3);
    }
    return values.empty() ? std::string() : join(values, ", ") + (proof.empty() ? "" : proof);
  }
  static std::string one_line(const Json& value) {
    auto out = printable(value.is_string() ? text(value) : json::compact(value), kValueLength);
    // printable() shows a line break as \n.
    if (const auto end = out.find("\\n"); end != std::string::npos) out = out.substr(0, end) + "…";
    return out;
  }
  std::string proof_of(std::string pointer) const {
    for (; !pointer.empty(); pointer.resize(pointer.rfind('/'))) {
      const auto found = tiers_.find(pointer);
      if (found == tiers_.end()) continue;
      return fmt::format(" ({}{}{})", found->second.tier,
                         found->second.source.empty() ? "" : " in ",
                         printable(found->second.source, kValueLength));
    }
    return {};
  }

  std::string of_key(const OverlayKey& key, const Json& form) const {
    auto out = comment(text(form, "description"));
    if (const auto elements = answered(key.name); !elements.empty())
      out += comment("answers " + elements);
    if (const auto& choices = items(member(form, "enum")); !choices.empty()) {
      std::vector<std::string> words;
      for (const auto& each : choices) {
        if (text(each) != kBlank) words.push_back(text(each));
      }
      out += comment("one of: " + join(words, ", "));
    }
    const auto known = told(key);
    if (key.name == "datasets") return out + datasets(member(form, "items"));
    auto lines = blank(key.name, form);
    if (known.empty()) return out + lines;
    out += comment("known: " + known);
    std::string commented = "# ";
    for (const char c : lines.substr(0, lines.size() - 1)) {
      commented += c;
      if (c == '\n') commented += "# ";
    }
    return out + commented + "\n";
  }

  static std::string blank(std::string_view key, const Json& form) {
    const auto& type = text(form, "type");
    if (type == "object") return fmt::format("{}:\n{}", key, members(key, form, "  ", {}));
    if (type != "array") return fmt::format("{}: {}\n", key, kBlank);
    const auto& item = member(form, "items");
    if (text(item, "type") != "object") return fmt::format("{}:\n  - {}\n", key, kBlank);
    return fmt::format("{}:\n{}", key, members(key, item, "  - ", {}));
  }

  // The members of an object, the first one after `first`; `name` if that is known.
  static std::string members(std::string_view key, const Json& form, std::string_view first,
                             std::string_view name) {
    std::string out;
    for (const auto member_name : kMembers) {
      const auto& each = member(member(form, "properties"), member_name);
      if (each.is_null()) continue;
      std::string value(kBlank);
      if (text(each, "type") == "array") value = fmt::format("[{}]", kBlank);
      if (member_name == "name" && !name.empty()) value = json::compact(std::string(name));
      out += out.empty() ? std::string(first) : std::string(first.size(), ' ');
      out += fmt::format("{}: {}", member_name, value);
      if (const auto elements = answered(key, member_name); !elements.empty() && key == "datasets")
        out += "  # " + elements;
      out += "\n";
    }
    return out;
  }

  // Names are repeated, for they say which dataset is meant.
  std::string datasets(const Json& form) const {
    std::string out;
    for (const auto& each : items(member(bom_, "components"))) {
      const auto& name = text(each, "name");
      if (text(each, "type") != "data" || is_placeholder(name)) continue;
      out += members("datasets", form, "  - ", name);
    }
    if (out.empty()) return "datasets:\n" + members("datasets", form, "  - ", {});
    return "# known by name; say the rest\ndatasets:\n" + out;
  }

  const Json& bom_;
  Subject subject_;
  ToldTiers tiers_;
};

}  // namespace

std::string start_overlay(const Json& bom) {
  // Embedded and proven by parse_overlay()'s tests.
  auto form = json::parse(overlay_schema());
  return form ? Start(bom).text_of(*form) : std::string();
}

}  // namespace mpk::aibom
