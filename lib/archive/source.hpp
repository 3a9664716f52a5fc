// Source: bytes that are pulled, so that an archive is read while it arrives.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace mpk::archive {

/// Up to buffer.size() bytes; 0 at the end, and only there.
using Source = std::function<Result<std::size_t>(std::span<std::uint8_t> buffer)>;
/// Passes over the next bytes of a Source, `count` of them or fewer; returns how many.
using Skip = std::function<std::uint64_t(std::uint64_t count)>;

}  // namespace mpk::archive
