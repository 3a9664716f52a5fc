// The structure of SPDX 3.0.1 as far as it is written here: classes, members, words, links.
// Internal to aibom/.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

namespace mpk::aibom::spdx {

/// Each object has a known class, the members that it can't be without and no other; each word is
/// of its vocabulary; each link leads to an element of the graph of a class that fits; ids are
/// unique. internal, with the place: it doesn't hold.
Result<void> check_spdx(const Json& document);

}  // namespace mpk::aibom::spdx
