// Opcodes of pickles (CPython Lib/pickletools.py, protocols 0 to 5): what follows each, no more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mpk::model {

struct PickleOp {
  std::uint8_t code = 0;
  std::uint64_t number = 0;    // little-endian argument, not yet sign-extended
  std::string_view text = {};  // counted bytes, or a line without its end
  std::string_view more = {};  // the second line of GLOBAL and INST
};

enum class PickleStep {
  op,   // `op` is set, `at` stands behind it
  cut,  // more bytes are needed: `op.number` is the offset that must be there
  bad,  // there is no such opcode
};

/// Decodes the opcode at `at` in `bytes`; `at` moves only when it is whole. `op` looks into
/// `bytes`.
PickleStep next_opcode(std::string_view bytes, std::size_t& at, PickleOp& op);

inline constexpr std::uint8_t kPickleStop = '.';

}  // namespace mpk::model
