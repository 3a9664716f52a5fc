// Tests of PartFile: what is gone on with, what is replaced, and what a kill leaves.
#include "base/part_file.hpp"

#include <doctest/doctest.h>
TEST_CASE("x") {}
