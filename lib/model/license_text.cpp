// Licence texts, recognised by long pieces of their fixed wording in their order; a text that is
// much longer or shorter than the licence, or says something that it doesn't, is not recognised.
#include "base/ascii.hpp"
#include "model/license.hpp"

#include <algorithm>
#include <array>

namespace mpk::model {
namespace {

constexpr std::size_t kLongest = 128U << 10;  // GPL-3.0, the longest of them, has 35 KiB
constexpr std::size_t kTitleWords = 40;       // a title further down belongs to a quoted licence

struct Pattern {
  std::string_view spdx_id;
  std::size_t least_words, most_words;     // of the whole text, with room for copyright lines
  std::string_view title;                  // within the first words; may be empty
  std::array<std::string_view, 4> pieces;  // in this order
  std::array<std::string_view, 3> never;   // wording of its relatives
};

constexpr std::string_view kBsdStart =
    "redistribution and use in source and binary forms with or without modification are permitted "
    "provided that the following conditions are met";
constexpr std::string_view kBsdBinary =
    "redistributions in binary form must reproduce the above copyright notice this list of "
    "conditions and the following disclaimer in the documentation and or other materials provided "
    "with the distribution";
constexpr std::string_view kBsdEnd =
    "be liable for any direct indirect incidental special exemplary or consequential damages "
    "including but not limited to procurement of substitute goods or services loss of use data or "
    "profits or business interruption however caused and on any theory of liability whether in "
    "contract strict liability or tort including negligence or otherwise arising in any way out of "
    "the use of this software even if advised of the possibility of such damage";
constexpr std::string_view kBsdAdvertising = "all advertising materials mentioning features";
constexpr std::string_view kBsdClear =
    "no express or implied licenses to any party s patent rights";

constexpr auto kPatterns = std::to_array<Pattern>({
    {"Apache-2.0",
     1380,
     1900,
     "apache license version 2 0 january 2004",
     {"terms and conditions for use reproduction and distribution",
      "grant of patent license subject to the terms and conditions of this license each "
      "contributor "
      "hereby grants to you a perpetual worldwide non exclusive no charge royalty free irrevocable",
      "you must give any other recipients of the work or derivative works a copy of this license",
      "accepting warranty or additional liability"},
     {}},
    {"MIT",
     150,
     270,
     "",
     {"permission is hereby granted free of charge to any person obtaining a copy of this software "
      "and associated documentation files the software to deal in the software without restriction "
      "including without limitation the rights to use copy modify merge publish distribute "
      "sublicense and or sell copies of the software and to permit persons to whom the software is "
      "furnished to do so subject to the following conditions",
      "shall be included in all copies or substantial portions of the software",
      "the software is provided as is without warranty of any kind express or implied including "
      "but "
      "not limited to the warranties of merchantability fitness for a particular purpose and "
      "noninfringement",
      "liable for any claim damages or other liability whether in an action of contract tort or "
      "otherwise arising from out of or in connection with the software or the use or other "
      "dealings "
      "in the software"},
     {"shall be used for good not evil", "except as contained in this notice", ""}},
    {"BSD-2-Clause",
     160,
     270,
     "",
     {kBsdStart, kBsdBinary, kBsdEnd, ""},
     {"neither the name", kBsdAdvertising, kBsdClear}},
    {"BSD-3-Clause",
     190,
     310,
     "",
     {kBsdStart, kBsdBinary,
      "may be used to endorse or promote products derived from this software without specific "
      "prior "
      "written permission",
      kBsdEnd},
     {kBsdAdvertising, kBsdClear, ""}},
    {"GPL-2.0",
     2450,
     3200,
     "gnu general public license version 2 june 1991",
     {"each licensee is addressed as you",
      "you must cause the modified files to carry prominent "
      "notices stating that you changed the files and the date of any change",
      "even if such holder or other party has been advised of the possibility of such damages", ""},
     {}},
    {"GPL-3.0",
     5150,
     5950,
     "gnu general public license version 3 29 june 2007",
     {"0 definitions this license refers to version 3 of the gnu general public license",
      "protecting users legal rights from anti circumvention law",
      "13 use with the gnu affero general public license",
      "17 interpretation of sections 15 and 16"},
     {}},
    {"AGPL-3.0",
     5050,
     5850,
     "gnu affero general public license version 3 19 november 2007",
     {"0 definitions this license refers to version 3 of the gnu affero general public license",
      "protecting users legal rights from anti circumvention law",
      "13 remote network interaction use with the gnu general public license",
      "17 interpretation of sections 15 and 16"},
     {}},
    {"LGPL-3.0",
     1150,
     1450,
     "gnu lesser general public license version 3 29 june 2007",
     {"incorporates the terms and conditions of version 3 of the gnu general public license "
      "supplemented by the additional permissions listed below",
      "object code incorporating material from library header files",
      "revised versions of the gnu lesser general public license", ""},
     {}},
    {"MPL-2.0",
     2300,
     2650,
     "mozilla public license version 2 0",
     {"1 1 contributor means each individual or legal entity that creates contributes to the "
      "creation of or owns covered software",
      "covered software is provided under this license on an as is basis",
      "10 4 distributing source code form that is incompatible with secondary licenses",
      "exhibit a source code form license notice"},
     {}},
    {"CC0-1.0",
     900,
     1250,
     "cc0 1 0 universal",
     {"the laws of most jurisdictions throughout the world automatically confer exclusive "
      "copyright",
      "affirmer hereby overtly fully permanently irrevocably and unconditionally waives abandons "
      "and "
      "surrenders",
      "no trademark or patent rights held by affirmer are waived",
      "has no duty or obligation with respect to this cc0 or use of the work"},
     {}},
    {"CC-BY-4.0",
     1950,
     2800,
     "attribution 4 0 international",
     {"by exercising the licensed rights defined below you accept and agree to be bound by the "
      "terms "
      "and conditions of this creative commons attribution 4 0 international public license",
      "section 3 license conditions",
      "if you share adapted material you produce the adapter s license you apply must not prevent "
      "recipients of the adapted material from complying with this public license",
      "section 8 interpretation"},
     {}},
});

/// What people add to an open licence to make it another one.
constexpr auto kRiders = std::to_array<std::string_view>(
    {" commons clause ", " noncommercial ", " non commercial ", " use based restrictions "});

/// Lower-case words with one space around each: white space, comment marks, quotes and list marks
/// differ between copies of one text.
std::string words_of(std::string_view text, std::size_t& count) {
  std::string out = " ";
  count = 0;
  for (const char c : text) {
    if (is_letter_or_digit(c)) {
      if (out.back() == ' ') ++count;
      out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

/// The beginning of `words`, kTitleWords long.
std::string_view beginning(std::string_view words) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < kTitleWords && at != words.npos; ++i) at = words.find(' ', at + 1);
  return words.substr(0, at);
}

bool matches(const Pattern& pattern, std::string_view words, std::size_t count) {
  if (count < pattern.least_words || count > pattern.most_words) return false;
  if (beginning(words).find(pattern.title) == words.npos) return false;
  std::size_t at = 0;
  for (const std::string_view piece : pattern.pieces) {
    const auto found = words.find(piece, at);
    if (found == words.npos) return false;
    at = found + piece.size();
  }
  for (const std::string_view other : pattern.never) {
    if (!other.empty() && words.find(other) != words.npos) return false;
  }
  if (pattern.spdx_id == "GPL-2.0") return true;  // speaks of noncommercial distribution itself
  return std::none_of(kRiders.begin(), kRiders.end(),
                      [&](std::string_view rider) { return words.find(rider) != words.npos; });
}

}  // namespace

std::optional<std::string> recognise_license_text(std::string_view text) {
  if (text.size() > kLongest) return std::nullopt;
  std::size_t count = 0;
  const std::string words = words_of(text, count);
  for (const Pattern& pattern : kPatterns) {
    if (matches(pattern, words, count)) return std::string(pattern.spdx_id);
  }
  return std::nullopt;
}

}  // namespace mpk::model
