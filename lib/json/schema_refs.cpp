// References: an index of every $id, then pointers walked from the schema it names.
#include "json/schema_refs.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "json/schema_program.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace mpk::json::draft7 {
namespace {

constexpr std::array<std::string_view, 8> kSingle = {"additionalItems",
                                                     "contains",
                                                     "additionalProperties",
                                                     "propertyNames",
                                                     "not",
                                                     "if",
                                                     "then",
                                                     "else"};
constexpr std::array<std::string_view, 4> kLists = {"allOf", "anyOf", "oneOf", "items"};
constexpr std::array<std::string_view, 4> kMaps = {"definitions", "properties", "patternProperties",
                                                   "dependencies"};

struct UriParts {
  std::string_view scheme, authority, path, query;  // each with its delimiters
};

UriParts split_uri(std::string_view text) {
  UriParts parts;
  const auto colon = text.find(':');
  if (colon != text.npos && colon < text.find_first_of("/?#")) {
    parts.scheme = text.substr(0, colon + 1);
    text.remove_prefix(colon + 1);
  }
  if (text.starts_with("//")) {
    parts.authority = text.substr(0, std::min(text.find_first_of("/?", 2), text.size()));
    text.remove_prefix(parts.authority.size());
  }
  parts.path = text.substr(0, std::min(text.find('?'), text.size()));
  parts.query = text.substr(parts.path.size());
  return parts;
}

std::string remove_dots(std::string_view path) {  // RFC 3986 §5.2.4
  std::vector<std::string> kept;
  const auto segments = split(path, '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool last = i + 1 == segments.size();
    if (segments[i] == "..") {
      if (kept.size() > 1) kept.pop_back();
    } else if (segments[i] != ".") {
      kept.emplace_back(segments[i]);
      continue;
    }
    if (last) kept.emplace_back();
  }
  return join(kept, "/");
}

std::string unescape_token(std::string_view token) {  // RFC 6901 §4
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escaped = token[i] == '~' && i + 1 < token.size();
    out += !escaped ? token[i] : token[++i] == '1' ? '/' : '~';
  }
  return out;
}

const Json* child(const Json& parent, const std::string& token) {
  if (parent.is_object()) {
    const auto member = parent.find(token);
    return member == parent.end() ? nullptr : &*member;
  }
  if (!parent.is_array()) return nullptr;
  const auto index = parse_u64(token);
  return index && *index < parent.size() ? &parent[static_cast<std::size_t>(*index)] : nullptr;
}

}  // namespace

std::string resolve_uri(std::string_view base, std::string_view reference) {
  const auto hash = std::min(reference.find('#'), reference.size());
  const std::string_view fragment = reference.substr(hash);
  const UriParts from = split_uri(base), to = split_uri(reference.substr(0, hash));
  std::string out(to.scheme.empty() ? from.scheme : to.scheme);
  if (!to.scheme.empty() || !to.authority.empty()) {
    out.append(to.authority).append(remove_dots(to.path)).append(to.query);
  } else if (to.path.empty()) {
    out.append(from.authority).append(from.path).append(to.query.empty() ? from.query : to.query);
  } else {
    std::string path(to.path);
    if (!path.starts_with('/')) {
      const auto slash = from.path.rfind('/');
      const bool bare = from.path.empty() && !from.authority.empty();
      path = (slash != from.path.npos ? std::string(from.path.substr(0, slash + 1))
              : bare                  ? "/"
                                      : "") +
             path;
    }
    out.append(from.authority).append(remove_dots(path)).append(to.query);
  }
  return out.append(fragment);
}

std::string References::pointer_text(const Step& step) {
  if (step.up == nullptr) return {};
  return pointer_step(pointer_text(*step.up),
                      step.key != nullptr ? *step.key : std::to_string(step.index));
}

Result<References> References::index(const Json& root) {
  References references;
  references.root_ = {&root, "", ""};
  references.by_uri_.emplace("", references.root_);
  TRY(references.visit(root, {}, "", 0));
  references.root_.base = references.base_of(root, "");
  return references;
}

std::string_view References::base_of(const Json& schema, std::string_view outer) const {
  const auto own = bases_.find(&schema);
  return own == bases_.end() ? outer : own->second;
}

Result<void> References::enter_id(const Json& schema, const Step& here, std::string_view& base) {
  const auto id = schema.find("$id");
  if (id == schema.end() || schema.contains("$ref")) return {};
  const auto pointer = pointer_text(here);
  if (!id->is_string()) return Error(ErrorKind::malformed, pointer + "/$id: expected a string");
  std::string uri = resolve_uri(base, id->get<std::string>());
  if (uri.ends_with('#')) uri.pop_back();
  const bool anchor = uri.find('#') != uri.npos;
  const auto [known, inserted] = by_uri_.emplace(std::move(uri), Location{&schema, pointer, base});
  if (!inserted && known->second.schema != &schema) {
    return Error(ErrorKind::malformed,
                 pointer + "/$id: \"" + printable(known->first, 100) + "\" is there twice");
  }
  if (anchor) return {};
  base = known->second.base = known->first;
  bases_.emplace(&schema, base);
  return {};
}

Result<void> References::visit(const Json& schema, const Step& here, std::string_view base,
                               std::size_t depth) {
  if (depth > kMaxSchemaDepth) return Error(ErrorKind::too_large, "schema is nested too deeply");
  if (!schema.is_object()) return {};
  TRY(enter_id(schema, here, base));
  return visit_children(schema, here, base, depth + 1);
}

Result<void> References::visit_children(const Json& schema, const Step& here, std::string_view base,
                                        std::size_t depth) {
  const bool reference = schema.contains("$ref");
  for (const auto& [keyword, value] : schema.get_ref<const Json::object_t&>()) {
    if (!value.is_structured() || (reference && keyword != "definitions")) continue;
    const Step step{&here, &keyword, 0};
    const auto listed = [&](const auto& names) {
      return std::find(names.begin(), names.end(), keyword) != names.end();
    };
    if (value.is_object() && (listed(kSingle) || keyword == "items")) {
      TRY(visit(value, step, base, depth));
    } else if (value.is_array() && listed(kLists)) {
      for (std::size_t i = 0; i < value.size(); ++i)
        TRY(visit(value[i], {&step, nullptr, i}, base, depth));
    } else if (value.is_object() && listed(kMaps)) {
      for (const auto& [name, below] : value.get_ref<const Json::object_t&>())
        TRY(visit(below, {&step, &name, 0}, base, depth));
    }
  }
  return {};
}

Result<Location> References::find(const std::string& reference, const Location& from) const {
  std::string uri = resolve_uri(from.base, reference);
  if (uri.ends_with('#')) uri.pop_back();
  if (const auto exact = by_uri_.find(uri); exact != by_uri_.end()) return exact->second;
  const auto hash = std::min(uri.find('#'), uri.size());
  const std::string where = from.pointer + "/$ref: \"" + printable(reference, 100) + "\"";
  const auto resource = by_uri_.find(uri.substr(0, hash));
  if (resource == by_uri_.end()) {
    return Error(ErrorKind::unsupported, where + " leads to another document");
  }
  const auto fragment =
      percent_decode(std::string_view(uri).substr(std::min(hash + 1, uri.size())));
  if (!fragment || !fragment->starts_with('/')) {
    return Error(ErrorKind::malformed, where + " leads to nothing");
  }
  return walk(resource->second, std::string_view(*fragment).substr(1), where);
}

Result<Location> References::walk(const Location& from, std::string_view fragment,
                                  const std::string& where) const {
  Location at = from;
  for (const auto token : split(fragment, '/')) {
    const std::string name = unescape_token(token);
    at.schema = child(*at.schema, name);
    if (at.schema == nullptr) return Error(ErrorKind::malformed, where + " leads to nothing");
    at.pointer = pointer_step(at.pointer, name);
    at.base = base_of(*at.schema, at.base);
  }
  return at;
}

}  // namespace mpk::json::draft7
