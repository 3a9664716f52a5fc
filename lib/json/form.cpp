// Form: keys first, because the schema would not say what was meant; then the schema.
#include "json/form.hpp"

#include "base/text.hpp"
#include "json/lookup.hpp"
#include "json/parse.hpp"
#include "json/path.hpp"
#include "json/yaml.hpp"

#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace mpk::json {
namespace {

// RFC 6901 §4.
std::string unescaped(std::string_view step) {
  std::string out;
  for (std::size_t i = 0; i < step.size(); ++i) {
    const bool escaped = step[i] == '~' && i + 1 < step.size();
    out += escaped ? (step[++i] == '1' ? '/' : '~') : step[i];
  }
  return out;
}

// "/datasets/0/name" as "$.datasets[0].name".
std::string path_of(std::string_view pointer, const Json& value) {
  std::string out = "$";
  const Json* at = &value;
  if (pointer.empty()) return out;
  for (const auto escaped : split(pointer.substr(1), '/')) {
    const auto step = unescaped(escaped);
    if (at->is_array()) {
      std::size_t index = 0;
      std::from_chars(step.data(), step.data() + step.size(), index);
      out = item_path(out, index);
      if (index >= at->size()) return out;
      at = &at->at(index);
    } else {
      out = member_path(out, step);
      const auto found = at->is_object() ? at->find(step) : at->end();
      if (found == at->end()) return out;
      at = &*found;
    }
  }
  return out;
}

struct Unknown {
  std::string path, hint;
};

class Keys {
 public:
  explicit Keys(const Json& schema) : root_(schema) {}

  std::optional<Unknown> unknown(const Json& value, const Json& described,
                                 const std::string& path) const {
    const Json& schema = *resolved(described);
    if (value.is_array() && schema.contains("items")) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (auto wrong = unknown(value[i], schema["items"], item_path(path, i))) return wrong;
      }
    }
    if (!value.is_object() || !schema.contains("properties")) return std::nullopt;
    const Json& known = schema["properties"];
    for (const auto& [key, below] : value.items()) {
      const auto place = member_path(path, key);
      if (known.contains(key)) {
        if (auto wrong = unknown(below, known[key], place)) return wrong;
        continue;
      }
      std::vector<std::string> names;
      for (const auto& [name, ignored] : known.items()) names.push_back(name);
      const auto near = nearest(key, names);
      return Unknown{place, near.empty() ? "" : "did you mean " + std::string(near) + "?"};
    }
    return std::nullopt;
  }

 private:
  const Json* resolved(const Json& schema) const {
    const auto reference = schema.find("$ref");
    if (reference == schema.end()) return &schema;
    return &root_.at(Json::json_pointer(reference->get<std::string>().substr(1)));
  }
  const Json& root_;
};

// The first required member that `value` lacks, as a line, where only one value is allowed.
std::string missing_line(const Json& schema, const Json& value) {
  for (const Json& name : schema.at("required")) {
    if (value.contains(name)) continue;
    const Json& known =
        member(member(member(schema, "properties"), name.get<std::string>()), "const");
    return known.is_string() ? "add the line " + name.get<std::string>() + ": " + text(known) : "";
  }
  return {};
}

// What to do about a violation: what the schema says of the place in words ($comment, draft-07 §9),
// or the line that is missing.
std::string advice(const Json& schema, const Json& root, const Violation& violation) {
  const auto at = Json::json_pointer(violation.schema);
  const Json* place = schema.contains(at) ? &schema.at(at) : nullptr;
  if ((place == nullptr || !place->is_object() || !place->contains("$comment")) && !at.empty())
    place = &schema.at(at.parent_pointer());
  if (place == nullptr || !place->is_object()) return {};
  const auto found = place->find("$comment");
  if (found != place->end() && found->is_string()) return found->get<std::string>();
  const Json& value = root.at(Json::json_pointer(violation.instance));
  if (!at.empty() && at.back() == "required")
    return missing_line(schema.at(at.parent_pointer()), value);
  const bool is_text = !at.empty() && at.back() == "type" && schema.at(at) == "string";
  return is_text && value.is_primitive() && !value.is_null() ? "put it in quotes if it is text"
                                                             : "";
}

struct Read {
  Json value;
  YamlDocument document;  // for positions; none: the JSON is no YAML
};

// JSON escapes more than YAML (surrogate pairs), so what looks like JSON is read as such first.
Result<Read> read_text(std::string_view text, std::string_view file) {
  if (looks_like_json(text)) {
    auto value = parse(text);
    auto positions = parse_yaml(text, file);
    if (value) return Read{value.take(), positions ? positions.take() : YamlDocument{}};
    if (!positions) return std::move(value).error().with(std::string(file));
  }
  auto document = TRY(parse_yaml(text, file));
  Json value = *document.value;
  return Read{std::move(value), std::move(document)};
}

}  // namespace

bool looks_like_json(std::string_view text) {
  const auto start = trim(text);
  return start.starts_with('{') || start.starts_with('[');
}

Result<Form> Form::compile(std::string_view schema, std::string hint) {
  auto document = TRY(parse(schema));
  auto compiled = TRY(Schema::compile(document));
  return Form(std::move(document), std::move(compiled), std::move(hint));
}

Result<Json> Form::read(std::string_view text, std::string_view file) const {
  auto read = read_text(text, file);
  if (!read) return std::move(read).error().with_kind(ErrorKind::usage);
  const auto error = [&](const std::string& path, const std::string& message,
                         const std::string& hint) {
    const auto where =
        read->document.positions.empty() ? std::string(file) : read->document.where(file, path);
    return Error(ErrorKind::usage, where + ": " + path + ": " + message,
                 hint.empty() ? hint_ : hint);
  };
  if (!read->value.is_object()) {
    const std::string found = read->value.is_null() ? "nothing" : read->value.type_name();
    return error("$", "expected a mapping, found " + found, {});
  }
  if (const auto wrong = Keys(document_).unknown(read->value, document_, "$"))
    return error(wrong->path, "no such key", wrong->hint);
  const auto found = schema_.validate(read->value, 1);
  if (!found.empty()) {
    return error(path_of(found.front().instance, read->value), found.front().message,
                 advice(document_, read->value, found.front()));
  }
  return std::move(read->value);
}

}  // namespace mpk::json
