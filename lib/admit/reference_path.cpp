// ReferencePath: its grammar, and following it.
#include "admit/reference_path.hpp"

#include "admit/limits.hpp"
#include "base/text.hpp"
#include "json/lookup.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace mpk::admit {
namespace {

constexpr std::string_view kSpecial = ".[]{}'";

Error wrong(std::string_view text, std::string_view what) {
  return {
      ErrorKind::usage, "path \"" + printable(text, 100) + "\": " + std::string(what),
      "as in spec.models[*].uri, spec.models{*}.uri or metadata.annotations['example.com/model']"};
}

}  // namespace

Result<ReferencePath> ReferencePath::parse(std::string_view text) {
  if (text.empty()) return wrong(text, "empty");
  if (text.size() > limits::kPathBytes)
    return wrong(text, "over " + std::to_string(limits::kPathBytes) + " bytes");
  ReferencePath out;
  for (auto rest = text; !rest.empty();) {
    Step step;
    if (rest.starts_with("[*]") || rest.starts_with("{*}")) {
      if (out.steps_.empty()) return wrong(text, "expected a member's name first");
      step.kind = rest.front() == '[' ? Step::Kind::items : Step::Kind::members;
      rest.remove_prefix(3);
    } else if (rest.starts_with("['")) {
      const auto end = rest.find("']", 2);
      if (end == std::string_view::npos) return wrong(text, "[' without ']");
      step.name = rest.substr(2, end - 2);
      if (step.name.empty()) return wrong(text, "a member without a name");
      rest.remove_prefix(end + 2);
    } else {
      if (!out.steps_.empty()) {
        if (rest.front() != '.') return wrong(text, "expected \".\", \"[*]\", \"{*}\" or \"['\"");
        rest.remove_prefix(1);
      }
      step.name = rest.substr(0, rest.find_first_of(kSpecial));
      if (step.name.empty()) return wrong(text, "a member without a name");
      rest.remove_prefix(step.name.size());
    }
    out.steps_.push_back(std::move(step));
    if (out.steps_.size() > limits::kPathSteps)
      return wrong(text, "over " + std::to_string(limits::kPathSteps) + " steps");
  }
  return out;
}

std::vector<const Json*> ReferencePath::strings(const Json& object) const {
  std::vector<const Json*> found;
  follow(object, steps_, 0, found);
  return found;
}

void ReferencePath::follow(const Json& value, const std::vector<Step>& steps, std::size_t at,
                           std::vector<const Json*>& found) {
  if (at == steps.size()) {
    if (!json::text(value).empty()) found.push_back(&value);
    return;
  }
  switch (const auto& step = steps[at]; step.kind) {
    case Step::Kind::member:
      return follow(json::member(value, step.name), steps, at + 1, found);
    case Step::Kind::items:
      for (const auto& item : json::items(value)) follow(item, steps, at + 1, found);
      return;
    case Step::Kind::members:
      if (!value.is_object()) return;
      for (const auto& [name, below] : value.get_ref<const Json::object_t&>())
        follow(below, steps, at + 1, found);
      return;
  }
}

}  // namespace mpk::admit
