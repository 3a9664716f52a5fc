// DER's tags and lengths: every width of a length, and what is not DER.
#include "crypto/der.hpp"

#include <doctest/doctest.h>

#include <cstddef>

using namespace mpk;
using namespace mpk::crypto;

namespace {
const DerElement kSequence{.tag = V_ASN1_SEQUENCE, .constructed = true, .whole = {}, .content = {}};
}  // namespace

TEST_CASE("what is written is read again, whatever the width of its length") {
  for (const std::size_t size : {0, 1, 127, 128, 255, 256, 65535, 65536}) {
    CAPTURE(size);
    const Bytes content(size, 0x05);
    auto bytes = der_element(kSequence, content);
    const auto own = bytes.size();
    bytes.insert(bytes.end(), {0x02, 0x01, 0x07});
    const auto elements = der_elements(bytes);
    REQUIRE(elements.size() == 2);
    CHECK(elements[0].is(V_ASN1_SEQUENCE));
    CHECK(elements[0].constructed);
    CHECK(elements[0].whole.size() == own);
    CHECK(Bytes(elements[0].content.begin(), elements[0].content.end()) == content);
    CHECK(elements[1].is(V_ASN1_INTEGER));
    CHECK_FALSE(elements[1].constructed);
    CHECK(elements[1].content.front() == 7);
  }
}

TEST_CASE("a tag keeps its class and its number") {
  const Bytes bytes{0xa3, 0x03, 0x02, 0x01, 0x00, 0x9f, 0x1f, 0x00};
  const auto elements = der_elements(bytes);
  REQUIRE(elements.size() == 2);
  CHECK(elements[0].tag == 3);
  CHECK(elements[0].tag_class == V_ASN1_CONTEXT_SPECIFIC);
  CHECK_FALSE(elements[0].is(3));
  CHECK(elements[1].tag == 31);
  for (const auto& element : elements) {
    const auto again = der_element(element, element.content);
    CHECK(again == Bytes(element.whole.begin(), element.whole.end()));
  }
}

TEST_CASE("reading ends where a length is wrong") {
  CHECK(der_elements({}).empty());
  CHECK(der_elements(Bytes{0x30}).empty());                    // no length
  CHECK(der_elements(Bytes{0x30, 0x02, 0x05}).empty());        // past the end
  CHECK(der_elements(Bytes{0x30, 0x80, 0x00, 0x00}).empty());  // indefinite
  CHECK(der_elements(Bytes{0x02, 0x01, 0x07, 0x30, 0x05}).size() == 1);
}
