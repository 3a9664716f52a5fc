// overlay: the YAML file, judged by its schema; every error with its line.
#include "aibom/overlay.hpp"

#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/path.hpp"
#include "json/schema.hpp"
#include "json/yaml.hpp"

#include <charconv>
#include <optional>

namespace mpk::aibom {
namespace {

struct Form {
  Json document;
  json::Schema schema;
};

Result<Form> compile() {
  auto document = TRY(json::parse(overlay_schema()));
  auto schema = TRY(json::Schema::compile(document));
  return Form{.document = std::move(document), .schema = std::move(schema)};
}

const Result<Form>& form() {
  static const Result<Form> compiled = compile().with("embedded overlay schema");
  return compiled;
}

// "/datasets/0/name" as "$.datasets[0].name".
std::string path_of(std::string_view pointer, const Json& value) {
  std::string out = "$";
  const Json* at = &value;
  if (pointer.empty()) return out;
  for (auto step : split(pointer.substr(1), '/')) {
    if (at->is_array()) {
      std::size_t index = 0;
      std::from_chars(step.data(), step.data() + step.size(), index);
      out = json::item_path(out, index);
      if (index >= at->size()) return out;
      at = &at->at(index);
    } else {
      out = json::member_path(out, step);
      if (!at->is_object() || !at->contains(step)) return out;
      at = &at->at(std::string(step));
    }
  }
  return out;
}

class Reader {
 public:
  Reader(const json::YamlDocument& document, std::string_view file)
      : document_(document), file_(file) {}

  Result<Overlay> read(const Form& form) const {
    const auto& value = *document_.value;
    if (!value.is_object())
      return at("$", "expected a mapping that starts with apiVersion: mpk/v1", {});
    if (auto wrong = unknown_key(value, form.document, "$")) return *std::move(wrong);
    const auto found = form.schema.validate(value, 1);
    if (!found.empty())
      return at(path_of(found.front().instance, value), found.front().message, {});
    return Overlay{value};
  }

 private:
  Error at(const std::string& path, const std::string& message, std::string hint) const {
    if (hint.empty()) hint = "schemas/aibom/overlay.schema.json lists the keys";
    return {ErrorKind::usage, document_.where(file_, path) + ": " + path + ": " + message,
            std::move(hint)};
  }

  // The schema would say it, too, but not what was meant.
  std::optional<Error> unknown_key(const Json& value, const Json& schema,
                                   const std::string& path) const {
    if (value.is_array() && schema.contains("items")) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (auto wrong = unknown_key(value[i], schema["items"], json::item_path(path, i)))
          return wrong;
      }
    }
    if (!value.is_object() || !schema.contains("properties")) return std::nullopt;
    const auto& known = schema["properties"];
    for (auto it = value.begin(); it != value.end(); ++it) {
      const auto below = json::member_path(path, it.key());
      if (known.contains(it.key())) {
        if (auto wrong = unknown_key(it.value(), known[it.key()], below)) return wrong;
        continue;
      }
      std::vector<std::string> names;
      for (auto each = known.begin(); each != known.end(); ++each) names.push_back(each.key());
      const auto near = nearest(it.key(), names);
      return at(below, "no such key",
                near.empty() ? "" : "did you mean " + std::string(near) + "?");
    }
    return std::nullopt;
  }

  const json::YamlDocument& document_;
  std::string_view file_;
};

}  // namespace

Result<Overlay> parse_overlay(std::string_view text, std::string_view file) {
  if (!form()) return Error(form().error()).with_kind(ErrorKind::internal);
  auto document = json::parse_yaml(text, file);
  if (!document) return std::move(document).error().with_kind(ErrorKind::usage);
  return Reader(*document, file).read(*form());
}

}  // namespace mpk::aibom
