// Tests of send: one read, unless the store or what is there wants a second.
#include "modelpack/send.hpp"

#include "crypto/hash.hpp"
#include "http/message.hpp"
#include "oci/memory_store.hpp"
#include "oci/test_stores.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::modelpack;

namespace {

// Counts what is read.
class Counted final : public oci::Source {
 public:
  explicit Counted(std::string text) : text_(text), source_(std::move(text)) {}
  std::optional<std::uint64_t> size() const override { return source_.size(); }
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    const auto count = TRY(source_.read(buffer));
    bytes += count;
    return count;
  }
  Result<void> seek(std::uint64_t offset) override { return source_.seek(offset); }
  Result<Digest> digest() {
    Bytes buffer(1000);
    while (bytes < text_.size()) TRY(read(buffer));
    return crypto::sha256(text_);
  }
  std::uint64_t bytes = 0;

 private:
  std::string text_;
  http::TextSource source_;
};

class Streams final : public oci::test::WatchedStore {
 public:
  Streams(oci::Store& inner, bool takes) : WatchedStore(inner), to_(inner), takes_(takes) {}
  Result<oci::Pushed> push_stream(oci::Source& source, std::uint64_t size,
                                  const std::function<Result<Digest>()>& digest) override {
    ++streams;
    if (!takes_) return Error(ErrorKind::unsupported, "no streams here");
    return to_.push_stream(source, size, digest);
  }
  int streams = 0;

 private:
  oci::Store& to_;
  bool takes_;
};

}  // namespace

TEST_CASE("what is small is read once and goes through memory, what is large is streamed") {
  const struct {
    std::size_t size;
    bool takes_streams, hash_first;
    int streams;
    std::uint64_t reads;
  } rows[] = {
      {0, true, false, 0, 1},          {256U << 10, true, false, 0, 1},
      {256U << 10, false, true, 0, 1}, {(256U << 10) + 1, true, false, 1, 1},
      {300'000, false, false, 1, 2},   {300'000, true, true, 0, 2},
  };
  for (const auto& row : rows) {
    CAPTURE(row.size);
    CAPTURE(row.hash_first);
    oci::MemoryStore memory;
    Streams store(memory, row.takes_streams);
    Counted source(std::string(row.size, 'x'));
    const auto pushed = send(store, source, row.hash_first, [&] { return source.digest(); });
    REQUIRE(pushed);
    CHECK(*pushed == oci::Pushed::uploaded);
    CHECK(store.streams == row.streams);
    CHECK(source.bytes == row.reads * row.size);
    const auto blob = oci::Descriptor::of("", std::string(row.size, 'x'));
    CHECK(memory.has_blob(blob).take());
    // There already: read for its digest, and not sent.
    Counted again(std::string(row.size, 'x'));
    CHECK(send(store, again, true, [&] { return again.digest(); }).take() != oci::Pushed::uploaded);
    CHECK(again.bytes == row.size);
  }
}

TEST_CASE("the error of the digest ends it before anything is sent") {
  oci::MemoryStore memory;
  oci::test::WatchedStore store(memory);
  for (const std::size_t size : {std::size_t{10}, std::size_t{300'000}}) {
    Counted source(std::string(size, 'x'));
    const auto refused = send(store, source, true, [&]() -> Result<Digest> {
      return Error(ErrorKind::mismatch, "changed");
    });
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::mismatch);
  }
  CHECK(store.log().empty());
}
