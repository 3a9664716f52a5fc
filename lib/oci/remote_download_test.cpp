// Tests of RemoteDownloads: what breaks goes on where it was, and wrong answers are no answers.
#include "oci/test_download_registry.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::oci;
using test::DownloadFault;
using test::DownloadRegistry;

namespace {

constexpr std::size_t kSize = 10'000;
const std::string kContent = test::noise(kSize, 1);
const Descriptor kBlob = Descriptor::of("a/b", kContent);

// The faults of the first requests; then all is well.
DownloadRegistry::Planner first(std::vector<DownloadRegistry::Plan> plans) {
  return [plans = std::move(plans)](std::size_t number, const http::Request&) {
    return number < plans.size() ? plans[number] : DownloadRegistry::Plan();
  };
}

struct Got {
  Result<void> outcome;
  std::string bytes;
};

Got fetch(DownloadRegistry& registry) {
  std::string bytes;
  auto outcome =
      test::store_over(registry)->fetch_blob(kBlob, [&](BytesView piece) -> Result<void> {
        bytes.append(as_text(piece));
        return {};
      });
  return {std::move(outcome), std::move(bytes)};
}

Got fetch_range(Store& store, std::uint64_t offset, std::uint64_t length) {
  std::string bytes;
  auto outcome = store.fetch_range(kBlob, offset, length, [&](BytesView piece) -> Result<void> {
    bytes.append(as_text(piece));
    return {};
  });
  return {std::move(outcome), std::move(bytes)};
}

std::vector<std::string> ranges(const DownloadRegistry& registry) {
  std::vector<std::string> out;
  for (const auto& seen : registry.seen()) out.push_back(seen.range);
  return out;
}

}  // namespace

TEST_CASE("item 20: a range is asked for with both ends, and its answer checked") {
  DownloadRegistry registry(kContent, first({}));
  const auto store = test::store_over(registry);
  for (const auto& [offset, length] :
       {std::pair<std::uint64_t, std::uint64_t>(0, kSize), {0, 10}, {17, 4000}, {kSize - 1, 1}}) {
    const auto got = fetch_range(*store, offset, length);
    REQUIRE(got.outcome.has_value());
    CHECK(got.bytes == kContent.substr(offset, length));
  }
  CHECK(ranges(registry) ==
        std::vector<std::string>{"bytes=0-9999", "bytes=0-9", "bytes=17-4016", "bytes=9999-9999"});
  CHECK(registry.bytes_sent() == kSize + 10 + 4000 + 1);
}

TEST_CASE("item 20: a 206 whose Content-Range does not fit counts as no range") {
  for (const DownloadFault fault : {DownloadFault::wrong_range, DownloadFault::no_range}) {
    DownloadRegistry registry(kContent, first({{fault}, {fault}, {fault}}));
    const auto store = test::store_over(registry);
    const auto inner = fetch_range(*store, 100, 50);
    CHECK(inner.outcome.error().kind() == ErrorKind::unsupported);
    CHECK(inner.bytes.empty());
    // From the start, the whole blob does as well.
    const auto start = fetch_range(*store, 0, 50);
    REQUIRE(start.outcome.has_value());
    CHECK(start.bytes == kContent.substr(0, 50));
    CHECK(ranges(registry) == std::vector<std::string>{"bytes=100-149", "bytes=0-49", ""});
  }
}

TEST_CASE("item 20: a host that answers 200 to a range is asked for no more ranges") {
  DownloadRegistry registry(kContent, first({}));
  registry.has_ranges = false;
  const auto store = test::store_over(registry);
  CHECK(fetch_range(*store, 100, 50).outcome.error().kind() == ErrorKind::unsupported);
  CHECK(fetch_range(*store, 200, 50).outcome.error().kind() == ErrorKind::unsupported);
  CHECK(registry.seen().size() == 1);
  const auto got = fetch_range(*store, 0, kSize);
  CHECK(got.bytes == kContent);
  CHECK(ranges(registry) == std::vector<std::string>{"bytes=100-149", ""});
}

TEST_CASE("item 20: after a break a host without ranges sends all again, and no byte comes twice") {
  DownloadRegistry registry(kContent, first({{DownloadFault::reset, 0.6},
                                             {DownloadFault::reset, 0.3},
                                             {DownloadFault::reset, 0.9}}));
  registry.has_ranges = false;
  const auto got = fetch(registry);
  REQUIRE(got.outcome.has_value());
  CHECK(got.bytes == kContent);
  CHECK(ranges(registry) == std::vector<std::string>{"", "bytes=6000-9999", "", ""});
}

TEST_CASE("item 20: 416 to a range within the blob means the whole one, or nothing") {
  const auto planner = [](std::size_t, const http::Request&) { return DownloadRegistry::Plan(); };
  DownloadRegistry shorter(kContent.substr(0, 5000), planner);
  const auto store = test::store_over(shorter);
  CHECK(fetch_range(*store, 6000, 10).outcome.error().kind() == ErrorKind::unsupported);
  // What is there is too little, however often one asks.
  CHECK(fetch_range(*store, 0, kSize).outcome.error().kind() == ErrorKind::mismatch);
}

TEST_CASE("item 20: an encoded answer is refused before its first byte") {
  DownloadRegistry registry(kContent, first({{DownloadFault::encoded}}));
  const auto got = fetch(registry);
  CHECK(got.outcome.error().kind() == ErrorKind::malformed);
  CHECK(got.outcome.error().message().find("gzip") != std::string::npos);
  CHECK(got.bytes.empty());
  CHECK(registry.seen().size() == 1);
}

TEST_CASE("item 21: a broken transfer goes on where it was, by a new request") {
  for (const DownloadFault fault :
       {DownloadFault::reset, DownloadFault::stall, DownloadFault::short_body}) {
    DownloadRegistry registry(kContent,
                              first({{fault, 0.4}, {fault, 0.5}, {DownloadFault::status_503}}));
    const auto got = fetch(registry);
    REQUIRE(got.outcome.has_value());
    CHECK(got.bytes == kContent);
    CHECK(ranges(registry) ==
          std::vector<std::string>{"", "bytes=4000-9999", "bytes=7000-9999", "bytes=7000-9999"});
    CHECK(registry.bytes_sent() == kSize);
  }
}

TEST_CASE("item 21: tries without progress are bounded, and the last error is told") {
  const struct {
    DownloadFault fault;
    double at;
    ErrorKind kind;
  } rows[] = {
      {DownloadFault::reset, 0.0, ErrorKind::network},
      {DownloadFault::reset, 0.001, ErrorKind::network},
      {DownloadFault::stall, 0.0, ErrorKind::timeout},
      {DownloadFault::short_body, 0.0, ErrorKind::mismatch},
      {DownloadFault::refuse, 0.0, ErrorKind::network},
      {DownloadFault::status_503, 0.0, ErrorKind::network},
  };
  for (const auto& row : rows) {
    DownloadRegistry registry(kContent, [&](std::size_t, const http::Request&) {
      return DownloadRegistry::Plan{row.fault, row.at};
    });
    const auto got = fetch(registry);
    CHECK(got.outcome.error().kind() == row.kind);
    CHECK(registry.seen().size() == 5);
  }
}

TEST_CASE("item 21: as long as there is progress, tries are not counted") {
  const std::string content = test::noise(6U << 20, 2);
  DownloadRegistry registry(content, [&](std::size_t, const http::Request& request) {
    const auto range = request.headers.get("Range").value_or("bytes=0-");
    const double left = static_cast<double>(content.size()) - std::stod(range.substr(6));
    return DownloadRegistry::Plan{DownloadFault::reset, std::min(1.0, 300'000.0 / left)};
  });
  registry.piece = 100'000;
  std::string bytes;
  REQUIRE(test::store_over(registry)->fetch_blob(Descriptor::of("a/b", content),
                                                 [&](BytesView piece) -> Result<void> {
                                                   bytes.append(as_text(piece));
                                                   return {};
                                                 }));
  CHECK(bytes == content);
  CHECK(registry.seen().size() > 20);
  CHECK(registry.bytes_sent() == content.size());
}

TEST_CASE(
    "item 21: other bytes than were pushed are a mismatch, and the sink's own error its own") {
  DownloadRegistry registry(kContent, first({{DownloadFault::wrong_bytes}}));
  CHECK(fetch(registry).outcome.error().kind() == ErrorKind::mismatch);
  // Kinds that would be tried again if they came from the network.
  DownloadRegistry other(kContent, first({}));
  const auto refused = test::store_over(other)->fetch_blob(
      kBlob, [](BytesView) -> Result<void> { return Error(ErrorKind::network, "my own"); });
  CHECK(refused.error().message() == "my own");
  CHECK(other.seen().size() == 1);
}

TEST_CASE(
    "item 7: storage gets the range but no credential, and its expired URL leads back to the "
    "registry") {
  DownloadRegistry registry(kContent,
                            first({{DownloadFault::reset, 0.5}, {DownloadFault::expired}}), true);
  const auto got = fetch(registry);
  REQUIRE(got.outcome.has_value());
  CHECK(got.bytes == kContent);
  std::vector<std::string> hosts;
  for (const auto& seen : registry.seen()) {
    hosts.push_back(seen.host + " " + seen.range);
    CHECK((seen.host == "reg.example" || seen.authorization.empty()));
  }
  CHECK(hosts ==
        std::vector<std::string>{"reg.example ", "storage.example ", "reg.example bytes=5000-9999",
                                 "storage.example bytes=5000-9999", "reg.example bytes=5000-9999",
                                 "storage.example bytes=5000-9999"});
  // The registry's own 403 is final.
  DownloadRegistry own(kContent, first({{DownloadFault::expired}}));
  CHECK(fetch(own).outcome.error().kind() == ErrorKind::denied);
  CHECK(own.seen().size() == 1);
  DownloadRegistry always(
      kContent,
      [](std::size_t, const http::Request&) {
        return DownloadRegistry::Plan{DownloadFault::expired};
      },
      true);
  CHECK(fetch(always).outcome.error().kind() == ErrorKind::denied);
  CHECK(always.seen().size() == 10);
}
