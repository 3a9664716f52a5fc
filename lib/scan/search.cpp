// find_bytes: in windows that overlap.
#include "scan/search.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>

namespace mpk::scan {
namespace {

constexpr std::size_t kWindow = 1U << 20;

}  // namespace

Result<std::optional<std::uint64_t>> find_bytes(const Content& content, std::string_view needle,
                                                std::uint64_t from, std::uint64_t to) {
  to = std::min(to, content.size());
  while (from < to && to - from >= needle.size()) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kWindow, to - from));
    const auto window = TRY(bytes_at(content, from, count));
    if (const auto at = window.find(needle); at != std::string::npos)
      return std::optional(from + at);
    if (window.size() < count || count < kWindow) break;
    from += kWindow - (needle.size() - 1);
  }
  return std::optional<std::uint64_t>();
}

Result<void> for_each_window(
    const Content& content, std::size_t overlap,
    const std::function<Result<void>(std::string_view, std::uint64_t)>& look) {
  std::uint64_t at = 0;
  while (at < content.size()) {
    const auto window = TRY(bytes_at(content, at, kWindow + overlap));
    TRY(look(window, at));
    if (at + window.size() >= content.size()) break;
    at += kWindow;
  }
  return {};
}

}  // namespace mpk::scan
