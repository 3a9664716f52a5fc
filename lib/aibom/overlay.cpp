// overlay: the YAML file, judged by its schema.
#include "aibom/overlay.hpp"

#include "json/form.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace mpk::aibom {
namespace {

const Result<json::Form>& form() {
  static const Result<json::Form> compiled =
      json::Form::compile(overlay_schema(), "schemas/aibom/overlay.schema.json lists the keys")
          .with("embedded overlay schema");
  return compiled;
}

}  // namespace

Result<Overlay> parse_overlay(std::string_view text, std::string_view file) {
  if (!form()) return Error(form().error()).with_kind(ErrorKind::internal);
  auto facts = TRY(form()->read(text, file));
  // Numbers where a person writes a number, and text in the document.
  for (auto& fact : facts) {
    if (fact.is_number()) fact = fact.dump();
  }
  return Overlay{std::move(facts)};
}

}  // namespace mpk::aibom
