// Result<T>: a value or an Error; ignoring one is a compile error. TRY unwraps or returns.
#pragma once

#include "base/error.hpp"

#include <tl/expected.hpp>

#include <string>
#include <type_traits>
#include <utility>

namespace mpk {

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
  using Base = tl::expected<T, Error>;

 public:
  using Base::Base;
  // Implicit, so that `return Error{…};` and `return value;` both read naturally.
  Result(Error error) : Base(tl::make_unexpected(std::move(error))) {}

  /// Moves the value out. Only after the error was excluded.
  T take() {
    if constexpr (!std::is_void_v<T>) return std::move(**this);
  }

  /// The same result, its error (if any) with one more link of context.
  Result with(std::string context) && {
    if (!this->has_value()) return std::move(this->error()).with(std::move(context));
    return std::move(*this);
  }
};

}  // namespace mpk

#define MPK_TRY_NAME2(counter) mpk_try_##counter
#define MPK_TRY_NAME(counter) MPK_TRY_NAME2(counter)
#define MPK_TRY_IMPL(name, ...)                              \
  __extension__({                                            \
    auto name = (__VA_ARGS__);                               \
    if (!name) return ::mpk::Error(std::move(name).error()); \
    name.take();                                             \
  })
/// Evaluates to the value of a Result, or returns its error from the enclosing function.
#define TRY(...) MPK_TRY_IMPL(MPK_TRY_NAME(__COUNTER__), __VA_ARGS__)
