// fuzz_replay TARGET ARCHIVE: runs a fuzz target on the inputs that scripts/fuzz --keep has packed.
#include "archive/tar_reader.hpp"
#include "base/bytes.hpp"
#include "base/file.hpp"
#include "testing/fuzz_targets.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace {

using namespace mpk;
using testing::FuzzTarget;

constexpr std::size_t kArchiveCap = 1U << 20;  // one has less than a tenth of it

Result<Bytes> read_input(archive::TarReader& reader) {
  Bytes out;
  while (true) {
    const auto piece = TRY(reader.read());
    if (piece.empty()) return out;
    out.insert(out.end(), piece.begin(), piece.end());
  }
}

// The number of inputs. One that fails ends the program: its name is the last that was written.
Result<std::size_t> replay(const FuzzTarget& target, const std::string& path) {
  const std::string packed = TRY(read_file(path, kArchiveCap));
  std::string_view rest = packed;
  const auto source = [&](std::span<std::uint8_t> buffer) -> Result<std::size_t> {
    const std::size_t count = rest.copy(reinterpret_cast<char*>(buffer.data()), buffer.size());
    rest.remove_prefix(count);
    return count;
  };
  archive::TarReader reader(source, archive::Compression::xz);
  std::size_t count = 0;
  while (const auto entry = TRY(reader.next())) {
    const Bytes input = TRY(read_input(reader));
    // As libFuzzer does: what reads a byte too far leaves the allocation.
    const auto exact = std::make_unique_for_overwrite<std::uint8_t[]>(input.size());
    std::ranges::copy(input, exact.get());
    static_cast<void>(std::fprintf(stderr, "%s\n", entry->path.c_str()));
    static_cast<void>(target.run(exact.get(), input.size()));
    ++count;
  }
  if (count == 0) return Error(ErrorKind::malformed, path + ": no input in it");
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    static_cast<void>(std::fputs("usage: fuzz_replay TARGET ARCHIVE\n", stderr));
    return 2;
  }
  const std::string name = argv[1];
  const auto targets = testing::fuzz_targets();
  const auto target = std::ranges::find(targets, name, &FuzzTarget::name);
  if (target == targets.end()) {
    static_cast<void>(std::fprintf(stderr, "error: %s: no fuzz target\n", name.c_str()));
    return 2;
  }
  const auto count = replay(*target, argv[2]);
  if (!count) {
    static_cast<void>(std::fprintf(stderr, "error: %s\nhint: scripts/fuzz --keep %s\n",
                                   count.error().text().c_str(), name.c_str()));
    return 1;
  }
  static_cast<void>(std::printf("%s: %zu inputs\n", name.c_str(), *count));
  return 0;
}
