// Bundle files.
#include "options/bundle_file.hpp"

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "options/output_file.hpp"

#include <filesystem>
#include <system_error>

namespace mpk::cli {
namespace {

namespace fs = std::filesystem;

Error taken(const std::string& bundle) {
  return {ErrorKind::exists, bundle + ": there is a file of this name",
          "it may be the bundle of another signature; --overwrite replaces it, --bundle FILE "
          "writes elsewhere"};
}

bool is_regular(const std::string& path) {
  std::error_code failure;
  return fs::is_regular_file(fs::status(path, failure));
}

}  // namespace

std::string default_bundle_path(const std::string& file) { return file + ".sigstore.json"; }

Result<void> check_bundle_file(const std::string& bundle, const std::string& file, bool overwrite) {
  TRY(check_output(bundle));
  std::error_code failure;
  if (fs::equivalent(bundle, file, failure)) {
    return Error(ErrorKind::usage, bundle + ": the bundle would replace the file that is signed");
  }
  if (!overwrite && is_regular(bundle)) return taken(bundle);
  return {};
}

Result<void> write_bundle_file(const std::string& bundle, const std::string& text, bool overwrite) {
  std::error_code failure;
  const bool there = fs::exists(fs::status(bundle, failure));
  if (overwrite || (there && !is_regular(bundle))) return write_output(bundle, text);
  const fs::path target(bundle);
  const auto parent = target.parent_path();
  auto file = TRY(AtomicFile::create(parent.empty() ? fs::path(".") : parent));
  TRY(file.write(as_bytes(text)));
  auto committed = file.commit(target, 0644, false);
  if (!committed && committed.error().kind() == ErrorKind::exists) return taken(bundle);
  return committed;
}

}  // namespace mpk::cli
