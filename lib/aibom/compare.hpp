// compare: what changed between two versions of a model, by meaning, as their aiBOMs tell it. Pure.
#pragma once

#include "json/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::aibom {

/// One without the other: it is only there.
struct FactChange {
  std::string kind;     // one of change_kinds()
  std::string subject;  // a file's path, a metric, "server/tool", …; may be empty
  std::optional<std::string> before, after;
};

/// "model.name", "weights.changed", …: a group, a dot, what happened. Kinds are added, never
/// renamed.
const std::vector<std::string_view>& change_kinds();
/// Whether `kind` is what a person asked for: it itself, its group ("weights"), or "any".
bool is_asked_for(std::string_view kind, std::string_view asked);

/// In the order of change_kinds(), then by subject. From the documents alone: neither is judged.
std::vector<FactChange> compare_documents(const Json& before, const Json& after);

}  // namespace mpk::aibom
