// Documents converted to SPDX, and what the tests ask of them.
#pragma once

#include "aibom/lookup.hpp"
#include "aibom/spdx.hpp"
#include "base/time.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::aibom::testing {

inline Timestamp date() { return Timestamp::from_seconds(1'795'000'000); }

inline SpdxOutcome converted(const Json& bom) {
  auto made = to_spdx(bom, {.created = date(), .otherwise = {}, .mpk_version = "0.0.0-test"});
  REQUIRE_MESSAGE(made, made.error().text());
  return made.take();
}

inline Json document(const std::string& members) {
  return json::parse(R"({"bomFormat": "CycloneDX", "specVersion": "1.6",
    "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79")" +
                     (members.empty() ? "" : ", " + members) + "}")
      .take();
}

inline Json model_with(const std::string& members) {
  return document(R"("metadata": {"component": {"type": "machine-learning-model", "bom-ref": "m",
    "name": "tiny")" +
                  (members.empty() ? "" : ", " + members) + "}}");
}

inline std::vector<Json> of_type(const Json& spdx, std::string_view type) {
  std::vector<Json> out;
  for (const auto& each : items(member(spdx, "@graph"))) {
    if (text(each, "type") == type) out.push_back(each);
  }
  return out;
}

inline Json the_model(const Json& bom) {
  const auto made = converted(bom);
  const auto found = of_type(made.document, "ai_AIPackage");
  REQUIRE_FALSE(found.empty());
  return found.front();
}

// The targets of a relationship, by their names.
inline std::vector<std::string> related(const Json& spdx, std::string_view type) {
  std::vector<std::string> out;
  for (const auto& relation : of_type(spdx, "Relationship")) {
    if (text(relation, "relationshipType") != type) continue;
    for (const auto& to : items(member(relation, "to"))) {
      std::string name = text(to);
      for (const auto& each : items(member(spdx, "@graph"))) {
        if (text(each, "spdxId") != name || text(each, "spdxId").empty()) continue;
        const auto& words = text(each, "simplelicensing_licenseExpression");
        name = words.empty() ? text(each, "name") : words;
        break;
      }
      out.push_back(name);
    }
  }
  return out;
}

inline std::vector<std::string> pointers(const SpdxOutcome& made, bool kept) {
  std::vector<std::string> out;
  for (const auto& each : made.unmapped) {
    if (each.kept == kept) out.push_back(each.pointer);
  }
  return out;
}

using Strings = std::vector<std::string>;

}  // namespace mpk::aibom::testing
