// Compare: server, tools and prompts, paired by name; what is left over may be renamed.
#include "agent/compare.hpp"

#include "agent/compare_tool.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace mpk::agent {
namespace {

std::string in_quotes(std::string_view text) { return "\"" + printable(text, 120) + "\""; }

void compare_text(const char* code, const char* what, const std::string& name,
                  const std::string& before, const std::string& after, std::vector<Change>& out) {
  if (before == after) return;
  auto [was, is] = excerpts(before, after);
  out.push_back({code, name, what, {{"before", std::move(was)}, {"after", std::move(is)}}});
}

// What is unknown on one side says nothing.
void compare_known(const char* code, const char* what, const std::string& name,
                   const std::string& before, const std::string& after, std::vector<Change>& out) {
  if (!before.empty() && !after.empty()) compare_text(code, what, name, before, after, out);
}

void compare_server(const Server& pinned, const Server& live, std::vector<Change>& out) {
  const auto& name = pinned.name;
  compare_known("server-name-changed", "the server calls itself otherwise", name, pinned.said_name,
                live.said_name, out);
  compare_known("server-version-changed", "the server has another version", name, pinned.version,
                live.version, out);
  compare_known("endpoint-changed", "the server is at another address", name, pinned.endpoint,
                live.endpoint, out);
  // A captured list alone has no instructions: only who introduced itself has said that it has
  // none.
  if (pinned.instructions || live.instructions) {
    const bool both_known = (pinned.instructions || !pinned.said_name.empty()) &&
                            (live.instructions || !live.said_name.empty());
    if (both_known) {
      compare_text("instructions-changed", "the instructions for the model changed", name,
                   pinned.instructions.value_or(""), live.instructions.value_or(""), out);
    }
  }
  compare_scopes(name, pinned.scopes, live.scopes, out);
}

// The definition without its name: two tools of equal ones are one tool under two names.
std::string nameless(const Tool& tool) {
  if (!tool.definition) return {};
  Json definition = *tool.definition;
  definition.erase("name");
  // So poor a definition proves no kinship.
  return definition.empty() ? std::string() : json::compact(definition);
}

void compare_tools(const std::vector<Tool>& pinned, const std::vector<Tool>& live,
                   std::vector<Change>& out) {
  std::map<std::string, const Tool*> before, after;
  for (const auto& tool : pinned) before.emplace(tool.name, &tool);
  for (const auto& tool : live) after.emplace(tool.name, &tool);
  std::map<std::string, std::vector<const Tool*>> gone;
  for (const auto& [name, tool] : before) {
    const auto same = after.find(name);
    if (same != after.end()) {
      compare_tool(*tool, *same->second, out);
    } else if (auto key = nameless(*tool); !key.empty()) {
      gone[key].push_back(tool);
    }
  }
  std::map<std::string, bool> renamed;
  for (const auto& [name, tool] : after) {
    if (before.contains(name)) continue;
    const auto found = gone.find(nameless(*tool));
    if (found != gone.end() && !found->second.empty()) {
      const auto* old = found->second.back();
      found->second.pop_back();
      renamed[old->name] = true;
      out.push_back({"tool-renamed",
                     name,
                     "has the definition that was pinned as " + in_quotes(old->name),
                     {{"before", old->name}, {"after", name}}});
      compare_scopes(name, old->scopes, tool->scopes, out);
    } else {
      out.push_back({"tool-added", name, "is not pinned", describe_tool(*tool)});
    }
    // Also in the name itself.
    note_invisible(nullptr, *tool, out);
  }
  for (const auto& [name, tool] : before) {
    if (after.contains(name) || renamed.contains(name)) continue;
    out.push_back({"tool-removed", name, "is pinned, and the server does not offer it", {}});
  }
}

void compare_prompts(const std::vector<Prompt>& pinned, const std::vector<Prompt>& live,
                     std::vector<Change>& out) {
  std::map<std::string, const Prompt*> before, after;
  for (const auto& prompt : pinned) before.emplace(prompt.name, &prompt);
  for (const auto& prompt : live) after.emplace(prompt.name, &prompt);
  for (const auto& [name, prompt] : before) {
    const auto same = after.find(name);
    if (same == after.end()) {
      out.push_back({"prompt-removed", name, "is pinned, and the server does not offer it", {}});
    } else if (prompt->digest != same->second->digest) {
      out.push_back(
          {"prompt-changed",
           name,
           "has another title, description or arguments",
           {{"before", prompt->description + " (" + prompt->digest.brief() + ")"},
            {"after", same->second->description + " (" + same->second->digest.brief() + ")"}}});
    }
  }
  for (const auto& [name, prompt] : after) {
    if (!before.contains(name))
      out.push_back({"prompt-added", name, "is not pinned", {{"after", prompt->description}}});
  }
}

}  // namespace

std::vector<Change> compare(const Server& pinned, const Server& live) {
  std::vector<Change> out;
  compare_server(pinned, live, out);
  auto at = out.size();
  if (pinned.tools && live.tools) compare_tools(*pinned.tools, *live.tools, out);
  std::stable_sort(out.begin() + static_cast<std::ptrdiff_t>(at), out.end(),
                   [](const Change& a, const Change& b) { return a.subject < b.subject; });
  at = out.size();
  if (pinned.prompts && live.prompts) compare_prompts(*pinned.prompts, *live.prompts, out);
  std::stable_sort(out.begin() + static_cast<std::ptrdiff_t>(at), out.end(),
                   [](const Change& a, const Change& b) { return a.subject < b.subject; });
  return out;
}

std::pair<std::string, std::string> excerpts(std::string_view before, std::string_view after,
                                             std::size_t width) {
  constexpr std::size_t kLead = 30;
  std::size_t common = 0;
  while (common < before.size() && common < after.size() && before[common] == after[common])
    ++common;
  std::size_t start = common > kLead ? common - kLead : 0;
  // Not in the middle of a character.
  const auto is_middle = [](std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;
  };
  while (start > 0 && is_middle(before.empty() ? after : before, start)) --start;
  const auto cut = [&](std::string_view text) {
    auto part = text.substr(std::min(start, text.size()));
    return (start > 0 ? "…" : "") + printable(part, width);
  };
  return {cut(before), cut(after)};
}

}  // namespace mpk::agent
