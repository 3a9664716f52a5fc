// Tests of hosts.toml: order, what a mirror may be asked, and which entries are left out.
#include "oci/mirrors.hpp"

#include "base/file.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::oci;
namespace fs = std::filesystem;

namespace {

struct Roots {
  TempDir dir = TempDir::create("mpk-test").take();
  std::vector<fs::path> paths = {dir.path() / "mine", dir.path() / "system"};
  mutable std::vector<std::string> warnings;

  void put(const std::string& name, std::string_view text) const {
    fs::create_directories((dir.path() / name).parent_path());
    REQUIRE(write_file_atomic(dir.path() / name, text).has_value());
  }
  Result<std::vector<Mirror>> read(std::string_view registry) const {
    const Logger logger(LogLevel::warning,
                        [this](LogLevel, std::string_view text) { warnings.emplace_back(text); });
    return mirrors_of(registry, paths, logger);
  }
  // "https://a/ prefix/ resolves; …"
  std::string found(std::string_view registry) const {
    const auto mirrors = read(registry);
    if (!mirrors) return std::string(to_string(mirrors.error().kind()));
    std::string out;
    for (const auto& mirror : *mirrors)
      out += mirror.base.text() + mirror.prefix + (mirror.resolves ? " resolves; " : "; ");
    return out;
  }
};

}  // namespace

TEST_CASE("item 29: mirrors come in the order of the file, each with what it may be asked") {
  const Roots roots;
  roots.put("mine/ghcr.io/hosts.toml", R"(
server = "https://ghcr.io"
[host."https://z.example"]
  capabilities = ["pull", "resolve"]
[host."http://a.example:5000"]
  capabilities = ["pull"]
  skip_verify = false
  dial_timeout = "1s"
[host."b.example"]
[host."https://harbor.example/v2/proxy-cache"]
  capabilities = ["pull"]
  override_path = true
[host."https://push.example"]
  capabilities = ["push", "resolve"]
)");
  CHECK(roots.found("ghcr.io") ==
        "https://z.example/ resolves; http://a.example:5000/; https://b.example/ resolves; "
        "https://harbor.example/proxy-cache/; ");
  CHECK(roots.warnings.empty());
  CHECK(roots.found("ghcr.io:443") == roots.found("ghcr.io"));
  CHECK(roots.found("ghcr.io:444").empty());
  CHECK(roots.found("quay.io").empty());
}

TEST_CASE("the first directory with a file for the registry counts alone") {
  const Roots roots;
  roots.put("system/reg.example/hosts.toml", "[host.\"https://system.example\"]");
  CHECK(roots.found("reg.example") == "https://system.example/ resolves; ");
  roots.put("mine/reg.example/ca.crt", "x");
  CHECK(roots.found("reg.example") == "https://system.example/ resolves; ");
  roots.put("mine/reg.example/hosts.toml", "");
  CHECK(roots.found("reg.example").empty());
}

TEST_CASE("an entry that wants more than mpk does is left out, with a warning") {
  for (const std::string entry :
       {R"([host."https://m.example"]
skip_verify = true)",
        R"([host."https://m.example"]
ca = "/etc/ca.pem")",
        R"([host."https://m.example".header]
x = "y")",
        R"([host."https://m.example/path"])", R"([host."https://m.example/v2/../x"]
override_path = true)",
        R"([host."https://m.example/v1/x"]
override_path = true)",
        R"([host."https://user:secret@m.example"])", R"([host."ftp://m.example"])", R"([host]
"https://m.example" = 1)"}) {
    CAPTURE(entry);
    const Roots roots;
    roots.put("mine/reg.example/hosts.toml", entry + "\n[host.\"https://next.example\"]\n");
    CHECK(roots.found("reg.example") == "https://next.example/ resolves; ");
    REQUIRE(roots.warnings.size() == 1);
    CHECK(roots.warnings.front().find("is left out") != std::string::npos);
    CHECK(roots.warnings.front().find("secret") == std::string::npos);
  }
}

TEST_CASE("a file that is no TOML, or too large, is refused and named") {
  const Roots roots;
  roots.put("mine/reg.example/hosts.toml", "[host");
  const auto refused = roots.read("reg.example");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind() == ErrorKind::malformed);
  CHECK(refused.error().text().find("hosts.toml:1:") != std::string::npos);
  roots.put("mine/reg.example/hosts.toml", "host = 1");
  CHECK(roots.found("reg.example") == "malformed");
  roots.put("mine/reg.example/hosts.toml", "#" + std::string(256U << 10, ' '));
  CHECK(roots.found("reg.example") == "too_large");
}
