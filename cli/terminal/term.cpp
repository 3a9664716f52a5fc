// The terminal: width, colour rules, styles.
#include "terminal/term.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cwchar>

namespace mpk::cli {
namespace {

// The next code point of valid UTF-8 text; advances `at`. Broken bytes count as one column.
wchar_t next_code_point(std::string_view text, std::size_t& at) {
  std::mbstate_t state{};
  wchar_t wide = 0;
  auto used = std::mbrtowc(&wide, text.data() + at, text.size() - at, &state);
  if (used == 0 || used > text.size() - at) {
    ++at;
    return L'?';
  }
  at += used;
  return wide;
}

std::size_t width_of(wchar_t wide) {
  int width = ::wcwidth(wide);
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

}  // namespace

bool is_terminal(int descriptor) { return isatty(descriptor) == 1; }

bool use_color(int descriptor, const Env& env) {
  if (env.get("NO_COLOR")) return false;
  if (auto force = env.get("CLICOLOR_FORCE"); force && *force != "0") return true;
  return is_terminal(descriptor) && env.get("TERM").value_or("dumb") != "dumb";
}

unsigned terminal_width(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col < 20) return 80;
  return size.ws_col;
}

std::string styled(std::string_view text, Style style, bool color) {
  if (!color || style == Style::plain) return std::string(text);
  const char* code = "0";
  switch (style) {
    case Style::good:
      code = "32";
      break;
    case Style::bad:
      code = "1;31";
      break;
    case Style::warn:
      code = "33";
      break;
    case Style::dim:
      code = "2";
      break;
    case Style::bold:
      code = "1";
      break;
    case Style::plain:
      break;
  }
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) columns += width_of(next_code_point(text, at));
  return columns;
}

std::string fit(std::string_view text, std::size_t columns) {
  auto width = display_width(text);
  if (width <= columns) return std::string(text) + std::string(columns - width, ' ');
  if (columns == 0) return {};
  std::size_t used = 0, at = 0, end = 0;
  while (at < text.size()) {
    auto next = width_of(next_code_point(text, at));
    if (used + next > columns - 1) break;
    used += next;
    end = at;
  }
  return std::string(text.substr(0, end)) + "…" + std::string(columns - 1 - used, ' ');
}

}  // namespace mpk::cli
