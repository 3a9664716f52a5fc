// Tests of upload_closing: the PUT that ends an upload, its lost answers and odd ones.
#include "oci/test_registry_answers.hpp"
#include "oci/test_wired_transport.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <ostream>
#include <utility>

using namespace mpk;
using namespace mpk::oci;
using test::answer;
using WiredRemote = test::RemoteOver<test::WiredTransport<mpk::testing::FakeTransport>>;

namespace {

const std::string kContent = "weights";
const Descriptor kBlob = Descriptor::of("a/b", kContent);

Result<Pushed> push_blob(auto& remote) {
  http::TextSource source(kContent);
  return remote.store->push_blob(kBlob, source, {});
}

Result<Pushed> push_stream(auto& remote) {
  http::TextSource source(kContent);
  return remote.store->push_stream(source, kContent.size(),
                                   []() -> Result<Digest> { return kBlob.digest; });
}

std::size_t count(const auto& remote, const std::string& method) {
  const auto seen = remote.transport.seen();
  return static_cast<std::size_t>(std::count_if(
      seen.begin(), seen.end(), [&](const auto& request) { return request.method == method; }));
}

// Can be read from anywhere, and there is nothing in it.
class BottomlessSource final : public Source {
 public:
  std::optional<std::uint64_t> size() const override { return std::nullopt; }
  Result<std::size_t> read(std::span<std::uint8_t>) override { return std::size_t{0}; }
  Result<void> seek(std::uint64_t) override { return {}; }
};

// Takes every byte; what it makes of the PUT that ends the session is given.
struct SlowHost {
  std::vector<std::optional<int>> endings;  // nothing: no answer
  unsigned found_after = 1000;              // so many HEADs is the blob there
  unsigned heads = 0, puts = 0;
  bool asked_before = false;  // push_blob looks first
  std::vector<http::Request> closing;
  Result<http::Response> operator()(const http::Request& request, const std::string& body) {
    if (request.method == "HEAD" && !std::exchange(asked_before, true)) return answer(404);
    if (request.method == "HEAD") return answer(++heads > found_after ? 200 : 404);
    if (request.method == "POST") return answer(202, {{"Location", "/up"}});
    if (request.method == "PATCH") return answer(202);
    if (request.method == "GET") return answer(404);
    if (request.method == "DELETE") return answer(204);
    static_cast<void>(body);
    closing.push_back(request);
    const auto ending = endings.at(std::min<std::size_t>(puts++, endings.size() - 1));
    if (!ending) return Error(ErrorKind::timeout, "no answer");
    return answer(*ending);
  }
};

}  // namespace

TEST_CASE("after a lost answer to the last PUT the blob is looked for before it is sent again") {
  for (const auto ending : {std::optional<int>(), std::optional(504), std::optional(502)}) {
    for (const bool streams : {false, true}) {
      CAPTURE(ending.value_or(0));
      CAPTURE(streams);
      SlowHost host{.endings = {ending}, .found_after = 2, .asked_before = streams};
      WiredRemote remote(std::ref(host));
      CHECK((streams ? push_stream(remote) : push_blob(remote)).take() == Pushed::uploaded);
      CHECK(count(remote, "POST") == 1);
      CHECK(host.puts == 1);
      CHECK(host.heads == 3);
      CHECK(remote.slept == 1000 + 2000);
    }
  }
}

TEST_CASE("a session that was not ended is ended once more before the bytes go again") {
  for (const auto ending : {std::optional<int>(), std::optional(502), std::optional(500)}) {
    CAPTURE(ending.value_or(0));
    SlowHost host{.endings = {ending, 201}, .asked_before = true};
    WiredRemote remote(std::ref(host));
    CHECK(push_stream(remote).take() == Pushed::uploaded);
    CHECK(count(remote, "PATCH") == 1);
    CHECK(host.puts == 2);
    // What says itself that it failed is not waited for.
    CHECK((host.heads == 0) == (ending == 500));
  }
  SlowHost host{.endings = {500, 500, 201}, .asked_before = true};
  WiredRemote remote(std::ref(host));
  CHECK(push_stream(remote).take() == Pushed::uploaded);
  CHECK(count(remote, "PATCH") == 2);
}

TEST_CASE("a large blob may be hashed for long, and is waited for, not for ever") {
  constexpr std::uint64_t kHuge = 100ULL << 30;
  SlowHost host{.endings = {504}, .asked_before = true};
  WiredRemote remote(std::ref(host));
  BottomlessSource source;
  CHECK_FALSE(
      remote.store->push_stream(source, kHuge, []() -> Result<Digest> { return kBlob.digest; }));
  CHECK(host.closing.at(0).timeout_seconds == 600 + 5 * 1024);
  // Two PUTs for each of five sessions, after each ten minutes and the last pause.
  CHECK(remote.slept >= 10 * 600'000);
  CHECK(remote.slept < 10 * 620'000);

  SlowHost whole{.endings = {201}};
  WiredRemote other(std::ref(whole));
  CHECK(push_blob(other).has_value());
  CHECK(whole.closing.at(0).answer_seconds == 600);
}

TEST_CASE("the end of an upload is 201, another success only where no redirect led to it") {
  const struct {
    int first;             // answer of the session
    const char* location;  // of a redirect
    int there;             // answer of that place
    unsigned found_after;
    bool accepted;
  } rows[] = {
      {201, "", 0, 1000, true},
      {200, "", 0, 1000, true},
      {204, "", 0, 1000, true},
      {303, "/login", 200, 1000, false},
      {302, "https://sso.example/login", 200, 0, false},
      {307, "/login", 200, 1000, false},
      {307, "https://storage.example/x", 200, 1000, false},
      {307, "https://storage.example/x", 200, 0, true},  // as HEAD says
      {307, "https://storage.example/x", 201, 1000, true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.first);
    CAPTURE(row.location);
    SlowHost host{.endings = {row.first}, .found_after = row.found_after};
    WiredRemote remote(
        [&](const http::Request& request, const std::string& body) -> Result<http::Response> {
          if (*row.location != '\0' && request.url.text().ends_with(row.location))
            return answer(row.there, {}, "<html>");
          auto response = host(request, body);
          if (response && request.method == "PUT") response->headers.set("Location", row.location);
          return response;
        });
    const auto pushed = push_blob(remote);
    CHECK(pushed.has_value() == row.accepted);
    CHECK(count(remote, "GET") == 0);
    if (!pushed) CHECK(pushed.error().kind() == ErrorKind::network);
    if (!pushed) CHECK(count(remote, "POST") == 1);
  }
}
