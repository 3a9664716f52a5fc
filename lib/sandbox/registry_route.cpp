// Routing: repository names contain slashes, so paths are read from their end.
#include "sandbox/registry_route.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <optional>

namespace mpk::sandbox {
namespace {

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_separator(std::string_view text) {
  return text == "." || text == "_" || text == "__" ||
         text.find_first_not_of('-') == std::string_view::npos;
}

bool is_component(std::string_view text) {
  if (text.empty() || !is_alphanumeric(text.front()) || !is_alphanumeric(text.back())) return false;
  while (!text.empty()) {
    const auto word = std::find_if_not(text.begin(), text.end(), is_alphanumeric);
    text.remove_prefix(static_cast<std::size_t>(word - text.begin()));
    const auto gap = std::find_if(text.begin(), text.end(), is_alphanumeric);
    const auto size = static_cast<std::size_t>(gap - text.begin());
    if (size > 0 && !is_separator(text.substr(0, size))) return false;
    text.remove_prefix(size);
  }
  return true;
}

/// REPOSITORY/verb/target; the target has no slash, the last verb counts.
std::optional<Route> split_route(std::string_view rest, std::string_view verb, Route::Kind kind) {
  const auto at = rest.rfind(verb);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const auto target = rest.substr(at + verb.size());
  if (target.find('/') != std::string_view::npos) return std::nullopt;
  return Route{kind, std::string(rest.substr(0, at)), std::string(target)};
}

}  // namespace

Route parse_route(std::string_view path) {
  using Kind = Route::Kind;
  if (path == "/v2" || path == "/v2/") return {Kind::base, {}, {}};
  if (path == "/token") return {Kind::token, {}, {}};
  constexpr std::string_view kBase = "/v2/";
  if (!path.starts_with(kBase)) return {};
  const auto rest = path.substr(kBase.size());
  constexpr std::string_view kTags = "/tags/list";
  if (rest.ends_with(kTags)) {
    return {Kind::tags, std::string(rest.substr(0, rest.size() - kTags.size())), {}};
  }
  constexpr std::string_view kUploads = "/blobs/uploads";
  if (rest.ends_with(kUploads)) {
    return {Kind::uploads, std::string(rest.substr(0, rest.size() - kUploads.size())), {}};
  }
  if (auto route = split_route(rest, "/blobs/uploads/", Kind::upload)) {
    if (route->target.empty()) route->kind = Kind::uploads;
    return *route;
  }
  if (auto route = split_route(rest, "/blobs/", Kind::blob)) return *route;
  if (auto route = split_route(rest, "/manifests/", Kind::manifest)) return *route;
  if (auto route = split_route(rest, "/referrers/", Kind::referrers)) return *route;
  return {};
}

bool is_repository(std::string_view name) {
  constexpr std::size_t kLongest = 255;
  if (name.size() > kLongest) return false;
  const auto components = split(name, '/');
  return std::all_of(components.begin(), components.end(), is_component);
}

}  // namespace mpk::sandbox
