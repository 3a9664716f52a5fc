// Tests of RemoteDownloads over real connections: the stall limit, resets and slow hosts.
#include "base/env.hpp"
#include "http/server.hpp"
#include "http/transport.hpp"
#include "oci/remote_store.hpp"
#include "oci/test_download_registry.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <ostream>
#include <thread>

using namespace mpk;
using namespace mpk::oci;

namespace {

const std::string kContent = test::noise(3U << 20, 7);
const Descriptor kBlob = Descriptor::of("a/b", kContent);

// What one answer does after some bytes of it.
struct Trouble {
  std::atomic<int> answers{0};
  std::atomic<bool> over{false};
  int troubled = 2;  // so many of the first answers
  std::uint64_t after = 700'000;
  bool hang = false;  // else: the connection is closed
  bool drip = false;  // slow, but never still

  bool stream(std::uint64_t offset, std::uint64_t length, int number, std::uint64_t& sent,
              const std::function<bool(BytesView)>& write) {
    const auto count = std::min<std::uint64_t>(length, 100'000);
    if (number < troubled && sent + count > after) {
      for (int i = 0; hang && !over && i < 600; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
      return false;
    }
    if (drip) std::this_thread::sleep_for(std::chrono::milliseconds(60));
    sent += count;
    return write(as_bytes(std::string_view(kContent).substr(offset, count)));
  }
};

std::unique_ptr<http::Server> serve(Trouble& trouble) {
  return http::Server::start(0,
                             [&](const http::ServerRequest&) {
                               http::ServerResponse response;
                               response.content_type = "application/octet-stream";
                               response.stream_size = kContent.size();
                               const int number = trouble.answers++;
                               const auto sent = std::make_shared<std::uint64_t>(0);
                               response.stream = [&, number, sent](std::uint64_t offset,
                                                                   std::uint64_t length,
                                                                   const auto& write) {
                                 return trouble.stream(offset, length, number, *sent, write);
                               };
                               return response;
                             })
      .take();
}

Result<std::string> fetch(const http::Server& server, Stats& stats) {
  http::TransportOptions options;
  options.stall_seconds = 1;
  options.stats = &stats;
  const auto transport = http::make_curl_transport(options);
  const MapEnv env;
  const Logger logger;
  const auto store = TRY(
      make_remote_store(TRY(Reference::parse("127.0.0.1:" + std::to_string(server.port()) + "/a")),
                        *transport, env, logger));
  std::string bytes;
  TRY(store->fetch_blob(kBlob, [&](BytesView piece) -> Result<void> {
    bytes.append(as_text(piece));
    return {};
  }));
  return bytes;
}

}  // namespace

TEST_CASE("item 21: a connection that is closed in mid-body costs no byte twice") {
  Trouble trouble;
  const auto server = serve(trouble);
  Stats stats;
  const auto got = fetch(*server, stats);
  REQUIRE(got.has_value());
  CHECK(*got == kContent);
  CHECK(trouble.answers == 3);
  CHECK(stats.bytes_received == kContent.size());
}

TEST_CASE("item 22: a transfer that stands still goes on over a new connection") {
  Trouble trouble;
  trouble.hang = true;
  trouble.troubled = 1;
  const auto server = serve(trouble);
  Stats stats;
  const auto got = fetch(*server, stats);
  trouble.over = true;
  REQUIRE(got.has_value());
  CHECK(*got == kContent);
  CHECK(trouble.answers == 2);
  CHECK(stats.bytes_received == kContent.size());
}

TEST_CASE("item 22: a slow transfer that moves all the time is left alone") {
  Trouble trouble;
  trouble.drip = true;
  trouble.troubled = 0;
  const auto server = serve(trouble);
  Stats stats;
  const auto got = fetch(*server, stats);
  REQUIRE(got.has_value());
  CHECK(*got == kContent);
  CHECK(trouble.answers == 1);
}
