// Tests of upload_journal: what is noted, for how long, and for whom.
#include "oci/upload_journal.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <ostream>
#include <vector>

using namespace mpk;
using namespace mpk::oci;

namespace {

struct Bench {
  std::unique_ptr<UploadJournal::Claim> claim(const std::string& what = "file 1") const {
    return journal.claim("reg.example", "acme/llm", what);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& found : std::filesystem::directory_iterator(path))
      out.push_back(found.path().extension().native());
    std::sort(out.begin(), out.end());
    return out;
  }
  TempDir directory = TempDir::create("mpk-test").take();
  std::filesystem::path path = directory.path() / "mpk" / "uploads";
  FixedClock clock{Timestamp::from_seconds(1'800'000'000)};
  UploadJournal journal{path, &clock};
};

const std::string kSession = "https://reg.example/v2/acme/llm/blobs/uploads/1?_state=secret";

}  // namespace

TEST_CASE("an upload is noted for its owner alone, and known again by what it is") {
  Bench bench;
  bench.claim()->save({kSession, 1000, 7});
  const auto entry = bench.claim()->load();
  REQUIRE(entry);
  CHECK(entry->session == kSession);
  CHECK(entry->offset == 1000);
  CHECK(entry->least == 7);
  CHECK_FALSE(bench.claim("file 2")->load());
  CHECK_FALSE(bench.journal.claim("reg.example", "acme/other", "file 1")->load());
  CHECK_FALSE(bench.journal.claim("other.example", "acme/llm", "file 1")->load());
  // No lock file remains.
  CHECK(bench.names() == std::vector<std::string>{".upload"});
  for (const auto& found : std::filesystem::directory_iterator(bench.path)) {
    struct stat status{};
    REQUIRE(::stat(found.path().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
    CHECK(found.path().filename().native().find("acme") == std::string::npos);
  }
  bench.claim()->drop();
  CHECK_FALSE(bench.claim()->load());
  CHECK(bench.names().empty());
}

TEST_CASE("an entry is worth a day, and is then removed by whoever comes next") {
  Bench bench;
  const auto start = bench.clock.now();
  bench.claim()->save({kSession, 1000, 0});
  constexpr std::int64_t kDay = 86'400;
  bench.clock.set(start.plus_seconds(kDay - 1));
  CHECK(bench.claim()->load());
  bench.clock.set(start.plus_seconds(-1));  // a clock that was set back
  CHECK_FALSE(bench.claim()->load());
  bench.claim()->save({kSession, 1000, 0});
  bench.clock.set(start.plus_seconds(kDay));
  CHECK(bench.claim("file 2") != nullptr);
  CHECK(bench.names().empty());
}

TEST_CASE("one upload has one owner at a time") {
  const Bench bench;
  auto first = bench.claim();
  REQUIRE(first);
  CHECK(bench.claim() == nullptr);
  CHECK(bench.claim("file 2") != nullptr);
  first.reset();
  CHECK(bench.claim() != nullptr);
}

TEST_CASE("the lock of somebody who was killed is removed, one that is held is not") {
  const Bench bench;
  const auto held = bench.claim();
  REQUIRE(write_file_atomic(bench.path / "0000.upload.lock", ""));
  CHECK(bench.claim("file 2") != nullptr);
  CHECK(bench.names() == std::vector<std::string>{".lock"});
  CHECK(bench.claim() == nullptr);
}

TEST_CASE("without a directory, a clock or a name nothing is noted") {
  const Bench bench;
  CHECK(bench.claim("") == nullptr);
  CHECK(UploadJournal({}, &bench.clock).claim("a", "b", "c") == nullptr);
  CHECK(UploadJournal(bench.path, nullptr).claim("a", "b", "c") == nullptr);
  CHECK_FALSE(std::filesystem::exists(bench.path));
  REQUIRE(write_file_atomic(bench.directory.path() / "file", "x"));
  CHECK(UploadJournal(bench.directory.path() / "file", &bench.clock).claim("a", "b", "c") ==
        nullptr);
}

TEST_CASE("an entry that is damaged counts as none") {
  for (const char* text : {"", "{", "[]", "{}", R"({"subject":"reg.example/acme/llm file 1"})",
                           R"({"subject":1,"session":2,"offset":-1,"least":0,"time":"now"})"}) {
    CAPTURE(text);
    Bench bench;
    bench.claim()->save({kSession, 1000, 0});
    const auto claim = bench.claim();
    REQUIRE(claim);
    for (const auto& found : std::filesystem::directory_iterator(bench.path)) {
      if (found.path().extension() == ".upload") REQUIRE(write_file_atomic(found.path(), text));
    }
    CHECK_FALSE(claim->load());
  }
}
