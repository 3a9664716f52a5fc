// Header lines out and in.
#include "http/wire.hpp"

#include "base/limits.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace mpk::http {
namespace {

TEST_CASE("header lines keep order and leave the framing to the body") {
  const Headers headers{{"Accept", "a/b"}, {"content-length", "3"},
                        {"X-Empty", ""},   {"Transfer-Encoding", "chunked"},
                        {"EXPECT", "x"},   {"Accept", "c/d"}};
  CHECK(header_lines(headers).value() ==
        std::vector<std::string>{"Accept: a/b", "X-Empty;", "Accept: c/d"});
}

TEST_CASE("a header that could break the framing is refused") {
  CHECK(header_lines({{"X", "tab\tand \xc3\xa4"}}).has_value());
  for (const auto& bad : {std::pair<std::string, std::string>{"X", "a\r\nY: b"},
                          {"X", "a\nb"},
                          {"X", std::string("a\0b", 3)},
                          {"X", "\x7f"},
                          {"X Y", "a"},
                          {"X:", "a"},
                          {"", "a"},
                          {"X\r\n", "a"}}) {
    CAPTURE(bad.first);
    const auto lines = header_lines({bad});
    REQUIRE_FALSE(lines.has_value());
    CHECK(lines.error().kind() == ErrorKind::usage);
  }
}

TEST_CASE("only the last block's header counts, and trailers do not") {
  using State = AnswerHeader::State;
  AnswerHeader header;
  CHECK(header.add("HTTP/1.1 100 Continue\r\n") == State::more);
  CHECK(header.add("X-Early: 1\r\n") == State::more);
  CHECK(header.add("\r\n") == State::block_end);
  CHECK(header.add("HTTP/1.1 200 OK\r\n") == State::more);
  CHECK(header.add("X-Late:  two words \r\n") == State::more);
  CHECK(header.add("no colon here\r\n") == State::more);
  CHECK(header.add("\r\n") == State::block_end);
  header.accept();
  CHECK(header.add("X-Trailer: 3\r\n") == State::more);
  CHECK(header.headers().list().size() == 1);
  CHECK(header.headers().get("x-late") == "two words");
}

TEST_CASE("a header of exactly the limit is taken, one byte more is not") {
  const std::string status = "HTTP/1.1 200 OK\r\n";
  for (const std::size_t extra : {0U, 1U}) {
    AnswerHeader header;
    CHECK(header.add(status) == AnswerHeader::State::more);
    const std::string line =
        "X: " + std::string(limits::kHeaderBytes - status.size() - 5 + extra, 'a');
    const auto state = header.add(line + "\r\n");
    CHECK((state == AnswerHeader::State::too_large) == (extra == 1));
    CHECK(header.overflow() == (extra == 1));
  }
}

}  // namespace
}  // namespace mpk::http
