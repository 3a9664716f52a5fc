// Fuzz entry: whatever is read as a tar names only what may be written below a folder.
#include "archive/tar_reader.hpp"
#include "base/directory.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <span>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  using namespace mpk::archive;
  if (size == 0) return 0;
  constexpr std::size_t kCap = 8U << 20;
  std::span<const std::uint8_t> rest(data + 1, size - 1);
  const auto source = [&](std::span<std::uint8_t> buffer) -> Result<std::size_t> {
    const std::size_t count = std::min(buffer.size(), rest.size());
    std::copy_n(rest.begin(), count, buffer.begin());
    rest = rest.subspan(count);
    return count;
  };
  TarReader reader(source, static_cast<Compression>(data[0] % 3), {.bytes = {.bytes = kCap}});
  std::set<std::string> files;
  while (true) {
    const auto entry = reader.next();
    if (!entry || !*entry) return 0;
    const auto& found = **entry;
    if (!safe_relative_path(found.path) || (found.mode & ~0755U) != 0) std::abort();
    if (!found.directory && !files.insert(found.path).second) std::abort();
    std::uint64_t total = 0;
    while (true) {
      const auto piece = reader.read();
      if (!piece) return 0;
      if (piece->empty()) break;
      total += piece->size();
      if (total > kCap) std::abort();
    }
    if (total != found.size) std::abort();
  }
}
