// Standard input, as a whole.
#pragma once

#include "base/parallel.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <string>

namespace mpk::cli {

/// All of it, to its end. cancelled: `cancel` was set while nothing came; too_large: above `cap`;
/// io.
Result<std::string> read_stdin(std::size_t cap, const CancelToken& cancel);

}  // namespace mpk::cli
