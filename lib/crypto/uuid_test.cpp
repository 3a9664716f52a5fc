// Tests of name-based UUIDs against RFC 9562 and Python's uuid module.
#include "crypto/uuid.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk::crypto;

namespace {
// RFC 9562 §6.6.
constexpr const char* kDns = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
constexpr const char* kUrl = "6ba7b811-9dad-11d1-80b4-00c04fd430c8";
}  // namespace

TEST_CASE("version 5 UUIDs equal the published examples") {
  CHECK(uuid_v5(kDns, "www.example.com") == "2ed6657d-e927-568b-95e1-2665a8aea6a2");  // A.4
  // python3 -c 'import uuid; print(uuid.uuid5(…))'
  CHECK(uuid_v5(kDns, "python.org") == "886313e1-3b8a-5372-9b90-0c9aee199e5d");
  CHECK(uuid_v5(kUrl, "") == "1b4db7eb-4057-5ddf-91e0-36dec72071f5");
  CHECK(uuid_v5(kUrl, "mödel/\n") == "bcf0b5fe-ee8d-5f65-9fe2-c2b2e878bca7");
}

TEST_CASE("a namespace may be written in upper case, the result never is") {
  CHECK(uuid_v5("6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "www.example.com") ==
        "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

TEST_CASE("another name or namespace gives another UUID") {
  CHECK(uuid_v5(kDns, "a") != uuid_v5(kDns, "b"));
  CHECK(uuid_v5(kDns, "a") != uuid_v5(kUrl, "a"));
}

TEST_CASE("what is no UUID names nothing") {
  for (const char* bad : {
           "",
           "6ba7b8109dad11d180b400c04fd430c8",
           "6ba7b810-9dad-11d1-80b4-00c04fd430c",    // a digit short
           "6ba7b810-9dad-11d1-80b4-00c04fd430cg",   // no digit
           "6ba7b810-9dad-11d1-80b4000c04fd430c8a",  // hyphens elsewhere
           "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}",
       }) {
    CAPTURE(bad);
    CHECK(uuid_v5(bad, "a").empty());
  }
}
