// Tests of host_certificates: which directory counts, and what in it is refused.
#include "oci/host_certificates.hpp"

#include "base/file.hpp"
#include "oci/test_registry_answers.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <utility>

using namespace mpk;
using namespace mpk::oci;
namespace fs = std::filesystem;

namespace {

constexpr const char* kPem = "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n";

struct Roots {
  TempDir dir = TempDir::create("mpk-test").take();
  std::vector<fs::path> paths = {dir.path() / "mine", dir.path() / "system"};

  void put(const std::string& name, std::string_view text = kPem) const {
    fs::create_directories((dir.path() / name).parent_path());
    REQUIRE(write_file_atomic(dir.path() / name, text).has_value());
  }
  Result<http::TlsFiles> of(std::string_view url) const {
    return host_certificates(paths)(test::url(url));
  }
  // "ca" and the client certificate's place, as far as there are any.
  std::string found(std::string_view url) const {
    const auto files = of(url);
    if (!files) return std::string(to_string(files.error().kind()));
    return (files->authorities.empty() ? "" : "ca ") +
           files->certificate.lexically_relative(dir.path()).native();
  }
};

}  // namespace

TEST_CASE("item 28: certificates are found under the host, with its port, and no other") {
  const Roots roots;
  roots.put("mine/reg.example/client.cert");
  roots.put("mine/reg.example/client.key");
  roots.put("mine/reg.example:8443/ca.crt");
  roots.put("mine/other.example:443/ca.crt");
  roots.put("mine/[::1]:5000/ca.crt");
  const std::pair<const char*, const char*> rows[] = {
      {"https://reg.example/v2/", "mine/reg.example/client.cert"},
      {"https://reg.example:443/v2/", "mine/reg.example/client.cert"},
      {"https://REG.example/v2/", "mine/reg.example/client.cert"},
      {"https://reg.example:8443/", "ca "},
      {"https://reg.example:8444/", ""},
      {"https://other.example/", "ca "},
      {"https://other.example:444/", ""},
      {"https://[::1]:5000/", "ca "},
      {"https://sub.reg.example/", ""},
      {"https://example/", ""},
      {"http://reg.example/", ""},
      {"http://reg.example:8443/", ""},
  };
  for (const auto& [url, expected] : rows) {
    CAPTURE(url);
    CHECK(roots.found(url) == expected);
  }
}

TEST_CASE("item 28: the first root that knows the host counts alone") {
  const Roots roots;
  roots.put("system/reg.example/ca.crt");
  roots.put("system/reg.example/a.cert");
  roots.put("system/reg.example/a.key");
  CHECK(roots.found("https://reg.example/") == "ca system/reg.example/a.cert");
  roots.put("mine/reg.example/README");
  CHECK(roots.found("https://reg.example/").empty());
  MapEnv env;
  env.set("HOME", "/home/u");
  CHECK(certificate_roots(env) ==
        std::vector<fs::path>{"/home/u/.config/containers/certs.d", "/etc/containers/certs.d",
                              "/home/u/.config/docker/certs.d", "/etc/docker/certs.d"});
  CHECK(certificate_roots(MapEnv()).size() == 2);
}

TEST_CASE("item 28: a directory with half a client certificate, two, or no PEM is an error") {
  const struct {
    std::vector<const char*> files;
    const char* expected;
  } rows[] = {
      {{"a.crt", "b.crt"}, "ca "},
      {{"a.cert", "a.key", "b.crt", "notes.txt"}, "ca mine/reg.example/a.cert"},
      {{"a.cert"}, "malformed"},
      {{"a.key"}, "malformed"},
      {{"a.cert", "b.key"}, "malformed"},
      {{"a.cert", "a.key", "b.cert", "b.key"}, "unsupported"},
  };
  for (const auto& row : rows) {
    const Roots roots;
    for (const char* file : row.files) roots.put(std::string("mine/reg.example/") + file);
    CAPTURE(row.expected);
    CHECK(roots.found("https://reg.example/") == row.expected);
  }
  const Roots roots;
  roots.put("mine/reg.example/ca.crt", "\x30\x82\x01");
  CHECK(roots.found("https://reg.example/") == "malformed");
}

TEST_CASE("a host that a redirect made up stays below the root") {
  const Roots roots;
  roots.put("client.cert");
  roots.put("client.key");
  roots.put("mine/client.cert");
  roots.put("mine/client.key");
  for (const char* host : {".", "..", "...", ""}) {
    Url url = test::url("https://reg.example/");
    url.host = host;
    CHECK(host_certificates(roots.paths)(url).take().certificate.empty());
  }
}

TEST_CASE("a directory is read once") {
  const Roots roots;
  roots.put("mine/reg.example/ca.crt");
  const auto certificates = host_certificates(roots.paths);
  CHECK_FALSE(certificates(test::url("https://reg.example/")).take().authorities.empty());
  fs::rename(roots.dir.path() / "mine", roots.dir.path() / "gone");
  CHECK_FALSE(certificates(test::url("https://reg.example/v2/")).take().authorities.empty());
}
