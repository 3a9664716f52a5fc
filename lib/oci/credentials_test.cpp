// Tests of credentials: docker's and podman's files, in the forms that they are found in.
#include "oci/credentials.hpp"

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include <fstream>
#include <ostream>

using namespace mpk;
using namespace mpk::oci;
namespace fs = std::filesystem;

namespace {

// A home directory of its own; nothing of the real environment is seen.
struct Home {
  TempDir directory = TempDir::create("mpk-test").take();
  MapEnv env{{{"HOME", directory.path().native()}}};

  fs::path docker() const { return directory.path() / ".docker" / "config.json"; }
  void write(const fs::path& path, std::string_view text) const {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  std::string read(const fs::path& path) const { return read_file(path, 1U << 20).take(); }
  Json json_of(const fs::path& path) const { return json::parse(read(path)).take(); }

  /// "name/password", "token:…", "none" or the kind of the error.
  std::string find(std::string_view registry, std::string_view repository = "acme/llm") const {
    auto found = find_credential(registry, repository, env);
    if (!found) return "error " + std::string(to_string(found.error().kind()));
    if (!*found) return "none";
    const Credential& credential = **found;
    if (!credential.identity_token.empty()) return "token:" + credential.identity_token;
    return credential.username + "/" + credential.password;
  }
};

std::string auth(std::string_view text) { return base64_encode(as_bytes(text)); }

std::string auths(std::string_view key, std::string_view text) {
  return json::compact({{"auths", {{std::string(key), {{"auth", auth(text)}}}}}});
}

}  // namespace

TEST_CASE("item 6: a registry is found under each of the keys that programs write") {
  const struct {
    const char* key;
    const char* registry;
    const char* expected;
  } rows[] = {
      {"ghcr.io", "ghcr.io", "u/p"},
      {"https://ghcr.io", "ghcr.io", "u/p"},
      {"https://ghcr.io/v1/", "ghcr.io", "u/p"},
      {"ghcr.io/v2/", "ghcr.io", "u/p"},
      {"http://127.0.0.1:5000", "127.0.0.1:5000", "u/p"},
      {"ghcr.io/acme", "ghcr.io", "u/p"},
      {"ghcr.io/acme/llm", "ghcr.io", "u/p"},
      {"https://index.docker.io/v1/", "docker.io", "u/p"},
      {"docker.io", "docker.io", "u/p"},
      {"registry-1.docker.io", "docker.io", "u/p"},
      {"ghcr.io", "evil-ghcr.io", "none"},
      {"ghcr.io", "ghcr.io.evil.example", "none"},
      {"ghcr.io", "ghcr.io:8443", "none"},
      {"ghcr.io/acme/ll", "ghcr.io", "none"},
      {"ghcr.io/other", "ghcr.io", "none"},
      {"index.docker.io", "ghcr.io", "none"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.key);
    CAPTURE(row.registry);
    const Home home;
    home.write(home.docker(), auths(row.key, "u:p"));
    CHECK(home.find(row.registry) == row.expected);
  }
}

TEST_CASE("the longest path wins, a path of another repository does not count") {
  const Home home;
  home.write(home.docker(), json::compact({{"auths",
                                            {{"ghcr.io", {{"auth", auth("host:1")}}},
                                             {"ghcr.io/acme", {{"auth", auth("org:2")}}},
                                             {"ghcr.io/acme/llm", {{"auth", auth("repo:3")}}}}}}));
  CHECK(home.find("ghcr.io", "acme/llm") == "repo/3");
  CHECK(home.find("ghcr.io", "acme/llm/v2") == "repo/3");
  CHECK(home.find("ghcr.io", "acme/other") == "org/2");
  CHECK(home.find("ghcr.io", "acmex/llm") == "host/1");
  CHECK(home.find("ghcr.io", "") == "host/1");
}

TEST_CASE("the parts of an entry") {
  const struct {
    const char* name;
    Json entry;
    const char* expected;
  } rows[] = {
      {"a password with colons", {{"auth", auth("u:a:b:")}}, "u/a:b:"},
      {"NUL padding", {{"auth", auth(std::string_view("u:p\0\0\0", 6))}}, "u/p"},
      {"an empty password", {{"auth", auth("u:")}}, "u/"},
      {"name and password apart", {{"username", "u"}, {"password", "p"}}, "u/p"},
      {"an identity token", {{"auth", auth("u:")}, {"identitytoken", "it"}}, "token:it"},
      {"an identity token alone", {{"identitytoken", "it"}}, "token:it"},
      {"nothing, as docker leaves beside a helper", Json::object(), "none"},
      {"an empty auth", {{"auth", ""}}, "none"},
      {"no colon", {{"auth", auth("u")}}, "error malformed"},
      {"no base64", {{"auth", "u:p"}}, "error malformed"},
      {"a number", {{"auth", 5}}, "error malformed"},
      {"no object", "u:p", "error malformed"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const Home home;
    Json config;
    config["auths"]["ghcr.io"] = row.entry;
    home.write(home.docker(), json::compact(config));
    CHECK(home.find("ghcr.io") == row.expected);
  }
}

TEST_CASE("files are asked in order, and the first that knows the registry wins") {
  Home home;
  CHECK(home.find("ghcr.io") == "none");
  const auto root = home.directory.path();
  const std::pair<const char*, fs::path> files[] = {
      {"4", root / ".config" / "containers" / "auth.json"},
      {"3", root / "run" / "containers" / "auth.json"},
      {"2", home.docker()},
      {"1", root / "named.json"},
  };
  home.env.set("XDG_RUNTIME_DIR", (root / "run").native());
  home.env.set("REGISTRY_AUTH_FILE", (root / "named.json").native());
  for (const auto& [password, path] : files) {
    home.write(path, auths("ghcr.io", std::string("u:") + password));
    CHECK(home.find("ghcr.io") == std::string("u/") + password);
  }
  home.write(root / "named.json", auths("quay.io", "q:0"));
  CHECK(home.find("ghcr.io") == "u/2");
  home.env.set("DOCKER_CONFIG", (root / "elsewhere").native());
  CHECK(home.find("ghcr.io") == "u/3");
  home.write(root / "elsewhere" / "config.json", auths("ghcr.io", "u:5"));
  CHECK(home.find("ghcr.io") == "u/5");
}

TEST_CASE("a broken file is named, an empty one is none") {
  const Home home;
  for (const char* text : {"{", "[]", "{\"auths\":[]}", "{\"auths\":{},\"auths\":{}}"}) {
    CAPTURE(text);
    home.write(home.docker(), text);
    const auto found = find_credential("ghcr.io", "acme/llm", home.env);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().kind() == ErrorKind::malformed);
    CHECK(found.error().text().find(home.docker().native()) != std::string::npos);
  }
  for (const char* text : {"", " \n", "{}", "{\"auths\":null}"}) {
    CAPTURE(text);
    home.write(home.docker(), text);
    CHECK(home.find("ghcr.io") == "none");
  }
}

TEST_CASE("an error about an entry does not tell its secret") {
  const Home home;
  home.write(home.docker(), R"({"auths":{"ghcr.io":{"auth":"hunter2!"}}})");
  const auto found = find_credential("ghcr.io", "acme/llm", home.env);
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().text().find("ghcr.io") != std::string::npos);
  CHECK(found.error().text().find("hunter2") == std::string::npos);
}

TEST_CASE("saving keeps the other members and leaves the file to its owner") {
  const Home home;
  home.write(home.docker(),
             R"({"auths":{"quay.io":{"auth":"cTpx"}},"HttpHeaders":{"X":"1"},"psFormat":"t"})");
  const auto saved = save_credential("ghcr.io", {"u", "p:q", ""}, home.env);
  REQUIRE(saved.has_value());
  CHECK(saved->where == home.docker().native());
  CHECK(saved->plain_text);
  CHECK(home.find("ghcr.io") == "u/p:q");
  CHECK(home.find("quay.io") == "q/q");
  const Json config = home.json_of(home.docker());
  CHECK(config["HttpHeaders"]["X"] == "1");
  CHECK(config["psFormat"] == "t");
  struct stat status{};
  REQUIRE(stat(home.docker().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);

  REQUIRE(save_credential("ghcr.io", {"u2", "p2", ""}, home.env).has_value());
  CHECK(home.find("ghcr.io") == "u2/p2");
}

TEST_CASE("the first credential makes the file; docker.io is saved as docker does") {
  const Home home;
  REQUIRE(save_credential("docker.io", {"u", "p", ""}, home.env).has_value());
  const Json config = home.json_of(home.docker());
  CHECK(config == Json{{"auths", {{"https://index.docker.io/v1/", {{"auth", auth("u:p")}}}}}});
  CHECK(home.find("docker.io") == "u/p");
}

TEST_CASE("a broken file is not overwritten by saving") {
  const Home home;
  home.write(home.docker(), "{ my notes");
  CHECK(save_credential("ghcr.io", {"u", "p", ""}, home.env).error().kind() ==
        ErrorKind::malformed);
  CHECK(home.read(home.docker()) == "{ my notes");
}

TEST_CASE("erasing takes one registry out, under all its keys, or finds none") {
  const Home home;
  home.write(home.docker(), json::compact({{"auths",
                                            {{"ghcr.io", {{"auth", auth("a:1")}}},
                                             {"https://ghcr.io/v1/", {{"auth", auth("a:2")}}},
                                             {"quay.io", {{"auth", auth("q:3")}}}}},
                                           {"psFormat", "t"}}));
  const auto erased = erase_credential("ghcr.io", home.env);
  REQUIRE(erased.has_value());
  CHECK(*erased == home.docker().native());
  CHECK(home.find("ghcr.io") == "none");
  CHECK(home.find("quay.io") == "q/3");
  CHECK(home.json_of(home.docker())["psFormat"] == "t");
  CHECK(erase_credential("ghcr.io", home.env).error().kind() == ErrorKind::not_found);
  CHECK(erase_credential("ghcr.io", Home().env).error().kind() == ErrorKind::not_found);
}
