// hdf5: a file of h5py cut, changed and looped; what it lists is tested in keras_test.
#include "model/hdf5.hpp"

#include "base/file.hpp"
#include "model/sample_files.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace mpk::model {
namespace {

std::string lambda() {
  auto bytes = read_file(MPK_SOURCE_DIR "/testdata/keras/lambda.h5", 1U << 20);
  REQUIRE(bytes.has_value());
  return std::move(*bytes);
}

/// With the bytes behind the first `mark` and `skip` more replaced.
std::string changed(std::string bytes, std::string_view mark, std::size_t skip,
                    const std::string& value) {
  const auto at = bytes.find(mark);
  REQUIRE(at != bytes.npos);
  return bytes.replace(at + skip, value.size(), value);
}

ErrorKind kind(const std::string& bytes) {
  const auto found = read_hdf5(bytes);
  REQUIRE_FALSE(found);
  return found.error().kind();
}

}  // namespace

TEST_CASE("a file that is cut off is refused at every byte") {
  const std::string bytes = lambda();
  CHECK(read_hdf5(bytes)->size() == 2);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK(kind(bytes.substr(0, size)) == ErrorKind::malformed);
  }
}

TEST_CASE("forms that are not read are told from broken ones") {
  const std::string bytes = lambda(), signature = "\x89HDF";
  CHECK(kind(changed(bytes, signature, 8, "\x02")) == ErrorKind::unsupported);   // superblock
  CHECK(kind(changed(bytes, signature, 13, "\x04")) == ErrorKind::unsupported);  // short addresses
  CHECK(kind(changed(bytes, signature, 24, "\x08")) == ErrorKind::unsupported);  // a user's block
  CHECK(kind(changed(bytes, signature, 40, "\x01")) == ErrorKind::malformed);    // its end
  CHECK(kind(changed(bytes, signature, 64, "\x61")) == ErrorKind::malformed);    // the root
  CHECK(kind(changed(bytes, "TREE", 0, "tree")) == ErrorKind::malformed);
  CHECK(kind(changed(bytes, "TREE", 4, "\x01")) == ErrorKind::malformed);  // chunks of data
  CHECK(kind(changed(bytes, "TREE", 5, "\x7f")) == ErrorKind::malformed);
  CHECK(kind(changed(bytes, "TREE", 6, "\xff\xff")) == ErrorKind::malformed);
  CHECK(kind(changed(bytes, "SNOD", 6, "\xff\xff")) == ErrorKind::malformed);
  CHECK(kind(changed(bytes, "SNOD", 8, "\xff\xff\xff")) == ErrorKind::malformed);  // a name
  CHECK(kind(changed(bytes, "SNOD", 24, "\x02")) == ErrorKind::unsupported);       // symbolic link
  CHECK(kind(changed(bytes, "HEAP", 24, std::string(8, '\xff'))) == ErrorKind::malformed);
}

TEST_CASE("a group that contains itself ends") {
  const std::string bytes = lambda();
  const std::string root = bytes.substr(64, 8);
  CHECK(kind(changed(bytes, "SNOD", 16, root)) == ErrorKind::unsupported);
}

TEST_CASE("data lies within the file and has the size of its shape") {
  const std::string bytes = lambda();
  // Version 3, contiguous; the kernel has 64 bytes.
  const auto size = sample::u64(64);
  std::size_t found = 0;
  for (auto at = bytes.find("\x03\x01"); at != bytes.npos; at = bytes.find("\x03\x01", at + 1)) {
    if (bytes.substr(at + 10, 8) != size) continue;
    ++found;
    auto other = bytes;
    CHECK(kind(other.replace(at + 10, 1, "\x3c")) == ErrorKind::malformed);
    other = bytes;
    CHECK(kind(other.replace(at + 2, 8, sample::u64(bytes.size() - 63))) == ErrorKind::malformed);
    other = bytes;
    CHECK(kind(other.replace(at + 2, 8, sample::u64(UINT64_MAX - 8))) == ErrorKind::malformed);
    other = bytes;
    CHECK(kind(other.replace(at + 2, 8, sample::u64(UINT64_MAX))) == ErrorKind::unsupported);
    other = bytes;
    CHECK(kind(other.replace(at + 1, 1, "\x02")) == ErrorKind::unsupported);  // in chunks
    other = bytes;
    CHECK(read_hdf5(other.replace(at + 2, 8, sample::u64(bytes.size() - 64))));
  }
  CHECK(found == 1);
}

TEST_CASE("any byte that is changed gives a list or one error") {
  const std::string bytes = lambda();
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    auto other = bytes;
    other[at] = static_cast<char>(other[at] ^ 0x41);
    const auto found = read_hdf5(other);
    if (!found) continue;
    for (const Tensor& tensor : *found) CHECK(*tensor.bytes <= bytes.size());
  }
}

}  // namespace mpk::model
