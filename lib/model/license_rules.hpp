// Which licence may follow which along a pedigree: a closed table, and silence about all else.
#pragma once

#include "model/info.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

/// Why a model under `derived` can't be made from something under `base`; empty: it can, or the
/// rules do not know one of the two. Ids are SPDX or Hugging Face ids, in any case. This compares
/// names of licences, it is no legal advice.
///
/// - Attribution-free and permissive licences allow every other.
/// - GPL, LGPL, AGPL and CC-BY-SA stay: their own family, later versions where they allow them, and
///   what their own text names as compatible.
/// - CC-BY-NC stays non-commercial; CC-BY-NC-SA stays CC-BY-NC-SA.
/// - CC-BY-ND and CC-BY-NC-ND allow no derived model at all (`changes`: false for a conversion).
/// - Llama, Gemma and RAIL licences stay: a known other licence does not carry their conditions.
std::string license_conflict(std::string_view base, std::string_view derived, bool changes);

/// The same for data: only non-commercial data in a model that a permissive or copyleft licence
/// hands out. Whether weights are derived from data in the sense of the other licences is not
/// settled.
std::string data_license_conflict(std::string_view data, std::string_view derived);

/// The licence of a base model by the exact name of its family on the Hugging Face hub
/// ("meta-llama/Llama-3.1-8B" → "llama3.1"); empty: not one of the known families.
std::string_view family_license(std::string_view model);

}  // namespace mpk::model
