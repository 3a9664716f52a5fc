// Licences: Hugging Face ids to SPDX, and well-known texts recognised.
#pragma once

#include "model/info.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mpk::model {

/// "apache-2.0" → Apache-2.0; ids without an SPDX counterpart (llama3.1, openrail, other, …) keep
/// their name. `url` may be empty.
License license_from_huggingface(std::string_view id, std::string_view name, std::string_view url,
                                 std::string source);
/// The SPDX id of a licence text (Apache-2.0, MIT, BSD-2-Clause, BSD-3-Clause, GPL-2.0, GPL-3.0,
/// LGPL-3.0, AGPL-3.0, MPL-2.0, CC0-1.0, CC-BY-4.0), by its fixed wording; nullopt: not recognised.
std::optional<std::string> recognise_license_text(std::string_view text);

}  // namespace mpk::model
