// Tests of remote_store: reading, naming and deleting in a registry that may lie.
#include "oci/remote_store.hpp"

#include "base/limits.hpp"
#include "crypto/hash.hpp"
#include "oci/media_type.hpp"
#include "oci/remote_client.hpp"
#include "oci/test_registry_answers.hpp"
#include "oci/test_wired_transport.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::oci;
using test::always;
using test::answer;
using test::kManifest;
using test::kManifestBytes;
using FakeRemote = test::RemoteOver<mpk::testing::FakeTransport>;

namespace {

http::Response manifest_answer(http::Headers more = {}) {
  more.add("Content-Type", std::string(kManifestType));
  return answer(200, std::move(more), kManifestBytes);
}

std::string hash_text(DigestAlgorithm algorithm, std::string_view text) {
  return crypto::hash(algorithm, as_bytes(text)).text();
}

}  // namespace

TEST_CASE("a tag is resolved by the bytes, which are not fetched again") {
  FakeRemote remote(always(manifest_answer()));
  const auto found = remote.store->resolve("1.0").take();
  CHECK(found.digest == kManifest.digest);
  CHECK(found.size == kManifestBytes.size());
  CHECK(found.media_type == kManifestType);
  CHECK(remote.store->fetch_manifest(found).take() == kManifestBytes);
  CHECK(test::requests(remote.transport) ==
        std::vector<std::string>{"GET https://reg.example/v2/acme/llm/manifests/1.0"});
  const auto accept = remote.transport.seen()[0].headers.get("Accept").value_or("");
  for (const auto type : {kManifestType, kIndexType, kDockerManifestType, kDockerListType})
    CHECK(accept.find(type) != std::string::npos);
}

TEST_CASE("item 9: header, request and bytes must be of one digest") {
  const std::string right = kManifest.digest.text();
  const std::string right512 = hash_text(DigestAlgorithm::sha512, kManifestBytes);
  const std::string wrong = hash_text(DigestAlgorithm::sha256, "x");
  const std::string wrong512 = hash_text(DigestAlgorithm::sha512, "x");
  const struct {
    std::string target, header;
    std::optional<ErrorKind> error;
  } rows[] = {
      {"tag", right, {}},
      {"tag", "", {}},
      {"tag", right512, {}},
      {"tag", wrong, ErrorKind::mismatch},
      {"tag", wrong512, ErrorKind::mismatch},
      {"tag", "sha256:zz", ErrorKind::malformed},
      {right, right, {}},
      {right, "", {}},
      {right512, right, {}},
      {right512, "", {}},
      {right, wrong, ErrorKind::mismatch},
      {wrong, wrong, ErrorKind::mismatch},
      {wrong, "", ErrorKind::mismatch},
      {wrong512, "", ErrorKind::mismatch},
  };
  for (const auto& row : rows) {
    CAPTURE(row.target);
    CAPTURE(row.header);
    http::Headers headers;
    if (!row.header.empty()) headers.set("Docker-Content-Digest", row.header);
    FakeRemote remote(always(manifest_answer(headers)));
    const auto found = remote.store->resolve(row.target);
    CHECK(found.has_value() == !row.error.has_value());
    if (!found) CHECK(found.error().kind() == row.error.value());
    if (found && row.target != "tag") CHECK(found->digest.text() == row.target);
  }
}

TEST_CASE("item 10: the type is the header's, or the body's where the header says nothing") {
  const std::string index = serialize(Index{});
  const struct {
    const char* header;
    std::string body;
    std::string_view expected;
  } rows[] = {
      {"application/vnd.oci.image.manifest.v1+json; charset=utf-8", kManifestBytes, kManifestType},
      {"", kManifestBytes, kManifestType},
      {"application/json", kManifestBytes, kManifestType},
      {"application/octet-stream", index, kIndexType},
      {"application/vnd.docker.distribution.manifest.v2+json", kManifestBytes, kDockerManifestType},
  };
  for (const auto& row : rows) {
    CAPTURE(row.header);
    FakeRemote remote(always(answer(200, {{"Content-Type", row.header}}, row.body)));
    CHECK(remote.store->resolve("t").take().media_type == row.expected);
  }
}

TEST_CASE("a manifest is proven against its descriptor, from the cache too") {
  FakeRemote remote(always(manifest_answer()));
  auto longer = kManifest;
  ++longer.size;
  const auto other = Descriptor::of(kManifestType, "other");
  CHECK(remote.store->fetch_manifest(other).error().kind() == ErrorKind::mismatch);
  CHECK(remote.store->fetch_manifest(longer).error().kind() == ErrorKind::mismatch);
  CHECK(remote.store->fetch_manifest(kManifest).take() == kManifestBytes);
  CHECK(remote.store->fetch_manifest(longer).error().kind() == ErrorKind::mismatch);
  CHECK(remote.store->fetch_manifest(kManifest).take() == kManifestBytes);
  CHECK(remote.transport.seen().size() == 3);
}

TEST_CASE("item 10: a manifest over the limit is refused") {
  for (const bool over : {false, true}) {
    CAPTURE(over);
    const std::string bytes(limits::kManifest + (over ? 1 : 0), ' ');
    FakeRemote remote(always(answer(200, {}, bytes)));
    const auto found = remote.store->resolve("t");
    CHECK(found.has_value() == !over);
    if (over) CHECK(found.error().kind() == ErrorKind::too_large);
  }
}

TEST_CASE("a blob is handed on as it comes, and success means proven") {
  const Descriptor blob = Descriptor::of("a/b", "weights");
  const struct {
    const char* body;
    std::optional<ErrorKind> error;
  } rows[] = {
      {"weights", {}},
      {"weight", ErrorKind::mismatch},
      {"weightz", ErrorKind::mismatch},
      {"weights!", ErrorKind::mismatch},
      {"", ErrorKind::mismatch},
  };
  for (const auto& row : rows) {
    CAPTURE(row.body);
    FakeRemote remote(always(answer(200, {}, row.body)));
    std::string got;
    const auto fetched = remote.store->fetch_blob(blob, [&](BytesView piece) -> Result<void> {
      got.append(as_text(piece));
      return {};
    });
    CHECK(fetched.has_value() == !row.error.has_value());
    if (!fetched) CHECK(fetched.error().kind() == row.error.value());
    // Never a byte more than was promised.
    CHECK(got.size() <= blob.size);
  }
}

TEST_CASE("a blob that is missing or refused is told apart, and the sink's error is returned") {
  const Descriptor blob = Descriptor::of("a/b", "weights");
  const auto ignore = [](BytesView) { return Result<void>(); };
  for (const auto& [status, kind] :
       {std::pair(404, ErrorKind::not_found), std::pair(403, ErrorKind::denied),
        std::pair(500, ErrorKind::network), std::pair(206, ErrorKind::network)}) {
    CAPTURE(status);
    FakeRemote remote(always(answer(status, {}, "page")));
    CHECK(remote.store->fetch_blob(blob, ignore).error().kind() == kind);
  }
  FakeRemote remote(always(answer(200, {}, "weights")));
  const auto full = remote.store->fetch_blob(
      blob, [](BytesView) -> Result<void> { return Error(ErrorKind::io, "disk full"); });
  CHECK(full.error().message() == "disk full");
}

namespace {

// Breaks off in the middle and starts over, as the real transport does.
class Stuttering final : public http::Transport {
 public:
  explicit Stuttering(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
  Result<http::Response> send(http::Request request) override {
    for (const auto& piece : pieces_) {
      TRY(request.sink->begin(200, {}));
      TRY(request.sink->write(as_bytes(piece)));
    }
    return answer(200);
  }

 private:
  std::vector<std::string> pieces_;
};

// No byte comes, and the sink is asked whether it still waits.
class Stalled final : public http::Transport {
 public:
  Result<http::Response> send(http::Request request) override {
    while (true) TRY(request.sink->poll());
  }
};

}  // namespace

TEST_CASE("a sink can end a transfer in which no byte comes") {
  Stalled transport;
  const MapEnv env;
  const Logger logger;
  const auto store =
      make_remote_store(Reference::parse("reg.example/acme/llm").take(), transport, env, logger)
          .take();
  int asked = 0;
  const auto fetched =
      store->fetch_blob(Descriptor::of("a/b", "weights"), [&](BytesView piece) -> Result<void> {
        CHECK(piece.empty());
        return ++asked < 3 ? Result<void>() : Error(ErrorKind::cancelled, "enough");
      });
  CHECK(fetched.error().message() == "enough");
}

TEST_CASE("a transfer that starts over gives the sink every byte once") {
  const Descriptor blob = Descriptor::of("a/b", "weights");
  const struct {
    std::vector<std::string> pieces;
    bool accepted;
  } rows[] = {
      {{"wei", "weights"}, true}, {{"wei", "we", "weigh", "weights"}, true},
      {{"", "weights"}, true},    {{"xxx", "weights"}, false},
      {{"wei", "weight"}, false},
  };
  for (const auto& row : rows) {
    Stuttering transport(row.pieces);
    const MapEnv env;
    const Logger logger;
    const auto store =
        make_remote_store(Reference::parse("reg.example/acme/llm").take(), transport, env, logger)
            .take();
    std::string got;
    const auto fetched = store->fetch_blob(blob, [&](BytesView piece) -> Result<void> {
      got.append(as_text(piece));
      return {};
    });
    CHECK(fetched.has_value() == row.accepted);
    if (row.accepted) CHECK(got == "weights");
  }
}

TEST_CASE("what storage refuses is not put down to the user's login") {
  FakeRemote remote([](const http::Request&, const std::string&) -> Result<http::Response> {
    auto response = answer(401);
    response.url = test::url("https://storage.example/x?sig=abc");
    return response;
  });
  const auto found = remote.store->resolve("1.0");
  CHECK(found.error().kind() == ErrorKind::denied);
  CHECK(found.error().text() == "1.0: storage.example, where reg.example sent us, answered 401");
  CHECK(found.error().hint().find("login") == std::string::npos);
}

TEST_CASE("item 27: a warning of the registry is passed on once, in its own words, made harmless") {
  std::vector<std::string> told;
  const Logger logger(LogLevel::warning,
                      [&](LogLevel, std::string_view text) { told.emplace_back(text); });
  http::Headers headers = {{"Warning", R"(299 - "gone on \"Friday\" [31m")"},
                           {"Warning", R"(110 cache "stale")"},
                           {"Warning", "299 - plain"}};
  FakeRemote remote(always(manifest_answer(headers)), logger);
  CHECK(remote.store->resolve("1.0").has_value());
  CHECK(remote.store->resolve("1.0").has_value());
  CHECK(told == std::vector<std::string>{R"(reg.example says: gone on "Friday" \x1b[31m)"});

  told.clear();
  int count = 0;
  FakeRemote chatty(
      [&](const http::Request&, const std::string&) -> Result<http::Response> {
        return manifest_answer({{"Warning", "299 - \"" + std::to_string(++count) + "\""}});
      },
      logger);
  for (int i = 0; i < 100; ++i) CHECK(chatty.store->resolve("1.0").has_value());
  CHECK(told.size() == 32);
}

TEST_CASE("a reference made by hand may have no host, which is an error") {
  Reference reference;
  reference.registry = "no host";
  reference.repository = "a/b";
  mpk::testing::FakeTransport transport(always(answer(200)));
  const MapEnv env;
  const Logger logger;
  CHECK(make_remote_store(reference, transport, env, logger).error().kind() == ErrorKind::usage);
}

TEST_CASE("item 30: tags are collected over all pages, sorted, without fallback tags") {
  const std::string fallback = "sha256-" + std::string(64, 'a');
  FakeRemote remote(
      [&](const http::Request& request, const std::string&) -> Result<http::Response> {
        if (request.url.query.find("last=") == std::string::npos) {
          return answer(200, {{"Link", R"(</v2/acme/llm/tags/list?n=2&last=b>; rel="next")"}},
                        R"({"tags":["b","1.0",")" + fallback + R"("]})");
        }
        return answer(200, {}, R"({"tags":["a","b","no/tag",")" + fallback + R"(.sig"]})");
      });
  CHECK(remote.store->tags().take() ==
        std::vector<std::string>{"1.0", "a", "b", fallback + ".sig"});
  CHECK(test::requests(remote.transport)[1] ==
        "GET https://reg.example/v2/acme/llm/tags/list?n=2&last=b");
}

TEST_CASE("a next page is followed only where the credential may go, and not for ever") {
  const struct {
    const char* link;
    ErrorKind kind;
    std::size_t requests;
  } rows[] = {
      {R"(<https://evil.example/v2/acme/llm/tags/list?last=b>; rel="next")", ErrorKind::malformed,
       1},
      {R"(<http://reg.example/v2/acme/llm/tags/list?last=b>; rel="next")", ErrorKind::malformed, 1},
      {R"(<//evil.example/x>; rel=next)", ErrorKind::malformed, 1},
      {R"(</v2/acme/llm/tags/list?last=b>; rel="next")", ErrorKind::too_large,
       limits::kReferrerPages},
  };
  for (const auto& row : rows) {
    CAPTURE(row.link);
    FakeRemote remote(always(answer(200, {{"Link", row.link}}, R"({"tags":["a"]})")));
    CHECK(remote.store->tags().error().kind() == row.kind);
    CHECK(remote.transport.seen().size() == row.requests);
  }
  for (const char* link : {R"(</x>; rel="prev")", "</x>", "no link", ""}) {
    CAPTURE(link);
    FakeRemote remote(always(answer(200, {{"Link", link}}, R"({"tags":null})")));
    CHECK(remote.store->tags().take().empty());
  }
}

TEST_CASE("a tag list that cannot be had is an error") {
  FakeRemote missing(always(answer(404)));
  CHECK(missing.store->tags().error().kind() == ErrorKind::not_found);
  FakeRemote garbage(always(answer(200, {}, "<html>")));
  CHECK(garbage.store->tags().error().kind() == ErrorKind::malformed);
}

TEST_CASE("item 30: a registry that does not delete says so") {
  for (const int status : {400, 405, 501}) {
    CAPTURE(status);
    FakeRemote remote(always(answer(status)));
    const auto removed = remote.store->remove_tag("1.0");
    CHECK(removed.error().kind() == ErrorKind::unsupported);
    CHECK_FALSE(removed.error().hint().empty());
  }
  FakeRemote missing(always(answer(404)));
  CHECK(missing.store->remove_tag("1.0").error().kind() == ErrorKind::not_found);
  FakeRemote good(always(answer(202)));
  CHECK(good.store->remove_tag("1.0").has_value());
  CHECK(test::requests(good.transport) ==
        std::vector<std::string>{"DELETE https://reg.example/v2/acme/llm/manifests/1.0"});
}

TEST_CASE(
    "item 27: an error has the kind of its status and the registry's own words, made harmless") {
  const struct {
    int status;
    ErrorKind kind;
  } rows[] = {
      {401, ErrorKind::unauthorized}, {403, ErrorKind::denied},      {404, ErrorKind::not_found},
      {405, ErrorKind::unsupported},  {413, ErrorKind::too_large},   {429, ErrorKind::network},
      {500, ErrorKind::network},      {501, ErrorKind::unsupported}, {503, ErrorKind::network},
      {400, ErrorKind::malformed},    {422, ErrorKind::malformed},   {408, ErrorKind::network},
      {303, ErrorKind::network},
  };
  for (const auto& row : rows) {
    CAPTURE(row.status);
    FakeRemote remote(always(
        answer(row.status, {}, R"({"errors":[{"code":"SOME_CODE","message":"\u001b[31mred"}]})")));
    const auto found = remote.store->resolve("1.0");
    CHECK(found.error().kind() == row.kind);
    CHECK(found.error().text().find('\x1b') == std::string::npos);
    CHECK_FALSE(found.error().hint().empty());
    if (row.status == 401) continue;
    CHECK(found.error().text().find("SOME_CODE: \\x1b[31mred") != std::string::npos);
  }
  for (const char* body : {"", "<html>", "{}", R"({"errors":[]})", R"({"errors":[5]})"}) {
    CAPTURE(body);
    FakeRemote remote(always(answer(403, {}, body)));
    CHECK(remote.store->resolve("1.0").error().text() == "1.0: reg.example answered 403");
  }
}

TEST_CASE("item 28: plain HTTP is for loopback hosts, and for others on request") {
  const struct {
    const char* registry;
    bool plain;
    const char* expected;
  } rows[] = {
      {"ghcr.io", false, "https://ghcr.io/"},
      {"ghcr.io", true, "http://ghcr.io/"},
      {"localhost:5000", false, "http://localhost:5000/"},
      {"127.0.0.1:5000", false, "http://127.0.0.1:5000/"},
      {"[::1]:5000", false, "http://[::1]:5000/"},
      {"localhost.evil.example", false, "https://localhost.evil.example/"},
      {"docker.io", false, "https://registry-1.docker.io/"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.registry);
    CHECK(registry_url(row.registry, row.plain).take().text() == row.expected);
  }
}

TEST_CASE("a login is checked with the given credential") {
  using mpk::testing::FakeTransport;
  FakeTransport transport(
      [](const http::Request& request, const std::string&) -> Result<http::Response> {
        if (request.headers.get("Authorization") == "Basic dTpw") return answer(200);
        return answer(401, {{"WWW-Authenticate", "Basic realm=\"r\""}});
      });
  CHECK(check_login("reg.example", {"u", "p", ""}, transport).has_value());
  CHECK(transport.seen().back().url == "https://reg.example/v2/");
  CHECK(check_login("reg.example", {"u", "x", ""}, transport).error().kind() ==
        ErrorKind::unauthorized);
  CHECK(check_login("no host", {"u", "p", ""}, transport).error().kind() == ErrorKind::usage);
  FakeTransport page([](const http::Request&, const std::string&) -> Result<http::Response> {
    return answer(404);
  });
  CHECK(check_login("reg.example", {"u", "p", ""}, page).error().kind() == ErrorKind::network);
  test::WiredTransport<FakeTransport> portal(
      [](const http::Request& request, const std::string&) -> Result<http::Response> {
        if (request.url.path == "/login") return answer(200, {}, "<html>");
        return answer(302, {{"Location", "/login"}});
      });
  CHECK(check_login("reg.example", {"u", "p", ""}, portal).error().kind() == ErrorKind::network);
}
