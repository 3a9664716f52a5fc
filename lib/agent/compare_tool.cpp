// One tool: each pinned member has a code, each hint another.
#include "agent/compare_tool.hpp"

#include "agent/invisible.hpp"
#include "agent/widening.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace mpk::agent {
namespace {

constexpr std::size_t kShownDifferences = 8;

const Json* member(const Tool& tool, std::string_view name) {
  const auto found = tool.definition->find(name);
  return found == tool.definition->end() ? nullptr : &*found;
}

std::string text(const Json* value) {
  if (value == nullptr) return {};
  return value->is_string() ? value->get<std::string>() : json::compact(*value);
}

bool equal(const Json* a, const Json* b) {
  return (a == nullptr) == (b == nullptr) && (a == nullptr || *a == *b);
}

void compare_text(const char* code, const char* message, std::string_view name, const Tool& pinned,
                  const Tool& live, std::vector<Change>& out) {
  const auto* was = member(pinned, name);
  const auto* is = member(live, name);
  if (equal(was, is)) return;
  auto [before, after] = excerpts(text(was), text(is));
  out.push_back({code, live.name, message, {{"before", before}, {"after", after}}});
}

void compare_schema(const char* changed, const char* widened, std::string_view name,
                    const Tool& pinned, const Tool& live, std::vector<Change>& out) {
  const auto* was = member(pinned, name);
  const auto* is = member(live, name);
  if (equal(was, is)) return;
  // Without a schema everything is taken.
  const Json anything = true;
  auto differences =
      schema_differences(was != nullptr ? *was : anything, is != nullptr ? *is : anything);
  const bool wider = std::any_of(differences.begin(), differences.end(),
                                 [](const SchemaDifference& each) { return each.wider; });
  // What opens first.
  std::stable_partition(differences.begin(), differences.end(),
                        [](const SchemaDifference& each) { return each.wider; });
  Change change{wider && widened != nullptr ? widened : changed,
                live.name,
                wider && widened != nullptr ? std::string(name) + " takes more than was pinned"
                                            : std::string(name) + " changed",
                {}};
  for (const auto& each : differences) {
    if (change.details.size() == kShownDifferences) {
      change.details.push_back(
          {"…", std::to_string(differences.size() - kShownDifferences) + " more differences"});
      break;
    }
    change.details.push_back(
        {each.pointer.empty() ? "/" : each.pointer, each.text + (each.wider ? " (wider)" : "")});
  }
  out.push_back(std::move(change));
}

void compare_hint(const char* code, const char* name, bool before, bool after,
                  const char* when_true, const char* when_false, const std::string& tool,
                  std::vector<Change>& out) {
  if (before == after) return;
  const auto word = [](bool value) { return std::string(value ? "true" : "false"); };
  out.push_back({code,
                 tool,
                 std::string(name) + " " + word(before) + " → " + word(after) + ": " +
                     (after ? when_true : when_false),
                 {{"before", word(before)}, {"after", word(after)}}});
}

void compare_hints(const Tool& pinned, const Tool& live, std::vector<Change>& out) {
  const auto& was = pinned.hints;
  const auto& is = live.hints;
  compare_hint("read-only-flipped", "readOnlyHint", was.read_only, is.read_only,
               "it now claims to change nothing", "it may now change things", live.name, out);
  compare_hint("destructive-flipped", "destructiveHint", was.destructive, is.destructive,
               "it may now destroy", "it now claims to destroy nothing", live.name, out);
  compare_hint("idempotent-flipped", "idempotentHint", was.idempotent, is.idempotent,
               "it now claims that a second call changes nothing", "a second call may now do more",
               live.name, out);
  compare_hint("open-world-flipped", "openWorldHint", was.open_world, is.open_world,
               "it may now reach the outside world", "it now claims to stay inside", live.name,
               out);
}

void compare_annotations(const Tool& pinned, const Tool& live, std::vector<Change>& out) {
  const auto bare = [](const Tool& tool) {
    const auto* annotations = member(tool, "annotations");
    Json rest = annotations != nullptr ? *annotations : Json::object();
    for (const char* name : {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"})
      rest.erase(name);
    return rest;
  };
  const bool rest_changed = bare(pinned) != bare(live);
  // A default that is now said, or no longer: nothing flips, and yet it is not what was pinned.
  const bool only_said = pinned.hints == live.hints &&
                         !equal(member(pinned, "annotations"), member(live, "annotations"));
  if (!rest_changed && !only_said) return;
  auto [before, after] =
      excerpts(text(member(pinned, "annotations")), text(member(live, "annotations")));
  out.push_back({"annotations-changed",
                 live.name,
                 "annotations changed",
                 {{"before", before}, {"after", after}}});
}

}  // namespace

void compare_scopes(const std::string& subject, const std::vector<std::string>& before,
                    const std::vector<std::string>& after, std::vector<Change>& out) {
  std::vector<std::string> added, removed;
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                      std::back_inserter(added));
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                      std::back_inserter(removed));
  const auto note = [&](const char* code, const char* message,
                        const std::vector<std::string>& scopes) {
    if (scopes.empty()) return;
    out.push_back({code,
                   subject,
                   message + (": " + printable(join(scopes, " "), 200)),
                   {{"before", join(before, " ")}, {"after", join(after, " ")}}});
  };
  note("scope-added", "asks for more", added);
  // Who never says its scopes (most servers) took none back.
  if (!after.empty()) note("scope-removed", "asks for less", removed);
}

void note_invisible(const Tool* pinned, const Tool& live, std::vector<Change>& out) {
  if (!live.definition) return;
  std::vector<std::string> known;
  if (pinned != nullptr && pinned->definition) known = invisible_places(*pinned->definition);
  Change change{"invisible-characters",
                live.name,
                "has characters that a model reads and a person does not see",
                {}};
  for (auto& place : invisible_places(*live.definition)) {
    if (std::find(known.begin(), known.end(), place) != known.end()) continue;
    const auto colon = place.rfind(": ");
    change.details.push_back({place.substr(0, colon), place.substr(colon + 2)});
  }
  if (!change.details.empty()) out.push_back(std::move(change));
}

std::vector<Detail> describe_tool(const Tool& tool) {
  std::vector<Detail> out;
  if (!tool.definition) return out;
  if (const auto* description = member(tool, "description"))
    out.push_back({"description", printable(text(description), 200)});
  std::string hints = tool.hints.read_only ? "changes nothing" : "may change things";
  if (!tool.hints.read_only && tool.hints.destructive) hints += ", may destroy";
  if (tool.hints.open_world) hints += ", reaches the outside world";
  out.push_back({"hints", hints});
  if (!tool.scopes.empty()) out.push_back({"scopes", printable(join(tool.scopes, " "), 200)});
  return out;
}

void compare_tool(const Tool& pinned, const Tool& live, std::vector<Change>& out) {
  compare_scopes(live.name, pinned.scopes, live.scopes, out);
  if (pinned.digest == live.digest) return;
  if (!pinned.definition || !live.definition) {
    compare_hints(pinned, live, out);
    out.push_back({"definition-changed",
                   live.name,
                   "its definition is not the pinned one, of which only the digest is known",
                   {{"before", pinned.digest.text()}, {"after", live.digest.text()}}});
    return;
  }
  const auto first = out.size();
  compare_text("title-changed", "title changed", "title", pinned, live, out);
  compare_text("description-changed", "description changed", "description", pinned, live, out);
  compare_schema("input-schema-changed", "input-schema-widened", "inputSchema", pinned, live, out);
  compare_schema("output-schema-changed", nullptr, "outputSchema", pinned, live, out);
  compare_hints(pinned, live, out);
  compare_annotations(pinned, live, out);
  note_invisible(&pinned, live, out);
  if (out.size() != first) return;
  // Never silent: whatever it is, it is not what was pinned.
  out.push_back({"definition-changed",
                 live.name,
                 "its definition has another digest",
                 {{"before", pinned.digest.text()}, {"after", live.digest.text()}}});
}

}  // namespace mpk::agent
