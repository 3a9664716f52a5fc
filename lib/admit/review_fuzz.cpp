// Fuzz entry: what is found in a review's object stands where it is said to, and its references are
// such; an answer can be given to whatever was asked.
#include "admit/references.hpp"
#include "admit/review.hpp"
#include "base/bytes.hpp"
#include "json/lookup.hpp"
#include "json/parse.hpp"
#include "oci/reference.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

void check(const mpk::Json& object, const std::vector<mpk::admit::FoundReference>& found) {
  using namespace mpk;
  for (const auto& each : found) {
    if (json::text(object.at(Json::json_pointer(each.pointer))) != each.text) std::abort();
    if (!each.text.starts_with(each.scheme)) std::abort();
    if (!each.reference) continue;
    const auto reference = oci::Reference::parse(each.reference->text());
    if (!reference || reference->kind != oci::Reference::Kind::registry ||
        reference->text() != each.reference->text() || reference->target().empty()) {
      std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  static const auto kTable = admit::ReferenceTable::make({.rows = {{"*", "*", "spec{*}[*].any"}}});
  const auto body = as_text({data, size});
  const auto uid = admit::error_uid(body);
  const auto request = admit::read_review(body);
  if (!request) {
    if (const auto value = json::parse(body)) check(*value, kTable->find(*value));
    return 0;
  }
  if (uid != request->uid) std::abort();
  check(request->object, kTable->find(request->object));
  admit::ReviewResponse response{.uid = uid, .message = request->name, .warnings = {request->user}};
  const auto answer = json::parse(admit::answer_text(response));
  if (!answer || json::text(json::member(*answer, "response"), "uid") != uid) std::abort();
  return 0;
}
