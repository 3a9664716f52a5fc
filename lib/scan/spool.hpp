// spool: what a stream gives, kept where it can be looked at from any side.
#pragma once

#include "archive/source.hpp"
#include "scan/content.hpp"

#include <cstdint>
#include <optional>

namespace mpk::scan {

struct Spooled {
  ContentPtr content;            // as much as came
  std::optional<Error> failure;  // why it broke off; also too_large over `most`
};

/// Small streams stay in memory, larger ones go to a file without a name in the temporary
/// directory. io: that can't be written. `most`: bytes, and what came is taken off it.
Result<Spooled> spool(const archive::Source& source, std::uint64_t& most);

}  // namespace mpk::scan
