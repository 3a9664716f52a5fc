// Tests of blob_pipe: bytes in order, faults of either side, no fetch without a read.
#include "oci/blob_pipe.hpp"

#include "oci/memory_store.hpp"
#include "oci/test_stores.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <ostream>
#include <thread>

using namespace mpk;
using namespace mpk::oci;

namespace {

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return text;
}

Result<std::string> drain(Source& source, std::size_t piece) {
  std::string text;
  std::vector<std::uint8_t> buffer(piece);
  while (true) {
    const std::size_t count = TRY(source.read(buffer));
    if (count == 0) return text;
    text.append(as_text({buffer.data(), count}));
  }
}

}  // namespace

TEST_CASE("a blob larger than the buffer comes through whole, in pieces of any size") {
  MemoryStore from;
  const std::string content = pattern(3'000'017);
  const Descriptor blob = push_text(from, "a/b", content).take();
  for (const std::size_t piece : {std::size_t{999}, std::size_t{65536}, std::size_t{5'000'000}}) {
    BlobPipe pipe(from, blob, {});
    CHECK(pipe.size() == content.size());
    CHECK(drain(pipe, piece).take() == content);
    CHECK(pipe.finish());
  }
}

TEST_CASE("an empty blob is an end at once") {
  MemoryStore from;
  const Descriptor blob = push_text(from, "a/b", "").take();
  BlobPipe pipe(from, blob, {});
  CHECK(drain(pipe, 10).take().empty());
  CHECK(pipe.finish());
}

TEST_CASE("nothing is fetched before the first read") {
  MemoryStore memory;
  const Descriptor blob = push_text(memory, "a/b", "hello").take();
  test::WatchedStore from(memory);
  {
    BlobPipe pipe(from, blob, {});
    CHECK(pipe.rewind());
    CHECK(pipe.finish());
  }
  CHECK(from.fetched == 0);
}

TEST_CASE("a rewound pipe gives the blob again from the start") {
  MemoryStore from;
  const std::string content = pattern(2'000'000);
  const Descriptor blob = push_text(from, "a/b", content).take();
  BlobPipe pipe(from, blob, {});
  std::array<std::uint8_t, 1000> buffer{};
  REQUIRE(pipe.read(buffer).take() > 0);
  REQUIRE(pipe.rewind());
  CHECK(drain(pipe, 4096).take() == content);
}

TEST_CASE("a pipe goes on at any place: ahead in the same fetch, behind in another") {
  MemoryStore memory;
  const std::string content = pattern(2'000'000);
  const Descriptor blob = push_text(memory, "a/b", content).take();
  test::WatchedStore from(memory);
  BlobPipe pipe(from, blob, {});
  REQUIRE(pipe.seek(700'000));
  CHECK(from.fetched == 0);
  CHECK(drain(pipe, 4096).take() == content.substr(700'000));
  CHECK(from.fetched == 1);
  REQUIRE(pipe.seek(10));
  std::array<std::uint8_t, 1000> buffer{};
  REQUIRE(pipe.read(buffer).take() > 0);
  REQUIRE(pipe.seek(1'999'990));
  CHECK(drain(pipe, 4096).take() == content.substr(1'999'990));
  CHECK(from.fetched == 2);
  REQUIRE(pipe.seek(2'000'000));
  CHECK(drain(pipe, 4096).take().empty());
  CHECK(pipe.finish());
  CHECK(pipe.seek(2'000'001).error().kind() == ErrorKind::unsupported);
}

TEST_CASE("a reader that goes away does not leave the fetch hanging") {
  MemoryStore from;
  const Descriptor blob = push_text(from, "a/b", pattern(5'000'000)).take();
  BlobPipe pipe(from, blob, {});
  std::array<std::uint8_t, 1000> buffer{};
  CHECK(pipe.read(buffer).take() == 1000);
  CHECK(pipe.finish().error().kind() == ErrorKind::mismatch);
}

namespace {

// No byte comes; the sink is asked now and then whether it still waits.
class StalledStore final : public test::WatchedStore {
 public:
  using WatchedStore::WatchedStore;
  Result<void> fetch_blob(const Descriptor&, const Sink& sink) override {
    for (asked = 1; asked < 1000; ++asked) {
      TRY(sink({}));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return Error(ErrorKind::timeout, "no byte");
  }
  std::atomic<int> asked{0};
};

}  // namespace

TEST_CASE("a pipe that nobody reads any more does not wait for a transfer that stands still") {
  MemoryStore memory;
  StalledStore from(memory);
  CancelToken cancel;
  {
    BlobPipe pipe(from, Descriptor::of("a/b", "hello"), cancel);
    std::thread canceller([&] {
      while (from.asked == 0) std::this_thread::yield();
      cancel.cancel();
    });
    CHECK(drain(pipe, 100).error().kind() == ErrorKind::cancelled);
    canceller.join();
  }
  CHECK(from.asked < 1000);
}

TEST_CASE("the end of a blob that does not prove true is an error, not an end") {
  MemoryStore from;
  const Descriptor blob = push_text(from, "a/b", "hello").take();
  from.corrupt(blob.digest, "hellp");
  BlobPipe pipe(from, blob, {});
  CHECK(drain(pipe, 100).error().kind() == ErrorKind::mismatch);
  CHECK(pipe.finish().error().kind() == ErrorKind::mismatch);
  CHECK(pipe.failure().error().kind() == ErrorKind::mismatch);
}

TEST_CASE("a missing blob, and a store that throws, are errors of the read") {
  MemoryStore memory;
  const Descriptor blob = Descriptor::of("a/b", "hello");
  BlobPipe missing(memory, blob, {});
  CHECK(drain(missing, 100).error().kind() == ErrorKind::not_found);

  test::WatchedStore from(memory);
  from.on_fetch = [](const Descriptor&) -> Result<void> { throw std::runtime_error("boom"); };
  BlobPipe thrown(from, blob, {});
  CHECK(drain(thrown, 100).error().kind() == ErrorKind::internal);
}

TEST_CASE("a cancelled pipe gives up while it waits") {
  MemoryStore memory;
  const Descriptor blob = push_text(memory, "a/b", "hello").take();
  test::WatchedStore from(memory);
  std::atomic<bool> release{false};
  CancelToken cancel;
  from.on_fetch = [&](const Descriptor&) -> Result<void> {
    cancel.cancel();
    release.wait(false);
    return {};
  };
  BlobPipe pipe(from, blob, cancel);
  CHECK(drain(pipe, 100).error().kind() == ErrorKind::cancelled);
  release = true;
  release.notify_all();
}
