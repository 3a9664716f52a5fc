// Text in HTML and XML: what could end an element or an attribute is a reference.
#include "base/markup.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;

TEST_CASE("the five characters of markup become references, others stay") {
  CHECK(escape_markup("a<b>&\"c'") == "a&lt;b&gt;&amp;&quot;c&#39;");
  CHECK(escape_markup("]]>") == "]]&gt;");
  CHECK(escape_markup("&amp;") == "&amp;amp;");
  CHECK(escape_markup("grün · 日本\n") == "grün · 日本\n");
  CHECK(escape_markup("").empty());
}
