// Whatever registry, storage and foreign hosts answer: who gets to see a secret.
#include "base/encoding.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "oci/host_certificates.hpp"
#include "oci/media_type.hpp"
#include "oci/test_artifacts.hpp"
#include "oci/test_registry_answers.hpp"
#include "oci/test_wired_transport.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <functional>
#include <ostream>
#include <random>
#include <set>
#include <utility>

using namespace mpk;
using namespace mpk::oci;
using test::answer;
using Remote = test::RemoteOver<test::WiredTransport<mpk::testing::FakeTransport>>;

namespace {

// The registry, the token realm that it names, and what must see nothing: its storage, somebody
// else, and the same two names over another port or scheme.
const std::string kRegistry = "https://reg.example", kRealm = "https://auth.example";
const std::array<std::string, 6> kForeign = {"https://storage.example",   "https://evil.example",
                                             "https://reg.example:8443",  "http://reg.example",
                                             "https://auth.example:8443", "http://auth.example"};
const Descriptor kBlob = Descriptor::of("a/b", "weights");

class World {
 public:
  World(unsigned seed, std::function<Result<http::TlsFiles>(const Url&)> certificates)
      : dice_(seed), certificates_(std::move(certificates)) {}

  Result<http::Response> operator()(const http::Request& request, const std::string& body) {
    auto host = request.url;
    host.path = "/";
    host.query.clear();
    auto origin = host.text();
    origin.pop_back();
    look_for_secrets(origin, request, body);
    // What the transport asks for before each hop.
    if (!certificates_(request.url).take().certificate.empty()) shown.insert(origin);
    if (one_in(12)) return Error(ErrorKind::network, "broken");
    if (one_in(3)) return redirect();
    if (origin == kRealm) return realm();
    if (origin == kRegistry) return registry(request);
    return foreign(request);
  }

  std::set<std::string> told;   // origins that saw a secret
  std::set<std::string> shown;  // origins that saw the client certificate
  std::vector<std::string> log;

 private:
  unsigned roll(unsigned sides) {
    return std::uniform_int_distribution<unsigned>(0, sides - 1)(dice_);
  }
  bool one_in(unsigned sides) { return roll(sides) == 0; }

  void look_for_secrets(const std::string& origin, const http::Request& request,
                        const std::string& body) {
    std::string text = request.url.text() + "\n" + body;
    for (const auto& [name, value] : request.headers.list()) text += "\n" + name + ": " + value;
    log.push_back(request.method + " " + text);
    for (const std::string& secret :
         {std::string("s3cret"), base64_encode(as_bytes("s3cret-user:s3cret-pw"))}) {
      if (text.find(secret) != std::string::npos) told.insert(origin);
    }
  }
  std::string anywhere() {
    const auto n = roll(8);
    const auto& origin = n == 0 ? kRegistry : n == 1 ? kRealm : kForeign.at(n - 2);
    return origin + "/x" + std::to_string(roll(100));
  }
  http::Response redirect() {
    constexpr std::array kStatuses = {301, 302, 303, 307, 308};
    return answer(kStatuses.at(roll(5)), {{"Location", anywhere()}}, "");
  }
  http::Response realm() {
    if (one_in(4)) return answer(roll(2) == 0 ? 401 : 404);
    return answer(200, {}, R"({"token":"s3cret-bearer-)" + std::to_string(roll(1000)) + "\"}");
  }
  http::Response registry(const http::Request& request) {
    const bool known = request.headers.get("Authorization").has_value();
    if (!known || one_in(5)) {
      if (one_in(3)) return answer(401, {{"WWW-Authenticate", "Basic realm=\"r\""}});
      // A realm that is less safe than the registry is none of its own.
      if (one_in(6))
        return answer(401, {{"WWW-Authenticate", R"(Bearer realm="http://auth.example/token")"}});
      return answer(401,
                    {{"WWW-Authenticate", "Bearer realm=\"" + kRealm + "/token\",service=\"r\""}});
    }
    return work(request, one_in(2) ? anywhere() : kRegistry + "/up");
  }
  // Tries to be taken for the registry.
  http::Response foreign(const http::Request& request) {
    const auto self = one_in(2) ? request.url.text() : anywhere();
    switch (roll(5)) {
      case 0:
        return answer(401, {{"WWW-Authenticate", "Bearer realm=\"" + self + "\",service=\"r\""}});
      case 1:
        return answer(401, {{"WWW-Authenticate", "Basic realm=\"r\""}});
      case 2:
        return answer(401, {{"WWW-Authenticate", "Bearer realm=\"" + kRealm + "/token\""}});
      case 3:
        return answer(200, {}, R"({"token":"planted","access_token":"planted"})");
      default:
        return work(request, self);
    }
  }
  http::Response work(const http::Request& request, const std::string& location) {
    constexpr std::array kStatuses = {200, 201, 202, 204, 400, 403, 404, 404, 429, 503};
    const auto link = "<" + location + ">; rel=\"next\"";
    const int status = request.method == "POST" && !one_in(4) ? 202 : kStatuses.at(roll(10));
    return answer(status, {{"Location", location}, {"Link", link}, {"Retry-After", "1"}},
                  one_in(2) ? R"({"tags":["a"]})" : "");
  }

  std::mt19937 dice_;
  std::function<Result<http::TlsFiles>(const Url&)> certificates_;
};

// Everything that a store does, whatever comes of it.
void use(Store& store) {
  const auto ignore = [](const auto& result) { static_cast<void>(result); };
  http::TextSource source("weights");
  ignore(store.tags());
  ignore(store.resolve("1.0"));
  ignore(store.fetch_blob(kBlob, [](BytesView) { return Result<void>(); }));
  ignore(store.fetch_range(kBlob, 1, 3, [](BytesView) { return Result<void>(); }));
  ignore(store.push_blob(kBlob, source, {"acme/base"}));
  ignore(source.rewind());
  ignore(store.push_stream(source, 7, []() -> Result<Digest> { return kBlob.digest; }));
  const auto artifact = test::serialized({.artifact_type = "a/b",
                                          .config = Descriptor::of(kEmptyType, kEmptyBlob),
                                          .subject = Descriptor::of(kManifestType, "subject")});
  ignore(store.push_manifest(artifact.descriptor, artifact.bytes, "2.0"));
  ignore(store.referrers(artifact.descriptor.digest));
  ignore(store.remove_manifest(artifact.descriptor));
  ignore(store.remove_tag("1.0"));
}

}  // namespace

TEST_CASE("no host but the registry and its token realm ever sees a secret") {
  const TempDir home = TempDir::create("mpk-test").take();
  const auto basic = base64_encode(as_bytes("s3cret-user:s3cret-pw"));
  const auto certificates = home.path() / "certs.d";
  std::filesystem::create_directories(certificates / "reg.example");
  for (const char* name : {"client.cert", "client.key"}) {
    REQUIRE(write_file_atomic(certificates / "reg.example" / name, "PEM").has_value());
  }
  std::set<std::string> told, shown;
  for (unsigned seed = 0; seed < 600; ++seed) {
    const auto entry = seed % 2 == 0 ? R"("auth":")" + basic + "\""
                                     : std::string(R"("identitytoken":"s3cret-refresh")");
    REQUIRE(write_file_atomic(home.path() / "config.json",
                              R"({"auths":{"reg.example":{)" + entry + "}}}")
                .has_value());
    World world(seed, host_certificates({certificates}));
    Remote remote(std::ref(world));
    remote.env.set("DOCKER_CONFIG", home.path().native());
    use(*remote.store);
    for (const auto& foreign : kForeign) {
      if (!world.told.contains(foreign)) continue;
      CAPTURE(seed);
      FAIL(foreign << " saw a secret; requests:\n" << join(world.log, "\n\n"));
    }
    told.merge(world.told);
    shown.merge(world.shown);
  }
  // Both were told, so the search for secrets finds them.
  CHECK(told == std::set{kRegistry, kRealm});
  CHECK(shown == std::set{kRegistry});
}
