// as_gzip: a header before, a trailer of zeros behind.
#include "archive/deflate.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace mpk::archive {
namespace {

constexpr std::array<std::uint8_t, 10> kHeader = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff};
constexpr std::array<std::uint8_t, 8> kTrailer = {};

struct State {
  Source raw;
  std::span<const std::uint8_t> before = kHeader, after = kTrailer;
  bool ended = false;
};

std::size_t copy_from(std::span<const std::uint8_t>& from, std::span<std::uint8_t> to) {
  const std::size_t count = std::min(from.size(), to.size());
  std::copy_n(from.begin(), count, to.begin());
  from = from.subspan(count);
  return count;
}

}  // namespace

Source as_gzip(Source raw) {
  auto state = std::make_shared<State>();
  state->raw = std::move(raw);
  return [state](std::span<std::uint8_t> buffer) -> Result<std::size_t> {
    if (!state->before.empty()) return copy_from(state->before, buffer);
    if (!state->ended) {
      const std::size_t count = TRY(state->raw(buffer));
      if (count > 0) return count;
      state->ended = true;
    }
    return copy_from(state->after, buffer);
  };
}

}  // namespace mpk::archive
