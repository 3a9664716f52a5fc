// Tests of SharedLibrary.
#include "base/shared_library.hpp"

#include <doctest/doctest.h>

using namespace mpk;

TEST_CASE("a function of a library is called") {
  const auto library = SharedLibrary::open("libm.so.6").take();
  double (*power)(double, double) = nullptr;
  REQUIRE(library.find("pow", power));
  CHECK(power(2, 10) == 1024);
}

TEST_CASE("a library or function that is not there is named") {
  const auto none = SharedLibrary::open("libmpk-none.so.1");
  REQUIRE_FALSE(none);
  CHECK(none.error().kind() == ErrorKind::not_found);
  CHECK(none.error().message().find("libmpk-none.so.1") != std::string::npos);
  const auto library = SharedLibrary::open("libm.so.6").take();
  void (*function)() = nullptr;
  const auto missing = library.find("mpk_none", function);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message() == "libm.so.6 has no function mpk_none");
  CHECK((function == nullptr));
}
