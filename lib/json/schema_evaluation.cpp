// Evaluation: references, type, values, and the keywords of numbers and strings.
#include "json/schema_evaluation.hpp"

#include "base/text.hpp"
#include "json/pointer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::json::draft7 {
namespace {

constexpr std::size_t kLongestWord = 100;  // edit distance is quadratic

std::string pointer_text(const Place& place) {
  if (place.parent == nullptr) return "";
  return pointer_step(pointer_text(*place.parent),
                      place.key != nullptr ? *place.key : std::to_string(place.index));
}

Type type_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::boolean:
      return Type::boolean;
    case Json::value_t::object:
      return Type::object;
    case Json::value_t::array:
      return Type::array;
    case Json::value_t::string:
      return Type::string;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return Type::integer;
    case Json::value_t::number_float:
      return is_integral(value) ? Type::integer : Type::number;
    default:
      return Type::null;
  }
}

std::string_view name(Type type) { return kTypeNames[static_cast<std::size_t>(type)]; }

bool accepts(const Node& node, const Json& value) {
  if (!node.types) return true;
  const Type type = type_of(value);
  return node.types->contains(type) ||
         (type == Type::integer && node.types->contains(Type::number));
}

bool too_deep(const Json& value, std::size_t levels) {
  if (!value.is_structured()) return false;
  return levels == 0 || std::any_of(value.begin(), value.end(),
                                    [&](const Json& child) { return too_deep(child, levels - 1); });
}

std::string count_message(std::string_view what, std::string_view bound, std::uint64_t limit,
                          std::uint64_t found) {
  return "expected " + std::string(bound) + " " + std::to_string(limit) + " " + std::string(what) +
         ", found " + std::to_string(found);
}

std::string not_allowed(const Enum& allowed, const Json& value) {
  // A large container is not worth printing.
  const std::string found =
      value.is_structured() ? std::string(name(type_of(value))) : printable(compact(value), 80);
  std::string out = "expected ";
  if (allowed.size > 1) out += "one of ";
  out += join(allowed.shown, ", ");
  if (allowed.shown.size() < allowed.size) out += ", …";
  out += ", found " + found;
  if (value.is_string() && value.get_ref<const std::string&>().size() <= kLongestWord) {
    const auto meant = nearest(value.get_ref<const std::string&>(), allowed.words);
    if (!meant.empty()) out += "; did you mean \"" + printable(meant) + "\"?";
  }
  return out;
}

}  // namespace

bool Evaluation::fail(const Meeting& meeting, std::string_view keyword, std::string message) {
  if (full()) return false;
  std::string schema = meeting.node.pointer;
  if (!keyword.empty()) schema = pointer_step(schema, keyword);
  violations_.push_back({pointer_text(meeting.place), std::move(schema), std::move(message)});
  return false;
}

bool Evaluation::check(NodeId id, const Json& value, const Place& place, bool report) {
  if (report && full()) return false;  // the document is invalid already, and enough was said
  const Meeting meeting{nodes_[id], value, place, report};
  switch (meeting.node.form) {
    case Node::Form::anything:
      return true;
    case Node::Form::nothing:
      return report && fail(meeting, "", "no value is allowed here");
    case Node::Form::reference:
      return reference(meeting);
    case Node::Form::keywords:
      return keywords(meeting);
  }
  return false;
}

bool Evaluation::reference(const Meeting& m) {
  if (!m.value.is_structured()) return check(m.node.target, m.value, m.place, m.report);
  const Key key{m.node.target, &m.value};
  if (const auto known = known_.find(key); known != known_.end()) {
    if (known->second == Known::valid) return true;
    if (known->second == Known::reported || !m.report) return false;
  }
  const bool valid = check(m.node.target, m.value, m.place, m.report);
  known_[key] = valid ? Known::valid : m.report ? Known::reported : Known::invalid;
  return valid;
}

bool Evaluation::keywords(const Meeting& m) {
  if (!type(m)) return false;  // what else the schema says of another type would only confuse
  bool valid = values(m);
  const auto go_on = [&] { return valid || m.report; };
  if (go_on() && m.value.is_number()) valid = number(m) && valid;
  if (go_on() && m.value.is_string()) valid = string(m) && valid;
  if (go_on() && m.value.is_array()) valid = array(m) && valid;
  if (go_on() && m.value.is_object()) valid = object(m) && valid;
  if (go_on()) valid = combinations(m) && valid;
  return valid;
}

bool Evaluation::type(const Meeting& m) {
  if (accepts(m.node, m.value)) return true;
  if (!m.report) return false;
  std::string expected;
  for (const Type type : *m.node.types) {
    expected.append(expected.empty() ? "" : " or ").append(name(type));
  }
  return fail(m, "type", "expected " + expected + ", found " + std::string(name(type_of(m.value))));
}

bool Evaluation::values(const Meeting& m) {
  bool valid = true;
  for (const auto& [keyword, values] :
       {std::pair("enum", &m.node.allowed), std::pair("const", &m.node.constant)}) {
    if (!*values || (*values)->keys.contains(equality_key(m.value))) continue;
    if (!m.report) return false;
    valid = fail(m, keyword, not_allowed(**values, m.value));
  }
  return valid;
}

bool Evaluation::number(const Meeting& m) {
  if (!m.node.bounds) return true;
  const auto& limits = *m.node.bounds;
  const Number found = to_number(m.value);
  bool valid = true;
  const auto bound = [&](bool holds, const char* keyword, std::string_view words,
                         const Number& limit) {
    if (holds) return;
    valid = false;
    if (m.report) {
      fail(m, keyword,
           "expected " + std::string(words) + " " + limit.text + ", found " + found.text);
    }
  };
  if (const auto& limit = limits.minimum)
    bound(found.value >= limit->value, "minimum", "at least", *limit);
  if (const auto& limit = limits.maximum)
    bound(found.value <= limit->value, "maximum", "at most", *limit);
  if (const auto& limit = limits.exclusive_minimum) {
    bound(found.value > limit->value, "exclusiveMinimum", "more than", *limit);
  }
  if (const auto& limit = limits.exclusive_maximum) {
    bound(found.value < limit->value, "exclusiveMaximum", "less than", *limit);
  }
  if (const auto& limit = limits.multiple_of) {
    bound(is_multiple(found, *limit), "multipleOf", "a multiple of", *limit);
  }
  return valid;
}

bool Evaluation::string(const Meeting& m) {
  const std::string& text = m.value.get_ref<const std::string&>();
  bool valid = true;
  const auto refuse = [&](const char* keyword, auto&& message) {
    valid = false;
    if (m.report) fail(m, keyword, message());
  };
  if (m.node.min_length || m.node.max_length) {
    const auto points = static_cast<std::uint64_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
    if (m.node.min_length && points < *m.node.min_length) {
      refuse("minLength",
             [&] { return count_message("characters", "at least", *m.node.min_length, points); });
    }
    if (m.node.max_length && points > *m.node.max_length) {
      refuse("maxLength",
             [&] { return count_message("characters", "at most", *m.node.max_length, points); });
    }
  }
  if (m.node.pattern && !m.node.pattern->partial_match(text)) {
    refuse("pattern", [&] {
      return "\"" + printable(text, 80) + "\" does not match " +
             printable(m.node.pattern->pattern(), 100);
    });
  }
  if (m.node.format && !has_format(text, *m.node.format)) {
    refuse("format", [&] {
      return "\"" + printable(text, 80) + "\" is no " + std::string(format_name(*m.node.format));
    });
  }
  return valid;
}

const Node& Evaluation::dereference(NodeId id) const {
  while (nodes_[id].form == Node::Form::reference)
    id = nodes_[id].target;  // ends: compile() saw to it
  return nodes_[id];
}

bool Evaluation::looks_meant(NodeId id, const Json& value, std::size_t levels) const {
  const Node& node = dereference(id);
  if (node.form == Node::Form::nothing || !accepts(node, value)) return false;
  if (levels == 0) return true;
  const auto meant = [&](NodeId branch) { return looks_meant(branch, value, levels - 1); };
  for (const auto* branches : {&node.any_of, &node.one_of}) {
    if (!branches->empty() && std::none_of(branches->begin(), branches->end(), meant)) return false;
  }
  if (value.is_array() && !value.empty()) {  // the first item speaks for all
    std::optional<NodeId> first = node.items;
    if (node.tuple && !node.tuple->empty()) first = node.tuple->front();
    return !first || looks_meant(*first, value.front(), levels - 1);
  }
  return !value.is_object() ||
         std::all_of(node.required.begin(), node.required.end(),
                     [&](const std::string& key) { return value.contains(key); });
}

std::vector<Violation> validate(const Program& program, const Json& document,
                                std::size_t max_violations) {
  if (too_deep(document, kMaxDocumentDepth)) {
    return {{"", "", "nested deeper than " + std::to_string(kMaxDocumentDepth) + " levels"}};
  }
  Evaluation evaluation(program, std::max<std::size_t>(max_violations, 1));
  evaluation.check(0, document, Place(), true);
  return evaluation.take();
}

}  // namespace mpk::json::draft7
