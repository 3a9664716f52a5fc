// Tensor: counting with overflow checks.
#include "model/tensor.hpp"

namespace mpk::model {

Result<std::uint64_t> element_count(std::span<const std::uint64_t> shape) {
  // An empty dimension first: [2^40, 2^40, 0] holds nothing, it does not overflow.
  for (const std::uint64_t size : shape) {
    if (size == 0) return std::uint64_t{0};
  }
  std::uint64_t product = 1;
  for (const std::uint64_t size : shape) {
    if (__builtin_mul_overflow(product, size, &product)) {
      return Error(ErrorKind::malformed, "shape has more than 2^64 elements");
    }
  }
  return product;
}

Result<void> count_tensor(TensorFacts& facts, std::string_view dtype, std::uint64_t elements) {
  if (__builtin_add_overflow(facts.parameters, elements, &facts.parameters)) {
    return Error(ErrorKind::malformed, "tensors have more than 2^64 elements together");
  }
  TensorFacts::Count& count = facts.dtypes[std::string(dtype)];
  ++facts.tensors;
  ++count.tensors;
  count.parameters += elements;  // at most facts.parameters
  return {};
}

}  // namespace mpk::model
