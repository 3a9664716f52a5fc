// Finding byte strings in content of any size.
#pragma once

#include "base/result.hpp"
#include "scan/content.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace mpk::scan {

/// The first place of `needle` that begins and ends within [from, to). io.
Result<std::optional<std::uint64_t>> find_bytes(const Content& content, std::string_view needle,
                                                std::uint64_t from, std::uint64_t to);

/// Shows the content window by window with its offset; each goes on for `overlap` bytes into the
/// next, for what crosses the border. io; an error of `look`.
Result<void> for_each_window(
    const Content& content, std::size_t overlap,
    const std::function<Result<void>(std::string_view, std::uint64_t)>& look);

}  // namespace mpk::scan
