// An error on the screen.
#include "render/error.hpp"

#include "base/text.hpp"

namespace mpk::cli {

std::string error_text(const Error& error, bool verbose) {
  auto line = verbose ? error.text() : error.message();
  // A message that names its subject already needs no second name in front.
  if (!verbose && !error.context().empty() && !line.starts_with(error.context().back()))
    line = error.context().back() + ": " + line;
  auto out = "error: " + printable(line) + "\n";
  if (!error.hint().empty()) out += "hint: " + printable(error.hint()) + "\n";
  return out;
}

}  // namespace mpk::cli
