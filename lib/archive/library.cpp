// libarchive: most commands meet no archive, and need not pay for loading it.
#include "archive/library.hpp"

#include "base/shared_library.hpp"

namespace mpk::archive {
namespace {

ArchiveLibrary functions;

Result<void> load_functions() {
  const auto library = TRY(SharedLibrary::open("libarchive.so.13"));
#define MPK_ARCHIVE_FIND(name) TRY(library.find(#name, functions.name));
  MPK_ARCHIVE_FUNCTIONS(MPK_ARCHIVE_FIND)
#undef MPK_ARCHIVE_FIND
  return {};
}

}  // namespace

Result<void> load_libarchive() {
  static const Result<void> loaded = load_functions();
  return loaded;
}

const ArchiveLibrary& libarchive() { return functions; }

}  // namespace mpk::archive
