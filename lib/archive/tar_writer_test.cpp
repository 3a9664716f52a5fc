// Tests of TarWriter: the same members give the same bytes, and every tool reads them.
#include "archive/tar_writer.hpp"

#include "archive/tar_reader.hpp"
#include "archive/test_archives.hpp"
#include "base/file.hpp"
#include "base/process.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::archive;
using mpk::archive::test::source_of;

namespace {

using Contents = std::vector<std::string>;

Result<TarWriter> writer(std::vector<TarMember> members, const Contents& contents,
                         Timestamp mtime = {}) {
  return TarWriter::create(std::move(members), mtime, [contents](std::size_t index) {
    return Result<Source>(source_of(contents[index]));
  });
}

Result<std::string> drain(TarWriter& tar, std::size_t piece = 700) {
  std::string out;
  Bytes buffer(piece);
  while (true) {
    const std::size_t count = TRY(tar.read(buffer));
    if (count == 0) return out;
    out.append(as_text({buffer.data(), count}));
  }
}

const std::string kLong = std::string(120, 'd') + "/" + std::string(150, 'e');

std::vector<TarMember> some_members() {
  return {{.path = "z/first", .size = 3},
          {.path = "empty"},
          {.path = "bin/run", .size = 512, .executable = true},
          {.path = "\xc3\xa9t\xc3\xa9", .size = 1},
          {.path = kLong, .size = 1000}};
}
const Contents kContents = {"one", "", std::string(512, 'r'), "e", std::string(1000, 'l')};

}  // namespace

TEST_CASE("the size is known before, the bytes are the same in any pieces, and again") {
  auto tar = writer(some_members(), kContents).take();
  const auto first = drain(tar).take();
  CHECK(first.size() == tar.size());
  CHECK(first.size() % 512 == 0);
  CHECK(drain(tar).take().empty());
  tar.rewind();
  CHECK(drain(tar, 1).take() == first);
  tar.rewind();
  Bytes some(1300);
  REQUIRE(tar.read(some).has_value());
  tar.rewind();
  CHECK(drain(tar, 1U << 20).take() == first);
  auto dated = writer(some_members(), kContents, Timestamp::from_seconds(1'700'000'000)).take();
  CHECK(dated.size() == tar.size());
  CHECK(drain(dated).take() != first);
}

TEST_CASE("what fits is ustar and nothing else") {
  auto tar = writer({{.path = "a", .size = 1}}, {"x"}).take();
  const auto bytes = drain(tar).take();
  CHECK(bytes.size() == 512 + 512 + 1024);
  CHECK(bytes.substr(257, 8) == std::string("ustar\00000", 8));
  CHECK(bytes.substr(100, 8) == std::string("000644 \0", 8));
  CHECK(bytes.substr(136, 12) == "00000000000 ");
  CHECK(bytes.substr(265, 64) == std::string(64, '\0'));  // uname, gname
}

TEST_CASE("the reader gives back members, contents and modes in their order") {
  auto tar = writer(some_members(), kContents).take();
  TarReader reader(source_of(drain(tar).take()), Compression::none);
  const auto members = some_members();
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto entry = reader.next().take();
    REQUIRE(entry.has_value());
    CHECK(entry->path == members[i].path);
    CHECK(entry->size == members[i].size);
    CHECK(entry->mode == (members[i].executable ? 0755U : 0644U));
    std::string content;
    for (auto piece = reader.read().take(); !piece.empty(); piece = reader.read().take())
      content.append(as_text(piece));
    CHECK(content == kContents[i]);
  }
  CHECK_FALSE(reader.next().take().has_value());
}

TEST_CASE("a size over 8 GiB is in the size of the archive, and no content is needed to tell") {
  const std::uint64_t huge = std::uint64_t{20} << 30;
  const auto tar = TarWriter::create({{.path = "a", .size = huge}}, {}, [](std::size_t) {
                     return Result<Source>(Error(ErrorKind::internal, "opened"));
                   }).take();
  CHECK(tar.size() > huge + 2048);
  CHECK(tar.size() < huge + 4096);
}

TEST_CASE("a member that changes, an unsafe or repeated path, and an early date are refused") {
  for (const char* content : {"tw", "four"}) {
    auto tar = writer({{.path = "a", .size = 3}}, {content}).take();
    const auto out = drain(tar);
    REQUIRE_FALSE(out.has_value());
    CHECK(out.error().kind() == ErrorKind::mismatch);
  }
  CHECK(writer({{.path = "../a"}}, {""}).error().kind() == ErrorKind::malformed);
  CHECK(writer({{.path = "a"}, {.path = "a"}}, {"", ""}).error().kind() == ErrorKind::usage);
  CHECK(writer({{.path = "a"}}, {""}, Timestamp::from_seconds(-1)).error().kind() ==
        ErrorKind::usage);
  CHECK(writer({}, {}).take().size() == 1024);
}

TEST_CASE("GNU tar and Python's tarfile read it") {
  const auto directory = TempDir::create("mpk-tar").take();
  const auto file = directory.path() / "a.tar";
  auto tar = writer(some_members(), kContents).take();
  REQUIRE(write_file_atomic(file, drain(tar).take()).has_value());
  const struct {
    const char* program;
    std::vector<std::string> arguments;
  } rows[] = {
      {"tar", {"-xf", file.native(), "-C", directory.path().native()}},
      {"python3",
       {"-c", "import tarfile, sys; tarfile.open(sys.argv[1]).extractall(sys.argv[2])",
        file.native(), directory.path().native()}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.program);
    auto command = row.arguments;
    command.insert(command.begin(), row.program);
    const auto ran = run_process({.argv = command});
    if (!ran && ran.error().kind() == ErrorKind::not_found) {
      MESSAGE(row.program << " is missing");
      continue;
    }
    REQUIRE(ran.has_value());
    CHECK(ran->exit_code == 0);
    const auto members = some_members();
    for (std::size_t i = 0; i < members.size(); ++i) {
      CHECK(read_file(directory.path() / members[i].path, 1U << 20).value_or("(none)") ==
            kContents[i]);
      std::filesystem::remove(directory.path() / members[i].path);
    }
  }
}
