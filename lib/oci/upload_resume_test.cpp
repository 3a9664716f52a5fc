// Tests of uploads that one run leaves and the next goes on with.
#include "base/file.hpp"
#include "oci/test_fault_registry.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <utility>

using namespace mpk;
using namespace mpk::oci;
using test::Fault;
using test::FaultRegistry;
using test::UploadRun;
using Strings = std::vector<std::string>;

namespace {

const std::string kText = test::upload_text(3500);

struct Bench {
  Bench() {
    registry.any_location = true;
    options.upload_sizes = {.chunk = 1000, .least = 50};
    options.uploads = directory.path() / "uploads";
    options.clock = &clock;
  }
  bool noted() const {
    for (const auto& found : std::filesystem::directory_iterator(options.uploads)) {
      if (found.path().extension() == ".upload") return true;
    }
    return false;
  }
  /// A run that ends in the middle of the n-th piece, of which the registry has 300 bytes.
  Error interrupted(unsigned piece, bool blob = false) {
    options.cancel = CancelToken();
    registry.fault = [&, piece, seen = 0U](const http::Request& request) mutable -> Fault {
      if (request.method != "PATCH" || ++seen != piece) return {};
      options.cancel.cancel();
      return {.kind = Fault::Kind::reset_in_body, .bytes = 300};
    };
    const UploadRun run(registry, options, logger);
    auto pushed = blob ? run.blob(kText) : run.stream(kText);
    registry.fault = [](const auto&) { return Fault(); };
    registry.log.clear();
    options.cancel = CancelToken();
    REQUIRE_FALSE(pushed);
    return pushed.error();
  }
  void check_complete() const {
    REQUIRE(registry.blobs.size() == 1);
    CHECK(registry.blobs.begin()->second == kText);
    CHECK_FALSE(noted());
  }

  TempDir directory = TempDir::create("mpk-test").take();
  FixedClock clock{Timestamp::from_seconds(1'800'000'000)};
  FaultRegistry registry;
  RemoteOptions options;
  Strings logged;
  Logger logger{LogLevel::debug, [this](LogLevel, auto text) { logged.emplace_back(text); }};
};

}  // namespace

TEST_CASE(
    "a stream that was interrupted goes on in the next run, and its file is read once there") {
  Bench bench;
  const auto error = bench.interrupted(2);
  CHECK(error.kind() == ErrorKind::cancelled);
  CHECK(error.hint().find("same command again") != std::string::npos);
  CHECK(bench.noted());
  CHECK(bench.registry.sessions.size() == 1);
  const UploadRun next(bench.registry, bench.options, bench.logger);
  test::NamedText source(kText);
  CHECK(next.stream(kText, source).take() == Pushed::uploaded);
  // As CNCF Distribution 3 does it: what arrived of the piece is kept.
  CHECK(bench.registry.log ==
        Strings{"GET", "PATCH 1300-2299", "PATCH 2300-3299", "PATCH 3300-3499", "PUT"});
  CHECK(bench.registry.taken == kText.size());
  bench.check_complete();
  CHECK(std::any_of(bench.logged.begin(), bench.logged.end(), [](const auto& line) {
    return line.find("goes on after 1.3 KiB") != std::string::npos;
  }));
  for (const auto& line : bench.logged) {
    CHECK(line.find("_state") == std::string::npos);
    CHECK(line.find("uploads/1") == std::string::npos);
  }
}

TEST_CASE("a blob that is known by its digest goes on, too, from another source") {
  Bench bench;
  CHECK(bench.interrupted(3, true).kind() == ErrorKind::cancelled);
  const UploadRun next(bench.registry, bench.options);
  test::NamedText source(kText, "another file");
  CHECK(next.store->push_blob(Descriptor::of("a/b", kText), source, {}).take() == Pushed::uploaded);
  CHECK(bench.registry.log == Strings{"HEAD", "GET", "PATCH 2300-3299", "PATCH 3300-3499", "PUT"});
  bench.check_complete();
}

TEST_CASE("a session that Distribution 2.8 gives up in mid-piece is begun anew by the next run") {
  Bench bench;
  bench.registry.state_in_location = true;
  CHECK(bench.interrupted(2).kind() == ErrorKind::cancelled);
  CHECK(UploadRun(bench.registry, bench.options).stream(kText).take() == Pushed::uploaded);
  CHECK(bench.registry.log[0] == "GET");
  CHECK(bench.registry.log[1] == "POST");
  bench.check_complete();
}

TEST_CASE("an upload between two pieces goes on there, at 2.8 as well") {
  Bench bench;
  bench.registry.state_in_location = true;
  bench.registry.fault = [&, seen = 0](const http::Request& request) mutable -> Fault {
    if (request.method != "PATCH" || ++seen != 3) return {};
    bench.options.cancel.cancel();
    return {.kind = Fault::Kind::reset_before};
  };
  CHECK(UploadRun(bench.registry, bench.options).stream(kText).error().kind() ==
        ErrorKind::cancelled);
  bench.registry.log.clear();
  bench.registry.fault = [](const auto&) { return Fault(); };
  bench.options.cancel = CancelToken();
  CHECK(UploadRun(bench.registry, bench.options).stream(kText).take() == Pushed::uploaded);
  CHECK(bench.registry.log == Strings{"GET", "PATCH 2000-2999", "PATCH 3000-3499", "PUT"});
  bench.check_complete();
}

TEST_CASE("another file, a day later or a session that is gone begin anew") {
  for (const int what : {0, 1, 2, 3}) {
    CAPTURE(what);
    Bench bench;
    CHECK(bench.interrupted(2).kind() == ErrorKind::cancelled);
    if (what == 0) bench.clock.set(bench.clock.now().plus_seconds(86'400));
    if (what == 1) bench.registry.sessions.clear();
    test::NamedText source(kText, what == 2 ? "changed since" : "file 1");
    if (what == 3) {
      bench.registry.fault = [](const http::Request& request) -> Fault {
        if (request.method != "GET") return {};
        return {.kind = Fault::Kind::refuse, .status = 403};
      };
    }
    const UploadRun next(bench.registry, bench.options);
    CHECK(next.stream(kText, source).take() == Pushed::uploaded);
    CHECK(bench.registry.count("POST") == 1);
    CHECK(bench.registry.count("PATCH") == 4);
    if (what != 2) bench.check_complete();
    if (what == 2) CHECK(bench.noted());
  }
}

TEST_CASE("nothing is noted before a piece is there, or of a blob of one piece") {
  Bench bench;
  const auto error = bench.interrupted(1);
  CHECK(error.kind() == ErrorKind::cancelled);
  CHECK(error.hint().empty());
  CHECK_FALSE(bench.noted());
  CHECK(UploadRun(bench.registry, bench.options).stream("one piece").has_value());
  CHECK_FALSE(bench.noted());
}

TEST_CASE("an upload that is refused, or whose file changes, is not kept") {
  Bench bench;
  bench.registry.fault = [seen = 0](const http::Request& request) mutable -> Fault {
    if (request.method != "PATCH" || ++seen != 2) return {};
    return {.kind = Fault::Kind::refuse, .status = 403};
  };
  CHECK(UploadRun(bench.registry, bench.options).stream(kText).error().kind() == ErrorKind::denied);
  CHECK_FALSE(bench.noted());
  CHECK(bench.registry.sessions.empty());

  Bench other;
  other.registry.fault = [](const http::Request& request) -> Fault {
    return {.kind = request.method == "PATCH" && request.headers.get("Content-Range") == "2000-2999"
                        ? Fault::Kind::reset_before
                        : Fault::Kind::none};
  };
  // One that fails for ever is kept: the next run may fare better.
  CHECK(UploadRun(other.registry, other.options).stream(kText).error().kind() ==
        ErrorKind::network);
  CHECK(other.noted());
  CHECK(other.registry.count("DELETE") == 0);
}

TEST_CASE("two that push the same have a session each, and both come to an end") {
  Bench bench;
  bool inside = false;
  bench.registry.fault = [&](const http::Request& request) -> Fault {
    if (request.method == "PATCH" && request.headers.get("Content-Range") == "1000-1999" &&
        !std::exchange(inside, true)) {
      CHECK(UploadRun(bench.registry, bench.options).stream(kText).take() == Pushed::uploaded);
      CHECK(bench.noted());  // the first one's
    }
    return {};
  };
  CHECK(UploadRun(bench.registry, bench.options).stream(kText).take() == Pushed::uploaded);
  CHECK(inside);
  CHECK(bench.registry.count("POST") == 2);
  bench.check_complete();
}

TEST_CASE("bytes of an old session that prove wrong are sent anew") {
  Bench bench;
  CHECK(bench.interrupted(2).kind() == ErrorKind::cancelled);
  bench.registry.sessions.begin()->second.bytes[7] ^= 1;
  CHECK(UploadRun(bench.registry, bench.options).stream(kText).take() == Pushed::uploaded);
  CHECK(bench.registry.count("PUT") == 2);
  CHECK(bench.registry.count("POST") == 1);
  bench.check_complete();
}
