// Bundle files: telling their forms apart.
#include "sigstore/bundle_file.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sigstore {
namespace {

// {"bundle": {…}, …} as GitHub's and npm's lists have it, or the bundle itself.
std::string bundle_of(const Json& item) {
  const auto found = item.is_object() ? item.find("bundle") : item.end();
  return json::compact(item.is_object() && found != item.end() ? *found : item);
}

Result<std::vector<std::string>> from_list(const Json& list) {
  if (list.size() > limits::kReferrers) {
    return Error(ErrorKind::too_large,
                 "more than " + std::to_string(limits::kReferrers) + " bundles");
  }
  std::vector<std::string> out;
  for (const auto& item : list) out.push_back(bundle_of(item));
  if (out.empty()) return Error(ErrorKind::malformed, "a list without a bundle");
  return out;
}

Result<std::vector<std::string>> from_lines(std::string_view text) {
  std::vector<std::string> out;
  std::size_t number = 0;
  for (const auto each : split(text, '\n')) {
    ++number;
    const auto line = trim(each);
    if (line.empty()) continue;
    if (out.size() == limits::kReferrers) {
      return Error(ErrorKind::too_large,
                   "more than " + std::to_string(limits::kReferrers) + " bundles");
    }
    const auto item = TRY(
        json::parse(line, {.max_bytes = limits::kBundle}).with("line " + std::to_string(number)));
    out.push_back(item.is_object() && item.contains("bundle") ? bundle_of(item)
                                                              : std::string(line));
  }
  return out;
}

}  // namespace

Result<std::vector<std::string>> split_bundles(std::string_view text) {
  const auto whole = json::parse(text, {.max_bytes = limits::kEvidence});
  if (whole && whole->is_array()) return from_list(*whole);
  if (whole && whole->is_object()) {
    if (const auto list = whole->find("attestations"); list != whole->end() && list->is_array())
      return from_list(*list);
    if (whole->contains("bundle") && !whole->contains("mediaType"))
      return std::vector<std::string>{bundle_of(*whole)};
    return std::vector<std::string>{std::string(text)};
  }
  // Several documents one after the other are no JSON, but each of their lines is.
  const auto first = trim(text.substr(0, text.find('\n')));
  if (first.size() < trim(text).size() && json::parse(first, {.max_bytes = limits::kBundle}))
    return from_lines(text);
  return std::vector<std::string>{std::string(text)};
}

}  // namespace mpk::sigstore
