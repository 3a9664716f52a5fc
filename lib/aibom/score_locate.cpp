// Locating elements: one step of the path at a time, over all values reached so far.
#include "aibom/score_locate.hpp"

#include "aibom/lookup.hpp"
#include "base/text.hpp"
#include "json/pointer.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>

namespace mpk::aibom {
namespace {

// A hostile document could multiply lists by lists.
constexpr std::size_t kMostSpots = 20'000;

struct Step {
  std::string_view word;            // a member's name, "*" or "+"
  std::string_view member, wanted;  // the filter; no member: none
  bool prefix = false;
  bool list() const { return word == "*" || word == "+"; }
};

Step parse_step(std::string_view text) {
  Step out{.word = text, .member = {}, .wanted = {}};
  auto open = text.find('[');
  if (open == std::string_view::npos) return out;
  out.word = text.substr(0, open);
  auto filter = text.substr(open + 1, text.size() - open - 2);
  auto sign = filter.find('=');
  out.wanted = filter.substr(sign + 1);
  out.prefix = sign > 0 && filter[sign - 1] == '^';
  out.member = filter.substr(0, out.prefix ? sign - 1 : sign);
  return out;
}

bool passes(const Step& step, const Json& item) {
  if (step.member.empty()) return true;
  const auto& value = text(item, step.member);
  return step.prefix ? value.starts_with(step.wanted) : value == step.wanted;
}

// The path below the root, without its leading slash.
std::vector<std::string_view> steps_of(std::string_view path) {
  if (path.starts_with('@')) path.remove_prefix(1);
  if (path.empty()) return {};
  return split(path.substr(1), '/');
}

}  // namespace

Subject find_subject(const Json& bom) {
  const auto& found = subject(bom);
  if (&found == &member(member(bom, "metadata"), "component"))
    return {found, "/metadata/component"};
  const auto& list = items(member(bom, "components"));
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (&list[i] == &found) return {found, "/components/" + std::to_string(i)};
  }
  return {found, "/metadata/component"};
}

std::vector<Spotted> locate(const Json& bom, const Subject& subject, std::string_view path) {
  std::vector<Spotted> at;
  if (path.starts_with('@')) {
    at.push_back({subject.pointer, &subject.value});
  } else {
    at.push_back({"", &bom});
  }
  bool each = false;
  for (auto word : steps_of(path)) {
    const auto step = parse_step(word);
    std::vector<Spotted> next;
    each = each || step.word == "+";
    for (const auto& spot : at) {
      if (next.size() >= kMostSpots) break;
      if (spot.value == nullptr) {
        next.push_back(spot);
      } else if (step.list()) {
        const auto& list = items(*spot.value);
        const auto before = next.size();
        for (std::size_t i = 0; i < list.size() && next.size() < kMostSpots; ++i) {
          if (passes(step, list[i]))
            next.push_back({spot.pointer + "/" + std::to_string(i), &list[i]});
        }
        if (each && step.word == "*" && next.size() == before)
          next.push_back({spot.pointer + "/-", nullptr});
      } else if (const auto& value = member(*spot.value, step.word);
                 !value.is_null() && passes(step, value)) {
        next.push_back({json::pointer_step(spot.pointer, step.word), &value});
      } else if (each) {
        next.push_back({json::pointer_step(spot.pointer, step.word), nullptr});
      }
    }
    at = std::move(next);
  }
  return at;
}

std::string place_of(const Subject& subject, std::string_view path) {
  std::string out = path.starts_with('@') ? subject.pointer : "";
  std::string note;
  for (auto word : steps_of(path)) {
    const auto step = parse_step(word);
    json::append_step(out, step.list() ? "-" : step.word);
    if (!step.member.empty()) {
      note = " (" + std::string(step.member) + " " + std::string(step.wanted) +
             (step.prefix ? "…" : "") + ")";
    }
  }
  return out + note;
}

}  // namespace mpk::aibom
