// The graph against the tables; two passes, for links may lead forward.
#include "aibom/spdx_check.hpp"

#include "aibom/lookup.hpp"
#include "aibom/spdx_classes.hpp"
#include "aibom/spdx_draft.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

namespace mpk::aibom::spdx {
namespace {

class Checker {
 public:
  explicit Checker(const Json& graph) : graph_(graph) {}

  Result<void> whole() {
    for (const auto& node : items(graph_)) TRY(know(node));
    for (const auto& node : items(graph_)) TRY(object(node, text(node, "type"), node_name(node)));
    return {};
  }

 private:
  static std::string node_name(const Json& node) {
    return text(node, "spdxId").empty() ? text(node, "@id") : text(node, "spdxId");
  }

  static Error wrong(const std::string& place, const std::string& message) {
    return {ErrorKind::internal, printable(place, 300) + ": " + message};
  }

  Result<void> know(const Json& node) {
    const auto& type = text(node, "type");
    const auto name = node_name(node);
    if (find_class(type) == nullptr) return wrong(name, "no class: " + printable(type, 60));
    if (is_a(type, "Element") ? !is_uri(name) : !name.starts_with("_:"))
      return wrong(name, "no id of a " + type);
    if (!types_.emplace(name, type).second) return wrong(name, "the id is there twice");
    return {};
  }

  Result<void> object(const Json& node, std::string_view expected, const std::string& place) {
    const auto& type = text(node, "type");
    const auto* of = find_class(type);
    if (of == nullptr || of->abstract || !is_a(type, expected))
      return wrong(place, "expected a " + std::string(expected) + ", found " + printable(type, 60));
    for (const auto& [key, value] : node.items()) {
      if (key == "type" || key == "spdxId" || key == "@id") continue;
      const auto* found = find_member(*of, key);
      if (found == nullptr) return wrong(place, type + " has no member " + printable(key, 60));
      auto at = place;
      at.append(" ").append(key);
      TRY(values(*found, value, at));
    }
    for (const auto* at = of; at != nullptr; at = find_class(at->parent)) {
      for (const auto& each : at->members) {
        if (each.required && !node.contains(each.name))
          return wrong(place, type + " without " + std::string(each.name));
      }
    }
    return {};
  }

  Result<void> values(const Member& of, const Json& value, const std::string& place) {
    if (!of.list) return one(of, value, place);
    if (!value.is_array() || value.empty())
      return wrong(place, "expected a list that is not empty");
    for (const auto& each : items(value)) TRY(one(of, each, place));
    return {};
  }

  Result<void> one(const Member& of, const Json& value, const std::string& place) {
    if (of.range == Range::object) return object(value, of.words, place);
    if (!value.is_string()) return wrong(place, "expected a text");
    const auto& words = text(value);
    if (!fits(of, words)) return wrong(place, "unexpected " + printable(words, 80));
    return {};
  }

  bool fits(const Member& of, const std::string& value) const {
    switch (of.range) {
      case Range::string:
        return true;
      case Range::uri:
        return is_uri(value);
      case Range::date_time:
        return value.size() == std::string_view("2026-11-20T14:03:00Z").size() &&
               Timestamp::parse(value) && value.ends_with('Z');
      case Range::decimal:
        return value.find_first_not_of("-.0123456789") == std::string::npos && !value.empty();
      case Range::media_type:
        return std::ranges::count(value, '/') == 1 && !value.starts_with('/') &&
               !value.ends_with('/');
      case Range::version:
        return value == kSpecVersion;
      case Range::word: {
        const auto known = split(of.words, ' ');
        return std::ranges::find(known, value) != known.end();
      }
      case Range::link:
        return leads_to(value, of.words);
      case Range::creation_info:
        return leads_to(value, "CreationInfo");
      case Range::object:
        break;
    }
    return false;
  }

  bool leads_to(const std::string& id, std::string_view expected) const {
    if (id == kNoAssertionLicense) return is_a("simplelicensing_AnyLicenseInfo", expected);
    const auto found = types_.find(id);
    return found != types_.end() && is_a(found->second, expected);
  }

  const Json& graph_;
  std::map<std::string, std::string, std::less<>> types_;
};

}  // namespace

Result<void> check_spdx(const Json& document) {
  if (text(document, "@context") != kContext)
    return Error(ErrorKind::internal, "@context: not that of SPDX 3.0.1");
  return Checker(member(document, "@graph")).whole();
}

}  // namespace mpk::aibom::spdx
