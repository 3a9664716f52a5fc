// The terminal: width, colour rules, styles.
#pragma once

#include "base/env.hpp"

#include <string>
#include <string_view>

namespace mpk::cli {

/// NO_COLOR, CLICOLOR_FORCE, TERM=dumb, isatty.
bool use_color(int descriptor, const Env& env);
bool is_terminal(int descriptor);
/// Columns; 80 when unknown.
unsigned terminal_width(int descriptor);

enum class Style { plain, good, bad, warn, dim, bold };
std::string styled(std::string_view text, Style style, bool color);
/// Columns that valid UTF-8 text takes (wcwidth).
std::size_t display_width(std::string_view text);
/// Padded with spaces, or cut with "…".
std::string fit(std::string_view text, std::size_t columns);

}  // namespace mpk::cli
