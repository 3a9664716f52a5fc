// precision: ModelPack's words for the types of three formats.
#include "model/precision.hpp"

#include "model/tensor.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace mpk::model {

TEST_CASE("types of all formats have ModelPack's name, quantised ones have none") {
  CHECK(modelpack_precision("BF16") == "bfloat16");
  CHECK(modelpack_precision("BFLOAT16") == "bfloat16");
  CHECK(modelpack_precision("F8_E4M3") == "float8_e4m3");
  CHECK(modelpack_precision("FLOAT8E5M2") == "float8_e5m2");
  CHECK(modelpack_precision("DOUBLE") == "float64");
  CHECK(modelpack_precision("BOOL") == "bool");
  CHECK(modelpack_precision("Q4_K").empty());
  CHECK(modelpack_precision("F4").empty());
  CHECK(modelpack_precision("INT4").empty());
}

TEST_CASE("precisions are joined by falling parameter count, then by name") {
  TensorFacts facts;
  REQUIRE(count_tensor(facts, "F32", 10));
  REQUIRE(count_tensor(facts, "BF16", 1000));
  REQUIRE(count_tensor(facts, "I8", 10));
  REQUIRE(count_tensor(facts, "Q4_K", 5000));
  CHECK(precision_of(facts) == "bfloat16,float32,int8");
  CHECK(main_float_precision(facts) == "bfloat16");
  CHECK(precision_of(TensorFacts{}).empty());
}

TEST_CASE("the main float precision passes over integers") {
  TensorFacts facts;
  REQUIRE(count_tensor(facts, "I32", 1000));
  CHECK(main_float_precision(facts).empty());
  REQUIRE(count_tensor(facts, "F16", 10));
  CHECK(main_float_precision(facts) == "float16");
}

}  // namespace mpk::model
