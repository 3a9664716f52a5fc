// Tests of upload_policy: what is known from the start, learned, kept and forgotten.
#include "oci/upload_policy.hpp"

#include "base/file.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::oci;
using Way = UploadPolicy::Way;

namespace {
constexpr std::int64_t kWeek = std::int64_t{7} * 86'400;
}  // namespace

TEST_CASE("hosts that take no pieces are known from the start, their neighbours are not") {
  UploadPolicies policies({}, nullptr);
  for (const char* host : {"ghcr.io", "gcr.io", "eu.gcr.io", "europe-docker.pkg.dev"}) {
    CAPTURE(host);
    CHECK(policies.of(host).way == Way::monolithic);
  }
  for (const char* host :
       {"ghcr.io.example", "xghcr.io", "pkg.dev.example", "reg.example", "xgcr.io"}) {
    CAPTURE(host);
    CHECK(policies.of(host) == UploadPolicy());
  }
}

TEST_CASE("what is learned holds for its host, in the next run and for a week") {
  const TempDir directory = TempDir::create("mpk-test").take();
  const auto file = directory.path() / "new" / "hosts.json";
  FixedClock clock(Timestamp::from_seconds(1'800'000'000));
  UploadPolicies first(file, &clock), meanwhile(file, &clock);
  CHECK(meanwhile.of("other.example").way == Way::streamed);
  first.learn("reg.example", {Way::monolithic, 1000});
  first.learn("ghcr.io", {Way::chunked, 5});
  meanwhile.learn("other.example", {Way::chunked, 77});
  UploadPolicies next(file, &clock);
  CHECK(next.of("reg.example") == UploadPolicy{Way::monolithic, 1000});
  CHECK(next.of("other.example") == UploadPolicy{Way::chunked, 77});
  CHECK(next.of("ghcr.io") == UploadPolicy{Way::chunked, 5});
  CHECK(next.of("third.example") == UploadPolicy());

  clock.set(clock.now().plus_seconds(kWeek - 1));
  CHECK(UploadPolicies(file, &clock).of("reg.example").way == Way::monolithic);
  clock.set(clock.now().plus_seconds(1));
  CHECK(UploadPolicies(file, &clock).of("reg.example").way == Way::streamed);
  CHECK(UploadPolicies(file, &clock).of("ghcr.io").way == Way::monolithic);
  clock.set(clock.now().plus_seconds(-2 * kWeek));
  CHECK(UploadPolicies(file, &clock).of("reg.example").way == Way::streamed);
}

TEST_CASE("a file that can't be read or written is no error") {
  const TempDir directory = TempDir::create("mpk-test").take();
  FixedClock clock(Timestamp::from_seconds(1'800'000'000));
  const auto file = directory.path() / "hosts.json";
  for (
      const char* text :
      {"", "{", "[]", R"({"hosts":[]})", R"({"hosts":{"reg.example":{"way":"by hand"}}})",
       R"({"hosts":{"reg.example":{"way":"chunked","limit":0,"learned":"2027-01-15T08:00:00Z"}}})",
       R"({"hosts":{"reg.example":{"way":"monolithic","limit":-1,"learned":"2027-01-15T08:00:00Z"}}})"}) {
    CAPTURE(text);
    REQUIRE(write_file_atomic(file, text));
    CHECK(UploadPolicies(file, &clock).of("reg.example") == UploadPolicy());
  }
  REQUIRE(write_file_atomic(
      file,
      R"({"hosts":{"reg.example":{"way":"chunked","limit":9,"learned":"2027-01-15T08:00:00Z"}}})"));
  CHECK(UploadPolicies(file, &clock).of("reg.example") == UploadPolicy{Way::chunked, 9});

  UploadPolicies nowhere(file / "below a file" / "hosts.json", &clock);
  nowhere.learn("reg.example", {Way::monolithic, 0});
  CHECK(nowhere.of("reg.example").way == Way::monolithic);
}
