// Headers and the text body.
#include "http/message.hpp"

#include <doctest/doctest.h>

#include <array>
#include <ostream>

namespace mpk::http {
namespace {

TEST_CASE("header names are compared without case, order and repeats are kept") {
  Headers headers{{"Link", "a"}, {"Warning", "w"}, {"link", "b"}};
  CHECK(headers.get("LINK") == "a");
  CHECK(headers.all("link") == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(headers.get("Lin").has_value());
  headers.set("LINK", "c");
  CHECK(headers.all("link") == std::vector<std::string>{"c"});
  CHECK(headers.list().front().first == "Warning");
  headers.remove("warning");
  headers.add("X", "");
  CHECK(headers.get("x") == "");
  CHECK(headers.list().size() == 2);
}

TEST_CASE("a text body is read in pieces, to its end, and again") {
  TextSource source("abcde");
  CHECK(source.size() == 5);
  std::array<std::uint8_t, 3> buffer{};
  CHECK(source.read(buffer).value() == 3);
  CHECK(source.read(buffer).value() == 2);
  CHECK(buffer[0] == 'd');
  CHECK(source.read(buffer).value() == 0);
  CHECK(source.rewind().has_value());
  CHECK(source.read(buffer).value() == 3);
  CHECK(buffer[0] == 'a');
  CHECK(source.seek(4).has_value());
  CHECK(source.read(buffer).value() == 1);
  CHECK(buffer[0] == 'e');
  CHECK(source.seek(5).has_value());
  CHECK(source.read(buffer).value() == 0);
  CHECK(source.seek(6).error().kind() == ErrorKind::unsupported);
}

}  // namespace
}  // namespace mpk::http
