// ModelInfo: names of its enums, sums of its counts.
#include "model/info.hpp"

#include <limits>

namespace mpk::model {
namespace {

/// Two files of 2^63 claimed parameters each must not add up to none.
void add_saturated(std::uint64_t& sum, std::uint64_t more) {
  if (__builtin_add_overflow(sum, more, &sum)) sum = std::numeric_limits<std::uint64_t>::max();
}

}  // namespace

std::string_view to_string(Tier tier) {
  switch (tier) {
    case Tier::verified:
      return "verified";
    case Tier::declared:
      return "declared";
    case Tier::inferred:
      return "inferred";
  }
  return "declared";
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::low:
      return "low";
    case Severity::medium:
      return "medium";
    case Severity::high:
      return "high";
  }
  return "info";
}

void TensorFacts::add(const TensorFacts& more) {
  add_saturated(tensors, more.tensors);
  add_saturated(parameters, more.parameters);
  for (const auto& [dtype, count] : more.dtypes) {
    add_saturated(dtypes[dtype].tensors, count.tensors);
    add_saturated(dtypes[dtype].parameters, count.parameters);
  }
}

}  // namespace mpk::model
