// ProviderResponse of externaldata.gatekeeper.sh/v1beta1: the answer of an external data provider.
#include "base/text.hpp"
#include "report/parts.hpp"

#include <nlohmann/json.hpp>

namespace mpk::report {

std::string gatekeeper(const policy::Verdict& verdict) {
  const bool passed = verdict.outcome() == policy::Verdict::Outcome::passed;
  // Gatekeeper drops the value of an item with an error.
  Json item = {{"key", printable(verdict.reference)},
               {"value",
                {{"verdict", outcome_word(verdict)},
                 {"digest", digest_text(verdict)},
                 {"reference", printable(verdict.reference)}}},
               {"error", passed ? "" : summary(verdict)}};
  Json response = {
      {"idempotent", true}, {"items", Json::array({std::move(item)})}, {"systemError", ""}};
  return json::pretty({{"apiVersion", "externaldata.gatekeeper.sh/v1beta1"},
                       {"kind", "ProviderResponse"},
                       {"response", std::move(response)}});
}

}  // namespace mpk::report
