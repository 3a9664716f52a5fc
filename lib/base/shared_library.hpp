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
  /// Fills a table of MPK_LIBRARY_TABLE.
  template <class Table>
  static Result<void> load(const char* soname, Table& table) {
    const auto library = TRY(open(soname));
    return table.find_in(library);
  }

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

// One list F(name) of a library's functions makes a struct of pointers to them, by their own names.
#define MPK_LIBRARY_TABLE(Table, FUNCTIONS)              \
  struct Table {                                         \
    FUNCTIONS(MPK_LIBRARY_MEMBER)                        \
    Result<void> find_in(const SharedLibrary& library) { \
      FUNCTIONS(MPK_LIBRARY_FIND)                        \
      return {};                                         \
    }                                                    \
  }
// NOLINTNEXTLINE(bugprone-macro-parentheses): the name that is declared
#define MPK_LIBRARY_MEMBER(name) decltype(&::name) name = nullptr;
#define MPK_LIBRARY_FIND(name) TRY(library.find(#name, this->name));

}  // namespace mpk
