// SharedLibrary over dlopen(3).
#include "base/shared_library.hpp"

#include "base/text.hpp"

#include <dlfcn.h>

namespace mpk {

Result<SharedLibrary> SharedLibrary::open(const char* soname) {
  void* const handle = dlopen(soname, RTLD_LAZY | RTLD_LOCAL);
  if (handle != nullptr) return SharedLibrary(handle, soname);
  const char* const reason = dlerror();
  return Error(
      ErrorKind::not_found,
      std::string(soname) + ": " + printable(reason == nullptr ? "cannot be loaded" : reason, 200),
      "install the package that has this library");
}

Result<void*> SharedLibrary::address_of(const char* name) const {
  void* const symbol = dlsym(handle_, name);
  if (symbol != nullptr) return symbol;
  return Error(ErrorKind::not_found, soname_ + " has no function " + name,
               "it is older than what mpk was built with");
}

}  // namespace mpk
