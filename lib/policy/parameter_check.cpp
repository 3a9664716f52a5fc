// Expected parameters by JSON Pointer (RFC 6901): names of members become pointers of one step.
#include "policy/parameter_check.hpp"

#include "json/pointer.hpp"
#include "json/schema_number.hpp"
#include "json/value.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace mpk::policy {
namespace {

constexpr Fault kUnknown{"parameter-unknown", "an external parameter that the policy does not name",
                         "add it to provenance.externalParameters if it may be there"};
constexpr Fault kMissing{"parameter-missing", "an external parameter is not there",
                         "build with it, or correct provenance.externalParameters"};
constexpr Fault kDiffers{"parameter-differs", "an external parameter has another value",
                         "build with the expected one, or correct provenance.externalParameters"};

using Pointers = std::set<std::string, std::less<>>;
using Found = std::map<std::string, const Json*, std::less<>>;

std::string pointer_of(const ExpectedParameter& expected) {
  return expected.name.starts_with('/') ? expected.name : json::pointer_step("", expected.name);
}

void each_child(const Json& value,
                const std::function<void(const std::string& token, const Json& child)>& visit) {
  if (value.is_object()) {
    for (const auto& [key, child] : value.get_ref<const Json::object_t&>()) visit(key, child);
  } else if (value.is_array()) {
    std::size_t index = 0;
    for (const auto& child : value) visit(std::to_string(index++), child);
  }
}

bool is_listed_below(const std::string& pointer, const Pointers& listed) {
  const auto next = listed.lower_bound(pointer + "/");
  return next != listed.end() && next->starts_with(pointer + "/");
}

// A listed pointer is only compared with those of the document, never parsed. Where none leads
// below a value nobody goes there, so that pointers stay as short as the policy's.
void find_listed(const Json& value, const std::string& pointer, const Pointers& listed,
                 Found& out) {
  if (listed.contains(pointer)) out.emplace(pointer, &value);
  if (!is_listed_below(pointer, listed)) return;
  each_child(value, [&](const std::string& token, const Json& child) {
    find_listed(child, json::pointer_step(pointer, token), listed, out);
  });
}

void refuse_unknown(const Json& value, const std::string& pointer, const Pointers& listed,
                    Judgement& judged) {
  if (listed.contains(pointer)) return;
  // Nothing below it is expected: it is told whole, not leaf by leaf. An empty object or list
  // says nothing that was not expected where something below it is.
  if (!is_listed_below(pointer, listed) || !value.is_structured()) {
    judged.refuse(kUnknown, pointer);
    return;
  }
  each_child(value, [&](const std::string& token, const Json& child) {
    refuse_unknown(child, json::pointer_step(pointer, token), listed, judged);
  });
}

void compare(const ExpectedParameter& expected, const std::string& pointer, const Json& value,
             Judgement& judged) {
  if (expected.value &&
      json::draft7::equality_key(*expected.value) != json::draft7::equality_key(value)) {
    judged.refuse(kDiffers, pointer + " " + json::compact(value),
                  {pointer + " " + json::compact(*expected.value)});
  }
  if (!expected.pattern) return;
  const auto* const text = value.get_ptr<const std::string*>();
  if (text == nullptr || !expected.pattern->full_match(*text)) {
    judged.refuse(kDiffers, pointer + " " + json::compact(value),
                  {pointer + " pattern " + expected.pattern_text});
  }
}

}  // namespace

void check_parameters(const std::vector<ExpectedParameter>& expected, const Json& parameters,
                      Judgement& judged) {
  Pointers listed;
  for (const auto& each : expected) listed.insert(pointer_of(each));
  Found found;
  find_listed(parameters, "", listed, found);
  for (const auto& each : expected) {
    const auto pointer = pointer_of(each);
    if (const auto at = found.find(pointer); at != found.end()) {
      compare(each, pointer, *at->second, judged);
    } else if (!each.any) {
      judged.refuse(kMissing, pointer);
    }
  }
  each_child(parameters, [&](const std::string& token, const Json& child) {
    refuse_unknown(child, json::pointer_step("", token), listed, judged);
  });
}

}  // namespace mpk::policy
