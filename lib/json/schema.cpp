// Schema: the public face of the draft-07 validator.
#include "json/schema.hpp"

#include "base/text.hpp"
#include "json/schema_program.hpp"

#include <nlohmann/json.hpp>

namespace mpk::json {

struct Schema::Impl {
  draft7::Program program;
};

Result<Schema> Schema::compile(const Json& schema) {
  try {
    auto program = TRY(draft7::compile(schema));
    return Schema(std::make_shared<const Impl>(Impl{std::move(program)}));
  } catch (const std::exception& exception) {
    return Error(ErrorKind::internal, "schema compiler: " + printable(exception.what(), 200));
  }
}

std::vector<Violation> Schema::validate(const Json& document, std::size_t max_violations) const {
  return draft7::validate(impl_->program, document, max_violations);
}

}  // namespace mpk::json
