// oci-layout and index.json (image-spec, image-layout.md).
#include "oci/layout_files.hpp"

#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "oci/layout_blobs.hpp"
#include "oci/layout_index.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <system_error>

namespace mpk::oci::layout {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kVersion = "1.0.0";
constexpr std::string_view kLockName = ".mpk-lock";
constexpr std::string_view kUseName = ".mpk-in-use";
constexpr unsigned kLockSeconds = 60;
constexpr std::size_t kMarkerCap = 4096;

Result<FileLock> lock(const fs::path& directory, const CancelToken& cancel) {
  return FileLock::acquire(directory / kLockName, kLockSeconds, cancel);
}

Error not_a_layout(const fs::path& directory, std::string_view why) {
  return Error(ErrorKind::malformed,
               fmt::format("{}: not an OCI image layout, {}", directory.native(), why));
}

// What a mpk that was killed while it made the layout leaves behind does not count.
Result<bool> has_no_files(const fs::path& directory) {
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  while (!error && entry != fs::directory_iterator()) {
    const std::string name = entry->path().filename().native();
    if (name != kLockName && !name.starts_with(".mpk-tmp-")) return false;
    entry.increment(error);
  }
  if (error) return errno_error(error.value(), "list", directory);
  return true;
}

Result<void> check_marker(const fs::path& directory, const std::string& text) {
  const Json document = TRY(json::parse(text));
  const std::string version = TRY(json::Field(document).string("imageLayoutVersion"));
  if (version == kVersion) return {};
  return Error(ErrorKind::unsupported,
               fmt::format("{}: image layout version \"{}\" is not supported, expected {}",
                           directory.native(), printable(version, 40), kVersion));
}

// Whoever gets the lock second finds the work done.
Result<void> make_layout(const fs::path& directory, const CancelToken& cancel) {
  TRY(make_directories(directory));
  const FileLock held = TRY(lock(directory, cancel));
  const fs::path marker = directory / "oci-layout";
  std::error_code ignored;
  if (!fs::exists(marker, ignored)) {
    if (!TRY(has_no_files(directory))) {
      return not_a_layout(directory, "and it is not empty").with_hint("name a new directory");
    }
    const Json content = {{"imageLayoutVersion", kVersion}};
    TRY(write_file_atomic(marker, json::compact(content)));
  }
  const fs::path index = directory / "index.json";
  if (!fs::exists(index, ignored)) {
    TRY(write_file_atomic(index, json::compact(empty_index())));
  }
  TRY(check_blob_folders(directory));
  return make_directories(directory / "blobs" / "sha256");
}

Result<bool> is_complete(const fs::path& directory) {
  std::error_code ignored;
  if (!fs::exists(directory, ignored)) return false;
  if (!fs::is_directory(directory, ignored)) {
    return Error(ErrorKind::usage, fmt::format("{}: not a directory", directory.native()),
                 "oci:DIR names a directory with an OCI image layout");
  }
  return fs::exists(directory / "oci-layout", ignored) &&
         fs::exists(directory / "index.json", ignored);
}

}  // namespace

Result<void> open_files(const fs::path& directory, bool create, const CancelToken& cancel) {
  if (!TRY(is_complete(directory)) && create) TRY(make_layout(directory, cancel));
  std::error_code ignored;
  if (!fs::exists(directory, ignored)) {
    return Error(ErrorKind::usage, fmt::format("{}: no such directory", directory.native()),
                 "oci:DIR names a directory with an OCI image layout");
  }
  auto marker = read_file(directory / "oci-layout", kMarkerCap);
  if (!marker && marker.error().kind() == ErrorKind::not_found) {
    return not_a_layout(directory, "it has no file oci-layout");
  }
  TRY(check_marker(directory, TRY(std::move(marker))).with(directory.native()));
  TRY(Files(directory, cancel).read_index());
  TRY(check_blob_folders(directory));
  return {};
}

Result<Json> Files::read_index() const {
  const fs::path file = directory_ / "index.json";
  auto text = read_file(file, limits::kJsonDocument);
  if (!text && text.error().kind() == ErrorKind::not_found) {
    return not_a_layout(directory_, "it has no file index.json");
  }
  return parse_index(TRY(std::move(text))).with(file.native());
}

Result<FileLock> Files::lock_for_adding() const {
  return FileLock::acquire_shared(directory_ / kUseName, kLockSeconds, cancel_);
}

Result<FileLock> Files::lock_for_pruning() const {
  return FileLock::acquire(directory_ / kUseName, kLockSeconds, cancel_);
}

Result<void> Files::update_index(const std::function<Result<void>(Json&)>& change,
                                 const std::function<Result<void>()>& after) const {
  const FileLock held = TRY(lock(directory_, cancel_));
  remove_abandoned_files(TRY(Directory::open(directory_)));
  const Json before = TRY(read_index());
  Json index = before;
  TRY(change(index));
  TRY(cancel_.check());
  if (index != before) TRY(write_file_atomic(directory_ / "index.json", json::compact(index)));
  if (after) TRY(after());
  return {};
}

}  // namespace mpk::oci::layout
