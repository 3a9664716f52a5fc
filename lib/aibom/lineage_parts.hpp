// What base models, datasets, training and claims are written with. Internal to aibom/.
#pragma once

#include "json/value.hpp"
#include "model/info.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mpk::aibom {

/// http or https, and an IRI that the grammar takes.
bool is_web_address(std::string_view text);
/// The bom-ref of a base model.
std::string base_ref(const model::BaseModel& base);
/// organizationalEntity; empty without a name.
Json organization_of(const model::Party& party);
/// A "licenses" array: all declared.
Json declared_licenses(const std::vector<model::License>& licenses);
/// One external reference; empty when `url` is no address and no BOM-Link.
Json reference_to(std::string_view type, const std::string& url, const std::string& digest,
                  const std::string& comment = {});

}  // namespace mpk::aibom
