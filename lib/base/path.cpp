// Paths from outside: proven harmless, then walked without following a link.
#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
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

// `name` below `parent`, which is made when it is missing.
Result<Fd> enter_directory(const Fd& parent, const std::string& name,
                           const std::filesystem::path& shown) {
  if (::mkdirat(parent.get(), name.c_str(), 0755) != 0 && errno != EEXIST) {
    return errno_error(errno, "create", shown);
  }
  Fd child(::openat(parent.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (child) return child;
  const int number = errno;
  if (number != ENOTDIR && number != ELOOP) return errno_error(number, "open", shown);
  struct stat status{};
  const bool link = ::fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                    S_ISLNK(status.st_mode);
  return Error(ErrorKind::mismatch,
               fmt::format("{}: expected a directory, found a {}", shown.native(),
                           link ? "symlink" : "file"),
               "nothing is written through it; remove it or choose another directory");
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
    if (component == "." || component == "..") {
      return bad_path(path, fmt::format("holds the component \"{}\"", component));
    }
  }
  return std::string(path);
}

Result<std::filesystem::path> make_parents_beneath(const std::filesystem::path& root,
                                                   std::string_view relative) {
  const std::string safe = TRY(safe_relative_path(relative));
  std::error_code failure;
  std::filesystem::path shown = std::filesystem::canonical(root, failure);
  if (failure) return errno_error(failure.value(), "open", root);
  Fd directory(::open(shown.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return errno_error(errno, "open", root);

  std::vector<std::string_view> components = split(safe, '/');
  components.pop_back();
  for (const std::string_view component : components) {
    shown /= component;
    directory = TRY(enter_directory(directory, std::string(component), shown));
  }
  return shown;
}

}  // namespace mpk
