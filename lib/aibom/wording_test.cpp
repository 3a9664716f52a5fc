// Tests of text made fit for a document.
#include "aibom/wording.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::aibom;

TEST_CASE("one line stays one line, whatever it holds") {
  CHECK(one_line("  Llama 3.1 – für alle \n") == "Llama 3.1 – für alle");
  CHECK(one_line("a\nb") == "a\\nb");
  CHECK(one_line("\xff\x1b[2J") == "\\xff\\x1b[2J");
  CHECK(one_line("") == "");
  auto cut = one_line(std::string(2000, 'x'));
  CHECK(cut.size() < 600);
  CHECK(cut.ends_with("…"));
}

TEST_CASE("paragraphs keep their line breaks and lose everything harmful") {
  CHECK(paragraphs("\nfirst\r\n\r\nsecond\tpart\n") == "first\n\nsecond part");
  CHECK(is_valid_utf8(paragraphs("ok\n\xc3\x28\n\u202e")));
  CHECK(paragraphs("a\u202eb") == "a\\u202eb");
}

TEST_CASE("paragraphs are capped, in one line or in many") {
  CHECK(paragraphs(std::string(100'000, 'x')).size() <= kParagraphLength + 4);
  std::string lines;
  for (int i = 0; i < 50'000; ++i) lines += "ä\n";
  auto out = paragraphs(lines);
  CHECK(out.size() <= kParagraphLength + 4);
  CHECK(is_valid_utf8(out));
}
