// Tests of remote_upload: sessions, locations, mounts and streams against a host that misbehaves.
#include "base/file.hpp"
#include "crypto/hash.hpp"
#include "oci/test_registry_answers.hpp"
#include "oci/test_wired_transport.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

using namespace mpk;
using namespace mpk::oci;
using test::answer;
using FakeRemote = test::RemoteOver<mpk::testing::FakeTransport>;
using WiredRemote = test::RemoteOver<test::WiredTransport<mpk::testing::FakeTransport>>;

namespace {

using Strings = std::vector<std::string>;

const std::string kContent = "weights";
const Descriptor kBlob = Descriptor::of("a/b", kContent);
const std::string kQuery = "digest=sha256%3A" + kBlob.digest.hex();
const std::string kBase = "https://reg.example/v2/acme/llm/blobs/";

// A host that has no blob and takes every upload; a member changes what it does.
struct Host {
  std::string location = "/v2/acme/llm/blobs/uploads/s1";
  std::string patch_location = "/v2/acme/llm/blobs/uploads/s1?part=2";
  int head = 404, post = 202, mount = 202, patch = 202, put = 201;
  std::string range;         // of the answer to a PATCH
  unsigned patch_fails = 0;  // so many break off
  unsigned put_fails = 0;

  Result<http::Response> operator()(const http::Request& request, const std::string&) {
    const auto broken = [](unsigned& left) {
      if (left == 0) return false;
      --left;
      return true;
    };
    if (request.method == "HEAD") return answer(head);
    if (request.method == "POST") {
      const bool mounts = request.url.query.find("mount=") != std::string::npos;
      return answer(mounts ? mount : post, headers("Location", location));
    }
    if (request.method == "PATCH") {
      if (broken(patch_fails)) return Error(ErrorKind::network, "connection reset");
      auto out = headers("Location", patch_location);
      if (!range.empty()) out.set("Range", range);
      return answer(patch, out);
    }
    if (request.method == "PUT") {
      if (broken(put_fails)) return Error(ErrorKind::timeout, "no answer");
      return answer(put);
    }
    if (request.method == "GET") return answer(404);  // the session is gone
    return answer(request.method == "DELETE" ? 204 : 500);
  }

  static http::Headers headers(const char* name, const std::string& value) {
    http::Headers out;
    if (!value.empty()) out.set(name, value);
    return out;
  }
};

Result<Pushed> push_blob(auto& remote, const Strings& mount_from = {}) {
  http::TextSource source(kContent);
  return remote.store->push_blob(kBlob, source, mount_from);
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

// A file that cannot be read to its end.
class BrokenSource final : public Source {
 public:
  std::optional<std::uint64_t> size() const override { return 7; }
  Result<std::size_t> read(std::span<std::uint8_t>) override {
    return Error(ErrorKind::mismatch, "the file grew");
  }
  Result<void> seek(std::uint64_t) override { return {}; }
};

}  // namespace

TEST_CASE("a blob is asked for, then sent whole with its digest") {
  FakeRemote remote{Host{}};
  CHECK(push_blob(remote).take() == Pushed::uploaded);
  CHECK(test::requests(remote.transport) == Strings{"HEAD " + kBase + kBlob.digest.text(),
                                                    "POST " + kBase + "uploads/",
                                                    "PUT " + kBase + "uploads/s1?" + kQuery});
  CHECK(remote.transport.seen()[2].body == kContent);
}

TEST_CASE("a blob that is there is not sent") {
  Host host;
  host.head = 200;
  FakeRemote remote{host};
  CHECK(push_blob(remote, {"acme/base"}).take() == Pushed::already_there);
  CHECK(remote.transport.seen().size() == 1);
  host.head = 500;
  FakeRemote broken{host};
  CHECK(push_blob(broken).error().kind() == ErrorKind::network);
}

TEST_CASE("item 8: a Location is followed in every form, its query untouched") {
  const struct {
    const char* location;
    std::string expected;
  } rows[] = {
      {"/v2/acme/llm/blobs/uploads/s1?_state=a%2Fb%3D", kBase + "uploads/s1?_state=a%2Fb%3D&"},
      {"s1", kBase + "uploads/s1?"},
      {"../uploads/s1?x=1", kBase + "uploads/s1?x=1&"},
      {"?s=1", kBase + "uploads/?s=1&"},
      {"https://reg.example/up/s1", "https://reg.example/up/s1?"},
      {"//reg.example:8443/up?a=1", "https://reg.example:8443/up?a=1&"},
      {"https://storage.example/s1?sig=x%2By", "https://storage.example/s1?sig=x%2By&"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.location);
    Host host;
    host.location = row.location;
    FakeRemote remote{host};
    CHECK(push_blob(remote).has_value());
    CHECK(remote.transport.seen().back().url == row.expected + kQuery);
  }
}

TEST_CASE("a Location that is missing, no URL, or plain HTTP is refused before a byte is sent") {
  const struct {
    const char* location;
    ErrorKind kind;
  } rows[] = {
      {"", ErrorKind::malformed},
      {"ftp://reg.example/x", ErrorKind::malformed},
      {"http://reg.example/x", ErrorKind::denied},
      {"http://storage.example/x", ErrorKind::denied},
  };
  for (const auto& row : rows) {
    CAPTURE(row.location);
    Host host;
    host.location = row.location;
    FakeRemote remote{host};
    CHECK(push_blob(remote).error().kind() == row.kind);
    CHECK(push_stream(remote).error().kind() == row.kind);
    for (const auto& seen : remote.transport.seen()) CHECK(seen.body.empty());
  }
}

TEST_CASE("item 8: a session at another host gets the bytes and no credential") {
  const auto registry = [](const char* location) {
    return [host = Host{.location = location, .patch_location = location}](
               const http::Request& request,
               const std::string& body) mutable -> Result<http::Response> {
      if (request.url.authority() == "reg.example" && !request.headers.get("Authorization"))
        return answer(401, {{"WWW-Authenticate", "Basic realm=\"r\""}});
      return host(request, body);
    };
  };
  for (const char* location : {"https://storage.example/s1", "https://reg.example:8443/s1"}) {
    CAPTURE(location);
    const TempDir home = TempDir::create("mpk-test").take();
    REQUIRE(write_file_atomic(home.path() / "config.json",
                              R"({"auths":{"reg.example":{"auth":"dTpw"}}})")
                .has_value());
    FakeRemote remote(registry(location));
    remote.env.set("DOCKER_CONFIG", home.path().native());
    CHECK(push_blob(remote).take() == Pushed::uploaded);
    CHECK(push_stream(remote).take() == Pushed::uploaded);
    std::size_t foreign = 0, own = 0;
    for (const auto& seen : remote.transport.seen()) {
      const bool elsewhere = seen.url.starts_with(location);
      if (elsewhere) CHECK(test::authorization(seen).empty());
      (elsewhere ? foreign : own) += 1;
    }
    CHECK(foreign == 3);
    CHECK(test::authorization(remote.transport.seen()[1]) == "Basic dTpw");
    CHECK(own >= 3);
  }
}

TEST_CASE("a mount is tried where the blob may be, and a session that it opens is used") {
  const std::string mount =
      "POST " + kBase + "uploads/?mount=sha256%3A" + kBlob.digest.hex() + "&from=acme%2Fbase";
  Host host{.mount = 201};
  FakeRemote mounted{host};
  CHECK(push_blob(mounted, {"acme/llm", "acme/base"}).take() == Pushed::mounted);
  CHECK(test::requests(mounted.transport).back() == mount);
  CHECK(count(mounted, "POST") == 1);

  host.mount = 202;
  FakeRemote session{host};
  CHECK(push_blob(session, {"acme/base", "acme/third"}).take() == Pushed::uploaded);
  CHECK(test::requests(session.transport) == Strings{"HEAD " + kBase + kBlob.digest.text(), mount,
                                                     "PUT " + kBase + "uploads/s1?" + kQuery});

  host.mount = 405;
  FakeRemote refused{host};
  CHECK(push_blob(refused, {"acme/base"}).take() == Pushed::uploaded);
  CHECK(count(refused, "POST") == 2);
}

TEST_CASE("a refused upload has the kind of its status") {
  const struct {
    int status;
    ErrorKind kind;
  } rows[] = {{400, ErrorKind::mismatch},
              {403, ErrorKind::denied},
              {413, ErrorKind::too_large},
              {401, ErrorKind::unauthorized},
              {405, ErrorKind::unsupported}};
  for (const auto& row : rows) {
    CAPTURE(row.status);
    FakeRemote put{Host{.put = row.status}};
    CHECK(push_blob(put).error().kind() == row.kind);
    CHECK(count(put, "PUT") == 1);
    if (row.status == 400) continue;
    FakeRemote post{Host{.post = row.status}};
    CHECK(push_blob(post).error().kind() == row.kind);
    CHECK(push_stream(post).error().kind() == row.kind);
  }
}

TEST_CASE("a stream is sent in one PATCH; its digest comes with the closing PUT") {
  FakeRemote remote{Host{}};
  CHECK(push_stream(remote).take() == Pushed::uploaded);
  CHECK(test::requests(remote.transport) ==
        Strings{"POST " + kBase + "uploads/", "PATCH " + kBase + "uploads/s1",
                "PUT " + kBase + "uploads/s1?part=2&" + kQuery});
  const auto seen = remote.transport.seen();
  CHECK(seen[1].body == kContent);
  CHECK(seen[1].headers.get("Content-Type") == "application/octet-stream");
  CHECK(seen[2].body.empty());
}

TEST_CASE("any success answers a PATCH, with or without where to go on") {
  for (const int status : {200, 201, 202, 204}) {
    for (const char* location : {"", "s2"}) {
      CAPTURE(status);
      CAPTURE(location);
      FakeRemote remote{Host{.patch_location = location, .patch = status}};
      CHECK(push_stream(remote).take() == Pushed::uploaded);
      CHECK(remote.transport.seen().back().url ==
            kBase + "uploads/" + (*location == '\0' ? "s1" : location) + "?" + kQuery);
    }
  }
}

TEST_CASE("a host that takes no streams is remembered, and its session cancelled") {
  for (const int status : {404, 405, 411, 413, 416, 501}) {
    CAPTURE(status);
    FakeRemote remote{Host{.patch = status}};
    CHECK(push_stream(remote).error().kind() == ErrorKind::unsupported);
    CHECK(test::requests(remote.transport).back() == "DELETE " + kBase + "uploads/s1");
    const auto before = remote.transport.seen().size();
    CHECK(push_stream(remote).error().kind() == ErrorKind::unsupported);
    CHECK(remote.transport.seen().size() == before);
    CHECK(push_blob(remote).take() == Pushed::uploaded);
  }
}

TEST_CASE("an upload that breaks off starts over in a new session, five times at most") {
  for (const unsigned fails : {1U, 4U, 5U}) {
    CAPTURE(fails);
    FakeRemote stream{Host{.patch_fails = fails}};
    const auto streamed = push_stream(stream);
    CHECK(streamed.has_value() == (fails < 5));
    CHECK(count(stream, "POST") == std::min(fails + 1, 5U));
    CHECK(stream.pauses == std::min(fails, 4U));
    FakeRemote whole{Host{.put_fails = fails}};
    const auto pushed = push_blob(whole);
    CHECK(pushed.has_value() == (fails < 5));
    CHECK(count(whole, "POST") == std::min(fails + 1, 5U));
    for (const auto& seen : whole.transport.seen()) {
      if (seen.method == "PUT") CHECK(seen.body == kContent);
    }
    if (fails < 5) continue;
    CHECK(streamed.error().kind() == ErrorKind::network);
    CHECK(pushed.error().kind() == ErrorKind::timeout);
  }
}

TEST_CASE("an upload of which nobody knows how much the host took starts over") {
  for (const char* range : {"0-6", "bytes=0-6"}) {
    FakeRemote good{Host{.range = range}};
    CHECK(push_stream(good).take() == Pushed::uploaded);
    CHECK(count(good, "PATCH") == 1);
  }
  for (const char* range : {"0-0", "0-13", "nonsense"}) {
    CAPTURE(range);
    FakeRemote remote{Host{.range = range}};
    CHECK(push_stream(remote).error().kind() == ErrorKind::network);
    CHECK(count(remote, "PATCH") == 5);
    CHECK(count(remote, "PUT") == 0);
    CHECK(count(remote, "DELETE") == 5);
  }
}

TEST_CASE("a session that is gone at its end had been closed, or is tried again") {
  FakeRemote closed{Host{.head = 200, .put = 404}};
  CHECK(push_stream(closed).take() == Pushed::uploaded);
  CHECK(count(closed, "POST") == 1);
  FakeRemote lost{Host{.put = 404}};
  CHECK(push_stream(lost).error().kind() == ErrorKind::network);
  CHECK(count(lost, "POST") == 5);
}

namespace {

// Gives every session a place of its own, and is too busy for the first bytes.
struct BusyHost {
  int status;
  unsigned busy = 1;
  unsigned sessions = 0;
  Result<http::Response> operator()(const http::Request& request, const std::string& body) {
    if (request.method == "HEAD") return answer(404);
    if (request.method == "POST")
      return answer(202, {{"Location", "/up/" + std::to_string(++sessions)}});
    if (!body.empty() && busy > 0) {
      --busy;
      return answer(status, {{"Retry-After", "7"}});
    }
    return answer(request.method == "PUT" ? 201 : 202);
  }
};

}  // namespace

TEST_CASE("bytes that a host is too busy for go to a new session, after the time it asks for") {
  for (const int status : {429, 503}) {
    for (const bool streams : {false, true}) {
      CAPTURE(status);
      CAPTURE(streams);
      std::vector<std::string> told;
      WiredRemote remote(BusyHost{status}, Logger(LogLevel::warning, [&](LogLevel, auto text) {
                           told.emplace_back(text);
                         }));
      CHECK((streams ? push_stream(remote) : push_blob(remote)).take() == Pushed::uploaded);
      std::vector<std::string> places;
      for (const auto& seen : remote.transport.seen()) {
        if (!seen.body.empty()) places.push_back(test::url(seen.url).path);
      }
      CHECK(places == Strings{"/up/1", "/up/2"});
      CHECK(remote.slept == 7000);
      REQUIRE(told.size() == 1);
      CHECK(told[0].find("answered " + std::to_string(status)) != std::string::npos);
      CHECK(told[0].find("trying again in 7 s") != std::string::npos);
    }
  }
  WiredRemote never(BusyHost{503, 100});
  CHECK(push_blob(never).error().kind() == ErrorKind::network);
  CHECK(count(never, "PUT") == 5);
}

TEST_CASE("a blob is there when a HEAD says so, with its size or from the registry itself") {
  const struct {
    const char* length;
    const char* place;  // after redirects
    bool there;
  } rows[] = {
      {"7", "https://reg.example/x", true},         {"7", "https://storage.example/x", true},
      {"", "https://reg.example/x", true},          {"", "https://storage.example/x", false},
      {"1234", "https://storage.example/x", false}, {"1234", "https://reg.example/login", false},
      {"0", "https://reg.example/x", false},        {"7x", "https://reg.example/x", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.length);
    CAPTURE(row.place);
    FakeRemote remote([&](const http::Request&, const std::string&) -> Result<http::Response> {
      auto response = answer(200, Host::headers("Content-Length", row.length));
      response.url = test::url(row.place);
      return response;
    });
    CHECK(remote.store->has_blob(kBlob).take() == row.there);
  }
}

TEST_CASE("a source or digest that fails ends the upload and cancels its session") {
  FakeRemote remote{Host{}};
  BrokenSource source;
  const auto no_digest = []() -> Result<Digest> {
    return Error(ErrorKind::mismatch, "it changed");
  };
  CHECK(remote.store->push_stream(source, 7, no_digest).error().message() == "the file grew");
  CHECK(count(remote, "DELETE") == 1);
  http::TextSource text(kContent);
  CHECK(remote.store->push_stream(text, 7, no_digest).error().message() == "it changed");
  CHECK(count(remote, "DELETE") == 2);
  CHECK(count(remote, "PUT") == 0);
  CHECK(count(remote, "POST") == 2);
}

TEST_CASE("an empty stream is an empty blob") {
  FakeRemote remote{Host{}};
  http::TextSource nothing("");
  const auto empty = crypto::sha256(std::string_view());
  CHECK(remote.store->push_stream(nothing, 0, [&]() -> Result<Digest> { return empty; }).take() ==
        Pushed::uploaded);
  CHECK(count(remote, "PATCH") == 0);
  CHECK(remote.transport.seen().back().url == kBase + "uploads/s1?digest=sha256%3A" + empty.hex());
}
