// Tests of PartFile: what is gone on with, what is replaced, and what a kill leaves.
#include "base/part_file.hpp"

#include "base/file.hpp"
#include "base/part_record.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <iterator>
#include <ostream>
#include <string>

using namespace mpk;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kKey = "0123456789abcdef";
constexpr std::uint64_t kSize = (3U << 20) + 17;
const std::string kName = ".mpk-part-0123456789abcdef";
const std::vector<Extent> kHalf = {{.offset = 0, .size = 1U << 20},
                                   {.offset = 2U << 20, .size = 100}};

struct Folder {
  TempDir dir = TempDir::create("mpk-test").take();
  Directory handle = Directory::open(dir.path()).take();
  fs::path part = dir.path() / kName;

  PartFile open(std::uint64_t size = kSize) const {
    return PartFile::open(handle, kKey, size).take();
  }
  /// A part file with a mebibyte of 'a' and 100 'b'.
  void leave() const {
    auto file = open();
    REQUIRE(file.write(0, Bytes(1U << 20, 'a')));
    REQUIRE(file.write(2U << 20, Bytes(100, 'b')));
    REQUIRE(file.note(kHalf));
  }
  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()));
  }
};

}  // namespace

TEST_CASE("a part file that was left is gone on with, and gets its name without its record") {
  const Folder folder;
  folder.leave();
  CHECK(folder.entries() == 1);
  CHECK((fs::status(folder.part).permissions() & fs::perms::all) == fs::perms(0600));
  auto file = folder.open();
  CHECK(file.extents() == kHalf);
  CHECK(file.noted_bytes() == (1U << 20) + 100);
  Bytes found(100);
  REQUIRE(file.read(2U << 20, found));
  CHECK(found == Bytes(100, 'b'));
  REQUIRE(file.commit_in(folder.handle, "model", 0644));
  CHECK(folder.entries() == 1);
  CHECK(fs::file_size(folder.dir.path() / "model") == kSize);
}

TEST_CASE("what is too little, discarded or of another size does not stay") {
  const Folder folder;
  {
    auto file = folder.open();
    REQUIRE(file.note({{.offset = 0, .size = PartFile::kWorthKeeping - 1}}));
    CHECK_FALSE(file.keeps());
  }
  CHECK(folder.entries() == 0);
  folder.leave();
  folder.open().discard();
  CHECK(folder.entries() == 0);
  folder.leave();
  CHECK(folder.open(kSize + 1).extents().empty());
  CHECK(folder.entries() == 0);
  folder.leave();
  auto file = folder.open();
  REQUIRE(file.restart());
  CHECK(file.extents().empty());
  CHECK(fs::file_size(folder.part) == part_record_offset(kSize) + kPartRecordBytes);
}

TEST_CASE("only a regular file of one's own with one link and mode 0600 is gone on with") {
  const Folder outside;
  const struct {
    const char* name;
    std::function<void(const Folder&)> change;
    bool adopted;
  } rows[] = {
      {"as it was left", [](const Folder&) {}, true},
      {"readable by others", [](const Folder& f) { ::chmod(f.part.c_str(), 0644); }, false},
      {"setuid", [](const Folder& f) { ::chmod(f.part.c_str(), 04600); }, false},
      {"a second link",
       [&](const Folder& f) { fs::create_hard_link(f.part, outside.dir.path() / "link"); }, false},
      {"a symlink to it",
       [&](const Folder& f) {
         fs::rename(f.part, outside.dir.path() / "target");
         fs::create_symlink(outside.dir.path() / "target", f.part);
       },
       false},
      {"a pipe",
       [](const Folder& f) {
         fs::remove(f.part);
         REQUIRE(::mkfifo(f.part.c_str(), 0600) == 0);
       },
       false},
      {"a record of another file",
       [](const Folder& f) {
         const Fd fd(::open(f.part.c_str(), O_RDWR | O_CLOEXEC));
         const auto record = part_record(kSize - 1, kHalf);
         REQUIRE(::pwrite(fd.get(), record.data(), record.size(),
                          static_cast<off_t>(part_record_offset(kSize))) ==
                 static_cast<ssize_t>(record.size()));
       },
       false},
      {"cut off", [](const Folder& f) { fs::resize_file(f.part, kSize - 1); }, false},
      {"longer", [](const Folder& f) { fs::resize_file(f.part, kSize * 2); }, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const Folder folder;
    folder.leave();
    row.change(folder);
    auto file = folder.open();
    CHECK(file.extents() == (row.adopted ? kHalf : std::vector<Extent>()));
    REQUIRE(file.write(0, Bytes(10, 'z')));
    REQUIRE(file.commit_in(folder.handle, "model", 0644));
    CHECK(fs::is_regular_file(fs::symlink_status(folder.dir.path() / "model")));
    CHECK(folder.entries() == 1);
  }
  // Nothing was written through the link.
  for (const char* name : {"target", "link"}) {
    CHECK(read_file(outside.dir.path() / name, kSize * 2).take().starts_with("aaaaaaaaaaa"));
  }
}

TEST_CASE("a folder in the way is left alone, and a temporary file takes its place") {
  const Folder folder;
  fs::create_directory(folder.part);
  {
    auto file = folder.open();
    REQUIRE(file.note(kHalf));
    CHECK_FALSE(file.keeps());
    CHECK(folder.entries() == 2);
  }
  CHECK(folder.entries() == 1);
  CHECK(fs::is_directory(folder.part));
  CHECK(PartFile::open(folder.handle, "0123456789abcdeg", 1).error().kind() == ErrorKind::usage);
  CHECK(PartFile::open(folder.handle, "../4567890abcdef", 1).error().kind() == ErrorKind::usage);
}

TEST_CASE("one that another process writes is not touched") {
  const Folder folder;
  folder.leave();
  const Fd other(::open(folder.part.c_str(), O_RDWR | O_CLOEXEC));
  REQUIRE(::flock(other.get(), LOCK_EX) == 0);
  {
    auto file = folder.open();
    CHECK(file.extents().empty());
    REQUIRE(file.write(0, Bytes(10, 'z')));
    REQUIRE(file.note({{.offset = 0, .size = 2U << 20}}));
    remove_abandoned_files(folder.handle);
    CHECK(folder.entries() == 2);
  }
  CHECK(folder.entries() == 1);
  REQUIRE(::flock(other.get(), LOCK_UN) == 0);
  CHECK(folder.open().extents() == kHalf);
}

TEST_CASE("a kill at any moment leaves what was noted") {
  for (int round = 0; round < 20; ++round) {
    const Folder folder;
    const pid_t child = ::fork();
    if (child == 0) {
      auto file = folder.open();
      const Bytes piece(64U << 10, 'k');
      for (std::uint64_t at = 0; at + piece.size() <= kSize; at += piece.size()) {
        static_cast<void>(file.write(at, piece));
        static_cast<void>(file.note({{.offset = 0, .size = at + piece.size()}}));
      }
      ::pause();
    }
    ::usleep(static_cast<useconds_t>(round * 300));
    REQUIRE(::kill(child, SIGKILL) == 0);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    auto file = folder.open();
    for (const auto& extent : file.extents()) {
      Bytes found(extent.size);
      REQUIRE(file.read(extent.offset, found));
      CHECK(found == Bytes(extent.size, 'k'));
    }
  }
}

TEST_CASE("a file that was cut to its size just before the kill is whole") {
  const Folder folder;
  folder.leave();
  fs::resize_file(folder.part, kSize);
  CHECK(folder.open().extents() == std::vector<Extent>{{.offset = 0, .size = kSize}});
}

TEST_CASE("without leave to replace, a file that is there stays, and so does the part") {
  const Folder folder;
  folder.leave();
  REQUIRE(write_file_atomic(folder.dir.path() / "model", "old"));
  {
    auto file = folder.open();
    const auto refused = file.commit_in(folder.handle, "model", 0644, false);
    CHECK(refused.error().kind() == ErrorKind::exists);
  }
  CHECK(read_file(folder.dir.path() / "model", 10).value() == "old");
  REQUIRE(folder.open().commit_in(folder.handle, "model", 0644, true));
  CHECK(fs::file_size(folder.dir.path() / "model") == kSize);
}

TEST_CASE("left part files go, but for those that are wanted") {
  const Folder folder;
  folder.leave();
  for (const char* name : {".mpk-part-0123456789abcdeF", ".mpk-part-0123456789abcde",
                           ".mpk-part-0123456789abcdef0", "x.mpk-part-0123456789abcdef"}) {
    REQUIRE(write_file_atomic(folder.dir.path() / name, "mine"));
  }
  remove_abandoned_files(folder.handle, {std::string(kKey)});
  CHECK(folder.entries() == 5);
  remove_abandoned_files(folder.handle, {"fedcba9876543210"});
  CHECK(folder.entries() == 4);
  CHECK_FALSE(fs::exists(folder.part));
}

TEST_CASE("a record is read back as it was written, and a damaged one is none") {
  const std::vector<std::vector<Extent>> accepted = {{}, {{0, 10}}, {{0, 3}, {5, 5}}, {{9, 1}}};
  for (const auto& extents : accepted)
    CHECK(parse_part_record(part_record(10, extents), 10) == extents);
  const std::vector<std::vector<Extent>> refused = {
      {{0, 11}}, {{0, 0}}, {{5, 5}, {0, 3}}, {{0, 5}, {5, 5}}, {{10, 1}}, {{1, ~std::uint64_t{0}}}};
  for (const auto& extents : refused) CHECK_FALSE(parse_part_record(part_record(10, extents), 10));
  const auto record = part_record(10, {{0, 10}});
  for (std::size_t at = 0; at < record.size(); at += 7) {
    auto damaged = record;
    damaged[at] ^= 1U;
    CHECK_FALSE(parse_part_record(damaged, 10));
  }
  CHECK_FALSE(parse_part_record(BytesView(record).first(511), 10));
  CHECK_FALSE(parse_part_record(record, 11));
}
