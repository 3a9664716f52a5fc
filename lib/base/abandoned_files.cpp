// Temporary files: how they are called, and how those go that nobody writes any more.
#include "base/file.hpp"
#include "base/temporary_name.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <vector>

namespace mpk {
namespace {

constexpr std::string_view kPrefix = ".mpk-tmp-";
constexpr std::string_view kLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::size_t kRandomLetters = 6;
constexpr std::string_view kPartPrefix = ".mpk-part-";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kKeyDigits = 16;

bool consists_of(std::string_view text, std::string_view letters) {
  return text.find_first_not_of(letters) == std::string_view::npos;
}

bool is_key(std::string_view key) {
  return key.size() == kKeyDigits && consists_of(key, kHexDigits);
}

std::vector<std::string> left_files_in(const Directory& directory) {
  std::vector<std::string> names;
  Fd fd(::openat(directory.descriptor(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return names;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd.get()), &::closedir);
  if (stream == nullptr) return names;
  fd.release();
  // NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of its own
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (is_temporary_file_name(name) || is_part_file_name(name)) names.emplace_back(name);
  }
  return names;
}

void remove_if_abandoned(const Directory& directory, const std::string& name) {
  // For writing: over NFS an exclusive lock asks for it.
  const Fd fd(::openat(directory.descriptor(), name.c_str(),
                       O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status{};
  if (!fd || ::fstat(fd.get(), &status) != 0) return;
  if (!S_ISREG(status.st_mode) || status.st_uid != ::geteuid()) return;
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return;
  // Between the opening and the lock its writer may have given it its final name.
  if (directory.names(name, fd.get())) {
    static_cast<void>(::unlinkat(directory.descriptor(), name.c_str(), 0));
  }
}

}  // namespace

Result<std::string> temporary_file_name() {
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != ssize_t{sizeof random}) {
    return errno_error(errno, "read random bytes", "getrandom");
  }
  std::string name(kPrefix);
  for (std::size_t i = 0; i < kRandomLetters; ++i) {
    name += kLetters[random % kLetters.size()];
    random /= kLetters.size();
  }
  return name;
}

bool is_temporary_file_name(std::string_view name) {
  return name.size() == kPrefix.size() + kRandomLetters && name.starts_with(kPrefix) &&
         consists_of(name.substr(kPrefix.size()), kLetters);
}

Result<std::string> part_file_name(std::string_view key) {
  if (!is_key(key)) return Error(ErrorKind::usage, "the key of a part file: not 16 hex digits");
  return std::string(kPartPrefix) + std::string(key);
}

bool is_part_file_name(std::string_view name) {
  return name.starts_with(kPartPrefix) && is_key(name.substr(kPartPrefix.size()));
}

void remove_abandoned_files(const Directory& directory, const std::set<std::string>& part_keys) {
  for (const auto& name : left_files_in(directory)) {
    const bool wanted =
        is_part_file_name(name) && part_keys.contains(name.substr(kPartPrefix.size()));
    if (!wanted) remove_if_abandoned(directory, name);
  }
}

}  // namespace mpk
