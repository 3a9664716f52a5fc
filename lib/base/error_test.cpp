// Error: names, context and hints.
#include "base/error.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;

TEST_CASE("every kind of error has its own name") {
  const auto last = static_cast<int>(ErrorKind::internal);
  for (int i = 0; i <= last; ++i) {
    const auto name = to_string(static_cast<ErrorKind>(i));
    CHECK((name == "internal") == (i == last));
    for (int j = 0; j < i; ++j) CHECK(name != to_string(static_cast<ErrorKind>(j)));
  }
  CHECK(to_string(ErrorKind::too_large) == "too_large");
}

TEST_CASE("context is put in front, outermost first, and leaves message and hint alone") {
  const auto error = Error(ErrorKind::malformed, "unexpected ']'", "check the brackets")
                         .with("config.json")
                         .with("layer 3");
  CHECK(error.text() == "layer 3: config.json: unexpected ']'");
  CHECK(error.message() == "unexpected ']'");
  CHECK(error.hint() == "check the brackets");
  CHECK(error.context() == std::vector<std::string>{"layer 3", "config.json"});
}

TEST_CASE("kind and hint can be replaced without losing the text") {
  const auto error =
      Error(ErrorKind::io, "no space").with("pull").with_kind(ErrorKind::network).with_hint("wait");
  CHECK(error.kind() == ErrorKind::network);
  CHECK(error.hint() == "wait");
  CHECK(error.text() == "pull: no space");
}
