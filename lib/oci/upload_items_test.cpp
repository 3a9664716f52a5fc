// Tests of uploads, one or more for each way in which registries differ (items 12 to 19 of the
// notes on distribution edge cases).
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

constexpr std::uint64_t kPiece = 1000;

RemoteOptions small() {
  RemoteOptions options;
  options.upload_sizes = {.chunk = kPiece, .least = 50};
  return options;
}

std::string digest(const std::string& text) { return crypto::sha256(text).text(); }

// The n-th request with this method meets the fault, once.
auto on(const std::string& method, unsigned n, Fault fault) {
  return [=, seen = 0U](const http::Request& request) mutable {
    return request.method == method && ++seen == n ? fault : Fault();
  };
}

// A pushed blob is there, and is what was pushed.
void check_there(const FaultRegistry& registry, const std::string& text) {
  REQUIRE(registry.blobs.contains(digest(text)));
  CHECK(registry.blobs.at(digest(text)) == text);
}

}  // namespace

TEST_CASE("item 12: HEAD, then mount, then the session that a mount opened, then an upload") {
  const auto text = test::upload_text(700);
  {
    FaultRegistry registry;
    registry.blobs[digest(text)] = text;
    CHECK(UploadRun(registry, small()).blob(text, {"acme/base"}).take() == Pushed::already_there);
    CHECK(registry.log == Strings{"HEAD"});
  }
  {
    FaultRegistry registry;
    registry.mounts = true;
    CHECK(UploadRun(registry, small()).blob(text, {"acme/base"}).take() == Pushed::mounted);
    CHECK(registry.log == Strings{"HEAD", "POST"});
  }
  FaultRegistry registry;
  CHECK(UploadRun(registry, small()).blob(text, {"acme/base"}).take() == Pushed::uploaded);
  CHECK(registry.log == Strings{"HEAD", "POST", "PUT"});
  check_there(registry, text);
}

TEST_CASE("item 13: a stream of at most a piece is three requests, an unchanged blob is one") {
  const auto text = test::upload_text(kPiece);
  FaultRegistry registry;
  CHECK(UploadRun(registry, small()).stream(text).take() == Pushed::uploaded);
  // No Content-Range: hosts that take no pieces take this.
  CHECK(registry.log == Strings{"POST", "PATCH", "PUT"});
  check_there(registry, text);
  registry.log.clear();
  CHECK(UploadRun(registry, small()).blob(text).take() == Pushed::already_there);
  CHECK(registry.log == Strings{"HEAD"});
}

TEST_CASE("item 13: a minimum that the registry asks for binds all pieces but the last") {
  const auto text = test::upload_text(3700);
  FaultRegistry registry;
  registry.least = 1500;
  CHECK(UploadRun(registry, small()).stream(text).take() == Pushed::uploaded);
  CHECK(registry.log ==
        Strings{"POST", "PATCH 0-1499", "PATCH 1500-2999", "PATCH 3000-3699", "PUT"});
  check_there(registry, text);
}

TEST_CASE("item 14: a large stream goes in pieces, each to the Location of the answer before") {
  for (const int status : {200, 201, 202, 204}) {
    for (const bool says_range : {true, false}) {
      CAPTURE(status);
      const auto text = test::upload_text(2500);
      FaultRegistry registry;
      registry.patched = status;
      registry.says_range = says_range;
      CHECK(UploadRun(registry, small()).stream(text).take() == Pushed::uploaded);
      CHECK(registry.log ==
            Strings{"POST", "PATCH 0-999", "PATCH 1000-1999", "PATCH 2000-2499", "PUT"});
      check_there(registry, text);
    }
  }
}

TEST_CASE("item 14: a server that took less of a chunk gets the rest") {
  const auto text = test::upload_text(2500);
  FaultRegistry registry;
  registry.fault = on("PATCH", 2, {.kind = Fault::Kind::take_less, .bytes = 400});
  const UploadRun run(registry, small());
  CHECK(run.stream(text).take() == Pushed::uploaded);
  CHECK(registry.log == Strings{"POST", "PATCH 0-999", "PATCH 1000-1999", "PATCH 1400-2399",
                                "PATCH 2400-2499", "PUT"});
  CHECK(registry.taken == text.size());
  CHECK(run.slept == 0);
  check_there(registry, text);
}

TEST_CASE("item 14: a server that took a single byte, or none, is not guessed about") {
  for (const std::uint64_t bytes : {0U, 1U}) {
    CAPTURE(bytes);
    const auto text = test::upload_text(2500);
    FaultRegistry registry;
    registry.fault = on("PATCH", 1, {.kind = Fault::Kind::take_less, .bytes = bytes});
    CHECK(UploadRun(registry, small()).stream(text).take() == Pushed::uploaded);
    // Both say "Range: 0-0".
    CHECK(registry.count("POST") == 2);
    CHECK(registry.count("DELETE") == 1);
    check_there(registry, text);
  }
  FaultRegistry registry;
  CHECK(UploadRun(registry, small()).stream("x").take() == Pushed::uploaded);
  CHECK(registry.log == Strings{"POST", "PATCH", "PUT"});
}

TEST_CASE("item 14: a server that takes a byte at a time is given up") {
  FaultRegistry registry;
  registry.fault = [](const http::Request& request) -> Fault {
    if (request.method != "PATCH") return {};
    return {.kind = Fault::Kind::take_less, .bytes = 2};
  };
  CHECK(UploadRun(registry, small()).stream(test::upload_text(5000)).error().kind() ==
        ErrorKind::network);
  CHECK(registry.count("PATCH") < 50);
  CHECK(registry.blobs.empty());
}

TEST_CASE("item 14: a host whose Range stands still is counted for, after one piece too many") {
  const auto text = test::upload_text(4500);
  FaultRegistry registry;
  registry.range_stands_still = true;
  registry.patched = 201;
  CHECK(UploadRun(registry, small()).stream(text).take() == Pushed::uploaded);
  CHECK(registry.log == Strings{"POST", "PATCH 0-999", "PATCH 1000-1999", "PATCH 1000-1999",
                                "PATCH 2000-2999", "PATCH 3000-3999", "PATCH 4000-4499", "PUT"});
  check_there(registry, text);
}

TEST_CASE("item 15: after a lost connection only what the registry lacks is sent again") {
  const struct {
    Fault fault;
    const char* again;  // the piece that is sent next
  } rows[] = {
      {{.kind = Fault::Kind::reset_before}, "PATCH 1000-1999"},
      {{.kind = Fault::Kind::reset_in_body, .bytes = 300}, "PATCH 1300-2299"},
      {{.kind = Fault::Kind::reset_after}, "PATCH 2000-2499"},
      {{.kind = Fault::Kind::refuse, .status = 500}, "PATCH 1000-1999"},
      {{.kind = Fault::Kind::refuse, .status = 503}, "PATCH 1000-1999"},
      {{.kind = Fault::Kind::refuse, .status = 429}, "PATCH 1000-1999"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.again);
    CAPTURE(row.fault.status);
    const auto text = test::upload_text(2500);
    FaultRegistry registry;
    registry.any_location = true;
    registry.fault = on("PATCH", 2, row.fault);
    CHECK(UploadRun(registry, small()).stream(text).take() == Pushed::uploaded);
    CHECK(registry.count("POST") == 1);
    REQUIRE(registry.log.size() > 4);
    CHECK(registry.log[3] == "GET");
    CHECK(registry.log[4] == row.again);
    CHECK(registry.taken == text.size());
    check_there(registry, text);
  }
}

TEST_CASE("item 15: 416 asks where the upload stands; a session that is lost is opened anew") {
  const auto text = test::upload_text(2500);
  for (const auto kind : {Fault::Kind::refuse, Fault::Kind::lose_session}) {
    FaultRegistry registry;
    // The registry has the piece, and is sent it again.
    registry.fault = [&, seen = 0](const http::Request& request) mutable -> Fault {
      if (request.method != "PATCH" || ++seen != 2) return {};
      if (kind == Fault::Kind::refuse) registry.sessions.begin()->second.bytes.resize(700);
      return {.kind = kind, .status = 416};
    };
    CHECK(UploadRun(registry, small()).stream(text).take() == Pushed::uploaded);
    CHECK(registry.count("GET") == (kind == Fault::Kind::refuse ? 1 : 0));
    CHECK(registry.count("POST") == (kind == Fault::Kind::refuse ? 1 : 2));
    check_there(registry, text);
  }
}

TEST_CASE("item 15: a session that Distribution 2.8 forgets in the middle of a piece is replaced") {
  const auto text = test::upload_text(2500);
  FaultRegistry registry;
  registry.state_in_location = true;
  registry.fault = on("PATCH", 2, {.kind = Fault::Kind::reset_in_body, .bytes = 300});
  CHECK(UploadRun(registry, small()).stream(text).take() == Pushed::uploaded);
  CHECK(registry.count("POST") == 2);
  check_there(registry, text);
}

TEST_CASE(
    "item 15: a host that refuses large pieces is given whole blobs, and that is remembered") {
  const TempDir directory = TempDir::create("mpk-test").take();
  FixedClock clock(Timestamp::from_seconds(1'800'000'000));
  auto options = small();
  options.uploads = directory.path();
  options.clock = &clock;
  const auto text = test::upload_text(2500);
  for (const int status : {413, 416}) {
    FaultRegistry registry;
    registry.most_patch = 400;
    registry.too_much = status;
    const UploadRun run(registry, options);
    CHECK(run.either(text).take() == Pushed::uploaded);
    check_there(registry, text);
    CHECK(registry.count("PATCH") == 1);
    CHECK(run.either(test::upload_text(2600)).take() == Pushed::uploaded);
    CHECK(UploadRun(registry, options).either(test::upload_text(2700)).take() == Pushed::uploaded);
    CHECK(registry.count("PATCH") == 1);
    clock.set(clock.now().plus_seconds(std::int64_t{7} * 24 * 3600));
    CHECK(UploadRun(registry, options).either(test::upload_text(2800)).take() == Pushed::uploaded);
    CHECK(registry.count("PATCH") == 2);
    clock.set(clock.now().plus_seconds(std::int64_t{7} * 24 * 3600));
  }
}

TEST_CASE("item 5: a token that dies in mid-upload is renewed, and the piece sent from its start") {
  const auto text = test::upload_text(2500);
  for (const bool blob : {false, true}) {
    FaultRegistry registry;
    registry.fault = on(blob ? "PUT" : "PATCH", blob ? 1 : 2, {.kind = Fault::Kind::unauthorized});
    const UploadRun run(registry, small());
    CHECK((blob ? run.blob(text) : run.stream(text)).take() == Pushed::uploaded);
    CHECK(registry.tokens == 1);
    CHECK(registry.taken == text.size());
    CHECK(registry.count("POST") == 1);
    check_there(registry, text);
  }
}

TEST_CASE("item 16: another digest ends the upload; a session that was mended is tried anew once") {
  const auto text = test::upload_text(2500);
  const auto push_wrong = [&](FaultRegistry& registry) {
    const UploadRun run(registry, small());
    test::NamedText source(text);
    return run.store->push_stream(source, text.size(), []() -> Result<Digest> {
      return crypto::sha256(std::string_view("other"));
    });
  };
  FaultRegistry clean;
  CHECK(push_wrong(clean).error().kind() == ErrorKind::mismatch);
  CHECK(clean.count("POST") == 1);

  FaultRegistry mended;
  mended.any_location = true;
  mended.fault = on("PATCH", 2, {.kind = Fault::Kind::reset_in_body, .bytes = 300});
  CHECK(push_wrong(mended).error().kind() == ErrorKind::mismatch);
  CHECK(mended.count("POST") == 2);

  FaultRegistry spoiled;
  spoiled.any_location = true;
  spoiled.fault = [&, seen = 0](const http::Request& request) mutable -> Fault {
    if (request.method != "PATCH" || ++seen != 2) return {};
    spoiled.sessions.begin()->second.bytes[5] ^= 1;
    return {.kind = Fault::Kind::reset_in_body, .bytes = 300};
  };
  CHECK(UploadRun(spoiled, small()).stream(text).take() == Pushed::uploaded);
  CHECK(spoiled.count("POST") == 2);
  check_there(spoiled, text);
}

TEST_CASE("item 16: after a lost answer to the last PUT the blob is looked for, not sent again") {
  const auto text = test::upload_text(2500);
  for (const bool blob : {false, true}) {
    FaultRegistry registry;
    registry.fault = on("PUT", 1, {.kind = Fault::Kind::reset_after});
    const UploadRun run(registry, small());
    CHECK((blob ? run.blob(text) : run.stream(text)).take() == Pushed::uploaded);
    CHECK(registry.taken == text.size());
    CHECK(registry.log.back() == "HEAD");
    check_there(registry, text);
  }
}

TEST_CASE("item 16: a session is cancelled when it is not worth keeping") {
  FaultRegistry registry;
  test::NamedText source(test::upload_text(2500));
  source.poll = [&]() -> Result<void> {
    if (source.bytes_read > 1500) return Error(ErrorKind::mismatch, "the file changed");
    return {};
  };
  const UploadRun run(registry, small());
  CHECK(run.stream(test::upload_text(2500), source).error().kind() == ErrorKind::mismatch);
  CHECK(registry.log.back() == "DELETE");
  CHECK(registry.sessions.empty());
}

TEST_CASE("item 17: pieces and whole blobs are bulk requests, without a total deadline") {
  const auto text = test::upload_text(2500);
  FaultRegistry registry;
  unsigned seen = 0;
  registry.fault = [&](const http::Request& request) -> Fault {
    if (request.body != nullptr && request.body->size() != 0U) {
      ++seen;
      CHECK(request.bulk);
      CHECK(request.answer_seconds >= 600);
      CHECK_FALSE(request.idempotent);
    }
    return {};
  };
  CHECK(UploadRun(registry, small()).stream(text).has_value());
  CHECK(UploadRun(registry, small()).blob(text + "!").has_value());
  CHECK(seen == 4);
}

TEST_CASE("item 18: a whole blob that is too large for a proxy goes in pieces, and the next, too") {
  for (const std::uint64_t allowed : {1200U, 600U, 100U}) {
    CAPTURE(allowed);
    const auto text = test::upload_text(2500);
    FaultRegistry registry;
    registry.most_patch = registry.most_put = allowed;
    const UploadRun run(registry, small());
    CHECK(run.blob(text).take() == Pushed::uploaded);
    check_there(registry, text);
    CHECK(registry.count("PUT") == 2);
    CHECK(registry.taken == text.size());
    const auto before = registry.log.size();
    // Neither a stream nor a whole blob is too large now.
    CHECK(run.stream(test::upload_text(2600)).take() == Pushed::uploaded);
    CHECK(run.blob(test::upload_text(2700)).take() == Pushed::uploaded);
    const auto pieces = (2600 + 2700) / std::min<std::uint64_t>(allowed, 1000);
    CHECK(registry.log.size() - before <= 5 + 4 * (pieces + 2));
    CHECK(registry.taken == 2500 + 2600 + 2700);
  }
}

TEST_CASE("item 18: a piece that breaks off is sent again although the whole was too large") {
  const auto text = test::upload_text(2500);
  FaultRegistry registry;
  registry.most_put = 600;
  registry.fault = on("PATCH", 1, {.kind = Fault::Kind::reset_in_body, .bytes = 300});
  CHECK(UploadRun(registry, small()).blob(text).take() == Pushed::uploaded);
  check_there(registry, text);
}

TEST_CASE("item 18: streams and whole blobs that are both too large end in smaller pieces") {
  const auto text = test::upload_text(2500);
  FaultRegistry registry;
  registry.most_patch = registry.most_put = 300;
  const UploadRun run(registry, small());
  CHECK(run.either(text).take() == Pushed::uploaded);
  check_there(registry, text);
  CHECK(registry.taken == text.size());

  FaultRegistry tiny;
  tiny.most_patch = tiny.most_put = 10;
  CHECK(UploadRun(tiny, small()).either(text).error().kind() == ErrorKind::too_large);
  CHECK(tiny.log.size() < 20);
  CHECK(tiny.sessions.empty());
}

TEST_CASE("item 19: an empty blob is a PUT without bytes") {
  for (const bool blob : {false, true}) {
    FaultRegistry registry;
    const UploadRun run(registry, small());
    CHECK((blob ? run.blob("") : run.stream("")).take() == Pushed::uploaded);
    CHECK(registry.log == Strings{"HEAD", "POST", "PUT"});
    check_there(registry, "");
  }
}
