// Paths from outside: proven harmless, then walked without following a link.
#include "base/directory.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

#include <fmt/core.h>

#include <climits>
#include <vector>

namespace mpk {
namespace {

Error bad_path(std::string_view path, std::string_view why) {
  return {ErrorKind::malformed, fmt::format("path \"{}\": {}", printable(path, 120), why)};
}

// C0, DEL, and C1 (U+0080–U+009F, in UTF-8: C2 80 – C2 9F), which terminals obey as well.
bool has_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      return true;
    }
  }
  return false;
}

}  // namespace

Result<std::string> safe_relative_path(std::string_view path) {
  if (path.empty()) return bad_path(path, "empty");
  if (path.size() > limits::kPathBytes) {
    return bad_path(path, fmt::format("longer than {} bytes", limits::kPathBytes));
  }
  if (!is_valid_utf8(path)) return bad_path(path, "not UTF-8");
  if (has_control_character(path)) return bad_path(path, "holds a control character");
  if (path.front() == '/') return bad_path(path, "absolute, expected a relative one");
  for (const std::string_view component : split(path, '/')) {
    if (component.empty()) return bad_path(path, "holds an empty component");
    if (component.size() > NAME_MAX) {
      return bad_path(path, fmt::format("holds a component of more than {} bytes", NAME_MAX));
    }
    if (component == "." || component == "..") {
      return bad_path(path, fmt::format("holds the component \"{}\"", component));
    }
  }
  return std::string(path);
}

Result<Place> make_parents_beneath(const Directory& root, std::string_view relative) {
  const std::string safe = TRY(safe_relative_path(relative));
  Directory directory = root;
  const auto components = split(safe, '/');
  for (std::size_t i = 0; i + 1 < components.size(); ++i) {
    directory = TRY(directory.make(std::string(components[i])));
  }
  return Place{.directory = std::move(directory), .name = std::string(components.back())};
}

Result<std::optional<Place>> find_parents_beneath(const Directory& root,
                                                  std::string_view relative) {
  const std::string safe = TRY(safe_relative_path(relative));
  Directory directory = root;
  const auto components = split(safe, '/');
  for (std::size_t i = 0; i + 1 < components.size(); ++i) {
    auto found = TRY(directory.find(std::string(components[i])));
    if (!found) return std::optional<Place>();
    directory = *std::move(found);
  }
  return std::optional(
      Place{.directory = std::move(directory), .name = std::string(components.back())});
}

}  // namespace mpk
