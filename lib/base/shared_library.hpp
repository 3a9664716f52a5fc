// SharedLibrary: a library that is opened when it is first needed, not at every start.
#pragma once

#include "base/result.hpp"

#include <string>

namespace mpk {

/// What dlopen(3) gives; it stays loaded to the end of the process. Thread-safe.
class SharedLibrary {
 public:
  /// `soname` as the linker would write it ("libcurl.so.4"). not_found: not installed.
  static Result<SharedLibrary> open(const char* soname);

  /// Points `function` at what the library calls `name`. not_found: the library is another one.
  template <class F>
  Result<void> find(const char* name, F*& function) const {
    void* const symbol = TRY(address_of(name));
    function = reinterpret_cast<F*>(symbol);
    return {};
  }

 private:
  SharedLibrary(void* handle, const char* soname) : handle_(handle), soname_(soname) {}
  Result<void*> address_of(const char* name) const;

  void* handle_;
  std::string soname_;
};

}  // namespace mpk
