// Little-endian numbers at the start of a text; the caller has checked its length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mpk::model {

inline std::uint64_t little_endian(std::string_view bytes, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}
inline std::uint64_t little_endian_64(std::string_view bytes) { return little_endian(bytes, 8); }
inline std::uint32_t little_endian_32(std::string_view bytes) {
  return static_cast<std::uint32_t>(little_endian(bytes, 4));
}

}  // namespace mpk::model
