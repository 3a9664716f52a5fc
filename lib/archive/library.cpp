// libarchive: most commands meet no archive, and need not pay for loading it.
#include "archive/library.hpp"

namespace mpk::archive {
namespace {

ArchiveLibrary functions;

}  // namespace

Result<void> load_libarchive() {
  static const Result<void> loaded = SharedLibrary::load("libarchive.so.13", functions);
  return loaded;
}

const ArchiveLibrary& libarchive() { return functions; }

}  // namespace mpk::archive
