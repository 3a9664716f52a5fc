// Utf8Locale: C.UTF-8, which is part of every Debian.
#include "archive/utf8_locale.hpp"

#include <clocale>

namespace mpk::archive {
namespace {

locale_t utf8() {
  static const locale_t made = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return made;
}

}  // namespace

// A null locale only asks: the program's own stays.
Utf8Locale::Utf8Locale() : before_(::uselocale(utf8())) {}
Utf8Locale::~Utf8Locale() { ::uselocale(before_); }

}  // namespace mpk::archive
