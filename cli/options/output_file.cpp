// Where output goes.
#include "options/output_file.hpp"

#include "base/fd.hpp"
#include "base/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace mpk::cli {
namespace {

namespace fs = std::filesystem;

Error refused(const std::string& path, const std::string& why) {
  return Error(ErrorKind::usage, path + ": " + why);
}

Result<void> check_writable(const fs::path& directory, const char* action, const fs::path& target) {
  if (::access(directory.c_str(), W_OK | X_OK) == 0) return {};
  return errno_error(errno, action, target).with_kind(ErrorKind::usage);
}

// A rename would put a regular file in the place of /dev/null, or of the link that is /dev/stdout.
// Files in /dev/shm are like any others.
bool is_special(const fs::path& path) {
  std::error_code failure;
  const auto status = fs::status(path, failure);
  const auto& name = path.native();
  return (fs::exists(status) && !fs::is_regular_file(status)) || name == "/dev/stdout" ||
         name == "/dev/stderr" || name.starts_with("/dev/fd/") || name.starts_with("/proc/");
}

}  // namespace

Result<void> check_output(const std::string& path) {
  std::error_code failure;
  const auto status = fs::status(path, failure);
  if (fs::is_directory(status)) return refused(path, "a directory, expected a file");
  if (is_special(path)) return {};
  fs::path parent = fs::path(path).parent_path();
  if (parent.empty()) parent = ".";
  const auto parent_status = fs::status(parent, failure);
  if (!fs::exists(parent_status)) return refused(path, "no such directory: " + parent.string());
  if (!fs::is_directory(parent_status)) return refused(path, parent.string() + " is no directory");
  return check_writable(parent, "write", path);
}

Result<void> check_output_directory(const std::string& path) {
  std::error_code failure;
  // The nearest that is there: the rest will be made in it.
  fs::path there = fs::absolute(path, failure);
  while (!fs::exists(fs::symlink_status(there, failure)) && there.has_relative_path()) {
    there = there.parent_path();
  }
  if (!fs::is_directory(there, failure)) {
    return refused(path, there == fs::absolute(path) ? "not a directory"
                                                     : there.string() + " is no directory");
  }
  return check_writable(there, "write into", path);
}

Result<void> write_output(const std::string& path, std::string_view text) {
  if (!is_special(path)) return write_file_atomic(path, text);
  Fd out(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (!out) return errno_error(errno, "open", path);
  while (!text.empty()) {
    const auto written = ::write(out.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno_error(errno, "write", path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace mpk::cli
