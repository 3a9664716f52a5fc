// Case: folded names of layers, and what the file system makes of case.
#include "modelpack/unpack_case.hpp"

#include "base/file.hpp"

#include <wctype.h>

#include <algorithm>
#include <clocale>
#include <map>
#include <string_view>

namespace mpk::modelpack {
namespace {

// The process's locale may know no letter but those of ASCII.
locale_t unicode() {
  static const locale_t made = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return made;
}

wint_t fold(wint_t c) {
  const locale_t where = unicode();
  if (where == nullptr) return ::towlower(::towupper(c));
  // By way of upper case: "ſ" and "s", "ς" and "σ" have one in common.
  return ::towlower_l(::towupper_l(c, where), where);
}

std::u32string folded(std::string_view utf8) {
  std::u32string out;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i++]);
    const unsigned more = lead < 0xc0 ? 0U : lead < 0xe0 ? 1U : lead < 0xf0 ? 2U : 3U;
    char32_t c = more == 0 ? lead : lead & (0x3fU >> more);
    for (unsigned k = 0; k < more && i < utf8.size(); ++k) {
      c = (c << 6U) | (static_cast<unsigned char>(utf8[i++]) & 0x3fU);
    }
    out += static_cast<char32_t>(fold(static_cast<wint_t>(c)));
  }
  return out;
}

}  // namespace

std::optional<std::pair<std::string, std::string>> case_collision(
    const std::vector<std::string>& paths) {
  std::map<std::u32string, const std::string*> files;
  for (const auto& path : paths) {
    const auto [at, fresh] = files.emplace(folded(path), &path);
    if (!fresh) return std::pair(*at->second, path);
  }
  for (const auto& [name, path] : files) {
    for (auto slash = name.find(U'/'); slash != std::u32string::npos;
         slash = name.find(U'/', slash + 1)) {
      const auto at = files.find(name.substr(0, slash));
      if (at != files.end()) return std::pair(*at->second, *path);
    }
  }
  return std::nullopt;
}

Result<bool> folds_case(const Directory& directory) {
  const AtomicFile file = TRY(AtomicFile::create(directory));
  std::string upper = file.temporary_name();
  std::ranges::transform(upper, upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return directory.names(upper, file.descriptor());
}

}  // namespace mpk::modelpack
