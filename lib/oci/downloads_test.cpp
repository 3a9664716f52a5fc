// Tests of Downloads: ranges by several threads, resumed, proven; and whatever goes wrong on the
// way.
#include "oci/downloads.hpp"

#include "base/file.hpp"
#include "oci/test_download_registry.hpp"
#include "oci/test_schedules.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <mutex>
#include <ostream>
#include <random>
#include <thread>

using namespace mpk;
using namespace mpk::oci;
using test::DownloadFault;
using test::DownloadRegistry;
namespace fs = std::filesystem;

namespace {

DownloadRegistry::Plan well(std::size_t, const http::Request&) { return {}; }

/// One pull of one blob into a folder.
struct Pull {
  explicit Pull(const Descriptor& wanted) : blob(wanted) {}

  Result<void> run(DownloadRegistry& registry, std::size_t workers = 4) {
    const auto store = test::store_over(registry);
    DownloadOptions options{
        .split_from = 20'000, .piece = 10'000, .window = 40'000, .stats = &stats};
    Downloads downloads(*store, 1, options);
    return parallel_for(workers, workers, cancel,
                        [&](std::size_t i, const CancelToken& stop) -> Result<void> {
                          if (i > 0) {
                            downloads.help(stop);
                            return {};
                          }
                          const Downloads::Turn turn(downloads);
                          return fetch(downloads, stop);
                        });
  }

  Result<void> fetch(Downloads& downloads, const CancelToken& stop) {
    auto folder = TRY(Directory::open(dir.path()));
    auto part = TRY(PartFile::open(folder, "00112233aabbccdd", blob.size));
    found = part.noted_bytes();
    TRY(downloads.fetch(blob, part, stop, nullptr));
    return part.commit_in(folder, "model", 0644);
  }

  std::string content() const { return read_file(dir.path() / "model", 64U << 20).value_or(""); }
  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()));
  }

  TempDir dir = TempDir::create("mpk-test").take();
  Descriptor blob;
  Stats stats;
  CancelToken cancel;
  std::uint64_t found = 0;  // what an earlier one left
};

}  // namespace

TEST_CASE("a large blob comes by several ranges, each byte received, written and hashed once") {
  const std::string content = test::noise(1'000'000, 3);
  DownloadRegistry registry(content, well);
  registry.on_piece = [] { std::this_thread::sleep_for(std::chrono::microseconds(50)); };
  Pull pull(Descriptor::of("a/b", content));
  REQUIRE(pull.run(registry).has_value());
  CHECK(pull.content() == content);
  CHECK(pull.entries() == 1);
  CHECK(pull.stats.bytes_written == content.size());
  CHECK(pull.stats.bytes_hashed == content.size());
  CHECK(registry.most_streams() == 4);
  // A stream that is cut hands over a piece that it has begun with.
  CHECK(registry.bytes_sent() < content.size() + content.size() / 10);
}

TEST_CASE("a small blob, and one that nobody helps with, comes by one request") {
  for (const auto& [size, workers] :
       {std::pair<std::size_t, std::size_t>(20'000, 4), {500'000, 1}}) {
    const std::string content = test::noise(size, 4);
    DownloadRegistry registry(content, well);
    Pull pull(Descriptor::of("a/b", content));
    REQUIRE(pull.run(registry, workers).has_value());
    CHECK(pull.content() == content);
    CHECK(registry.seen().size() == 1);
    CHECK(registry.bytes_sent() == size);
  }
}

TEST_CASE("item 20: of a host without ranges never two streams run") {
  const std::string content = test::noise(400'000, 5);
  for (int round = 0; round < 20; ++round) {
    DownloadRegistry registry(content, well);
    registry.has_ranges = false;
    Pull pull(Descriptor::of("a/b", content));
    REQUIRE(pull.run(registry).has_value());
    CHECK(pull.content() == content);
    CHECK(registry.most_streams() == 1);
    // A range that was asked for before the host showed its way costs one new start.
    CHECK(registry.bytes_sent() < 2 * content.size());
  }
}

TEST_CASE("item 21: what came before a failure is kept, and only the rest fetched again") {
  const std::string content = test::noise(3'000'000, 6);
  Pull pull(Descriptor::of("a/b", content));
  // More than half, then the network is gone.
  DownloadRegistry first(content, [&](std::size_t number, const http::Request&) {
    return number == 0 ? DownloadRegistry::Plan{DownloadFault::reset, 0.6}
                       : DownloadRegistry::Plan{DownloadFault::refuse};
  });
  const auto failed = pull.run(first, 1);
  CHECK(failed.error().kind() == ErrorKind::network);
  CHECK(pull.content().empty());
  CHECK(pull.entries() == 1);

  DownloadRegistry second(content, well);
  REQUIRE(pull.run(second).has_value());
  CHECK(pull.content() == content);
  CHECK(pull.entries() == 1);
  CHECK(pull.found == first.bytes_sent());
  CHECK(second.bytes_sent() < content.size() * 6 / 10);
  CHECK(pull.stats.bytes_written == content.size());
  CHECK(pull.stats.bytes_read == pull.found);
}

TEST_CASE("item 21: a part that does not fit the blob is found out, and all starts over once") {
  const std::string content = test::noise(3'000'000, 8);
  Pull pull(Descriptor::of("a/b", content));
  {
    auto part =
        PartFile::open(Directory::open(pull.dir.path()).take(), "00112233aabbccdd", content.size())
            .take();
    REQUIRE(part.note({{.offset = 0, .size = 2'000'000}}));
  }
  DownloadRegistry registry(content, well);
  REQUIRE(pull.run(registry).has_value());
  CHECK(pull.found == 2'000'000);
  CHECK(pull.content() == content);
}

TEST_CASE("item 20: a part of a host without ranges starts over") {
  const std::string content = test::noise(3'000'000, 8);
  Pull pull(Descriptor::of("a/b", content));
  {
    auto part =
        PartFile::open(Directory::open(pull.dir.path()).take(), "00112233aabbccdd", content.size())
            .take();
    REQUIRE(part.write(0, as_bytes(std::string_view(content).substr(0, 2'000'000))));
    REQUIRE(part.note({{.offset = 0, .size = 2'000'000}}));
  }
  DownloadRegistry registry(content, well);
  registry.has_ranges = false;
  REQUIRE(pull.run(registry).has_value());
  CHECK(pull.content() == content);
  CHECK(registry.most_streams() == 1);
}

TEST_CASE("item 21: wrong bytes are fetched again once, and leave nothing when they stay wrong") {
  const std::string content = test::noise(2'000'000, 9);
  const Descriptor blob = Descriptor::of("a/b", content);
  Pull once(blob);
  DownloadRegistry passing(content, [](std::size_t number, const http::Request&) {
    return DownloadRegistry::Plan{number == 0 ? DownloadFault::wrong_bytes : DownloadFault::none};
  });
  REQUIRE(once.run(passing, 1).has_value());
  CHECK(once.content() == content);
  CHECK(passing.bytes_sent() == 2 * content.size());

  Pull always(blob);
  auto wrong = content;
  wrong.back() ^= 1;
  DownloadRegistry lasting(wrong, well);
  const auto refused = always.run(lasting);
  CHECK(refused.error().kind() == ErrorKind::mismatch);
  CHECK(always.entries() == 0);
}

TEST_CASE("a cancelled download keeps what is worth it") {
  const std::string content = test::noise(4'000'000, 10);
  for (const std::uint64_t after : {500'000U, 2'500'000U}) {
    Pull pull(Descriptor::of("a/b", content));
    DownloadRegistry registry(content, well);
    registry.on_piece = [&] {
      if (registry.bytes_sent() > after) pull.cancel.cancel();
    };
    CHECK(pull.run(registry).error().kind() == ErrorKind::cancelled);
    CHECK(pull.content().empty());
    CHECK(pull.entries() == (after > PartFile::kWorthKeeping ? 1 : 0));
  }
}

TEST_CASE("whatever faults come, in the end there are the right bytes or one right error") {
  const std::string content = test::noise(1'600'000, 11);
  const Descriptor blob = Descriptor::of("a/b", content);
  int succeeded = 0;
  int failed = 0;
  const auto [first, last] = test::seeds(200);
  for (unsigned seed = first; seed <= last; ++seed) {
    CAPTURE(seed);  // MPK_SEED
    const test::Watchdog watchdog(seed);
    std::mt19937 dice(seed);
    // From hardly any trouble to nothing but.
    const auto percent = dice() % 100;
    std::mutex mutex;
    const auto planner = [&](std::size_t, const http::Request&) {
      const std::lock_guard lock(mutex);
      if (dice() % 100 >= percent) return DownloadRegistry::Plan{};
      const auto fault =
          static_cast<DownloadFault>(dice() % (static_cast<unsigned>(DownloadFault::expired) + 1));
      return DownloadRegistry::Plan{fault, static_cast<double>(dice() % 1000) / 1000.0};
    };
    Pull pull(blob);
    // Twice: the second goes on with what the first may have left.
    for (int run = 0; run < 2 && pull.content().empty(); ++run) {
      DownloadRegistry registry(content, planner, dice() % 2 == 0);
      registry.piece = 1 + dice() % 60'000;
      const auto outcome = pull.run(registry, 1 + dice() % 4);
      ++(outcome ? succeeded : failed);
      REQUIRE((pull.content() == content) == outcome.has_value());
      if (outcome) {
        CHECK(pull.entries() == 1);
        continue;
      }
      CHECK(pull.content().empty());
      const auto kind = outcome.error().kind();
      CAPTURE(outcome.error().text());
      // malformed: an encoded answer; denied: storage's, until patience ends.
      CHECK((kind == ErrorKind::network || kind == ErrorKind::timeout ||
             kind == ErrorKind::mismatch || kind == ErrorKind::malformed ||
             kind == ErrorKind::denied));
    }
  }
  MESSAGE(succeeded << " pulls succeeded, " << failed << " failed");
  if (first == last) return;
  CHECK(succeeded > 0);
  CHECK(failed > 0);
}
