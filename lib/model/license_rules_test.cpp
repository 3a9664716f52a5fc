// Tests of the table of licences: each refusal beside what is allowed.
#include "model/license_rules.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

using namespace mpk::model;

TEST_CASE("licences along a pedigree: what may follow what") {
  const struct {
    const char* base;
    const char* derived;
    bool allowed;
  } table[] = {
      {"Apache-2.0", "MIT", true},
      {"MIT", "CC-BY-NC-4.0", true},
      {"apache-2.0", "llama3.1", true},
      {"CC-BY-4.0", "Apache-2.0", true},
      {"GPL-3.0-only", "GPL-3.0-or-later", true},
      {"GPL-3.0", "AGPL-3.0", true},
      {"GPL-3.0", "Apache-2.0", false},
      {"GPL-3.0", "GPL-2.0", false},
      {"GPL-3.0", "CC-BY-NC-4.0", false},
      {"GPL-2.0", "GPL-3.0", true},
      {"GPL-2.0-or-later", "AGPL-3.0", true},
      {"GPL-2.0-only", "GPL-2.0", true},
      {"GPL-2.0-only", "GPL-3.0", false},
      {"AGPL-3.0", "GPL-3.0", false},
      {"AGPL-3.0", "agpl-3.0-only", true},
      {"LGPL-3.0", "GPL-3.0", true},
      {"LGPL-2.1", "LGPL-3.0", true},
      {"LGPL-3.0", "MIT", false},
      {"CC-BY-SA-4.0", "CC-BY-SA-4.0", true},
      {"CC-BY-SA-3.0", "CC-BY-SA-4.0", true},
      {"CC-BY-SA-4.0", "CC-BY-SA-3.0", false},
      {"CC-BY-SA-4.0", "GPL-3.0", true},
      {"CC-BY-SA-3.0", "GPL-3.0", false},
      {"CC-BY-SA-4.0", "CC-BY-4.0", false},
      {"CC-BY-NC-4.0", "CC-BY-NC-4.0", true},
      {"CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", true},
      {"CC-BY-NC-4.0", "CC-BY-NC-ND-4.0", true},
      {"CC-BY-NC-4.0", "Apache-2.0", false},
      {"CC-BY-NC-4.0", "GPL-3.0", false},
      {"CC-BY-NC-4.0", "llama3", false},
      {"CC-BY-NC-SA-4.0", "CC-BY-NC-SA-4.0", true},
      {"CC-BY-NC-SA-4.0", "CC-BY-NC-4.0", false},
      {"CC-BY-ND-4.0", "CC-BY-ND-4.0", false},
      {"CC-BY-ND-4.0", "anything at all", false},
      {"llama3.1", "llama3.1", true},
      {"llama3.1", "llama3.3", true},
      {"llama3.1", "apache-2.0", false},
      {"llama2", "gemma", false},
      {"gemma", "gemma", true},
      {"gemma", "mit", false},
      {"openrail", "creativeml-openrail-m", true},
      {"bigscience-bloom-rail-1.0", "mit", false},
      // Unknown on either side: nothing is said.
      {"llama3.1", "other", true},
      {"acme-license", "MIT", true},
      {"MPL-2.0", "Apache-2.0", true},
      {"EUPL-1.2", "MIT", true},
      {"GPL-3.0", "MPL-2.0", true},
      {"Apache-2.0 OR GPL-3.0", "MIT", true},
      {"", "MIT", true},
      {"GPL-3.0", "", true},
  };
  for (const auto& row : table) {
    CAPTURE(std::string(row.base));
    CAPTURE(std::string(row.derived));
    CHECK(license_conflict(row.base, row.derived, true).empty() == row.allowed);
  }
}

TEST_CASE("a conversion of a model that may not be changed keeps non-commercial") {
  CHECK(license_conflict("CC-BY-ND-4.0", "CC-BY-ND-4.0", false).empty());
  CHECK(license_conflict("CC-BY-NC-ND-4.0", "CC-BY-NC-ND-4.0", false).empty());
  CHECK_FALSE(license_conflict("CC-BY-NC-ND-4.0", "MIT", false).empty());
  CHECK_FALSE(license_conflict("CC-BY-NC-ND-4.0", "CC-BY-ND-4.0", false).empty());
}

TEST_CASE("families are known by the exact names of their makers' repositories") {
  CHECK(family_license("meta-llama/Llama-3.1-8B-Instruct") == "llama3.1");
  CHECK(family_license("meta-llama/Meta-Llama-3-8B") == "llama3");
  CHECK(family_license("google/gemma-2-9b-it") == "gemma");
  CHECK(family_license("bigscience/bloomz-7b1") == "bigscience-bloom-rail-1.0");
  for (const auto* other : {"meta-llama/Llama-Guard", "acme/llama-3.1-8b", "google/gemma-9-1b",
                            "gemma-2-9b", "", "meta-llama"})
    CHECK(family_license(other).empty());
}
