// Utf8Locale: libarchive takes names for what the thread's locale says they are.
#pragma once

#include <clocale>

namespace mpk::archive {

/// The calling thread reads and writes names as UTF-8 while it lives, whatever the program chose:
/// in the C locale libarchive 3.6 refuses a name that is not ASCII, or reads through a null
/// pointer.
class Utf8Locale {
 public:
  Utf8Locale();
  ~Utf8Locale();
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t before_;
};

}  // namespace mpk::archive
