// What the tests of rules share: patterns, the codes of checks, documents damaged in every place.
#pragma once

#include "json/parse.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <vector>

namespace mpk::policy::test {

inline NamePattern name_pattern(const std::string& text) {
  return {.text = text, .glob = Glob::parse(text).take()};
}

inline std::vector<NamePattern> name_patterns(const std::vector<std::string>& texts) {
  std::vector<NamePattern> out;
  for (const auto& text : texts) out.push_back(name_pattern(text));
  return out;
}

inline sigstore::Matcher exactly(const std::string& text) {
  return {.text = text, .pattern = std::nullopt};
}
inline sigstore::Matcher pattern(const std::string& text) {
  return {.text = text, .pattern = Regex::compile(text).take()};
}

/// "provenance.level level-too-low", in order; checks that pass are left out.
inline std::vector<std::string> failures(const std::vector<Check>& checks) {
  std::vector<std::string> out;
  for (const auto& check : checks) {
    if (check.result == CheckResult::fail) out.push_back(check.id + " " + check.code);
  }
  return out;
}

/// Failed checks have a code, a message, a finding and an exit code; those that pass have none.
inline bool is_whole(const Check& check) {
  const bool failed = check.result == CheckResult::fail;
  return !check.id.empty() && !check.label.empty() && !check.message.empty() &&
         failed == !check.code.empty() && failed == !check.found.empty() &&
         failed == (check.exit_code != 0);
}

inline void each_node(Json& root, Json& node, const std::function<void(const Json&)>& visit) {
  static const Json kOthers =
      json::parse(R"([null, true, -1, 1.5e300, "", "x", [], [[]], [7], {}, {"x": {}}])").take();
  for (const auto& other : kOthers) {
    const auto kept = std::exchange(node, other);
    visit(root);
    node = kept;
  }
  if (!node.is_structured()) return;
  for (auto& child : node) each_node(root, child, visit);
}

/// Calls `visit` with the document in which each value in turn, the whole one first, is replaced by
/// values of every type. How often it did.
inline std::size_t each_damaged(Json document, const std::function<void(const Json&)>& visit) {
  std::size_t count = 0;
  each_node(document, document, [&](const Json& damaged) {
    ++count;
    visit(damaged);
  });
  return count;
}

}  // namespace mpk::policy::test
