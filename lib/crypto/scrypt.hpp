// scrypt (RFC 7914): a key from a password.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mpk::crypto {

struct ScryptParameters {
  std::uint64_t n = 65536;  // cost, a power of two
  std::uint32_t r = 8;
  std::uint32_t p = 1;
};

/// Takes 128 * n * r bytes of memory: the caller accepts only parameters that it knows.
/// internal: parameters that RFC 7914 §2 does not allow, or no memory.
Result<Bytes> scrypt(std::string_view password, BytesView salt, const ScryptParameters& parameters,
                     std::size_t size);

}  // namespace mpk::crypto
