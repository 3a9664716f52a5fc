// Bytes: the comparison that leaks nothing about the contents.
#include "base/bytes.hpp"

namespace mpk {

bool equal_constant_time(BytesView a, BytesView b) {
  if (a.size() != b.size()) return false;
  // volatile: the compiler may not turn the loop into one that stops at the first difference.
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
  }
  return difference == 0;
}

}  // namespace mpk
