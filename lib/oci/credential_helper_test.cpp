// Tests of credential helpers: small scripts on PATH that speak docker's protocol.
#include "oci/credential_helper.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "json/value.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <ostream>

using namespace mpk;
using namespace mpk::oci;
namespace fs = std::filesystem;

namespace {

// A directory in front of PATH for as long as it lives.
class Helpers {
 public:
  Helpers() {
    const char* path = std::getenv("PATH");
    old_path_ = path == nullptr ? "" : path;
    setenv("PATH", (directory.path().native() + ":" + old_path_).c_str(), 1);
  }
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;
  ~Helpers() { setenv("PATH", old_path_.c_str(), 1); }

  /// docker-credential-NAME; "$1" is the action, standard input lands in the file `input`.
  void add(const std::string& name, const std::string& body) const {
    const fs::path path = directory.path() / ("docker-credential-" + name);
    std::ofstream(path) << "#!/bin/sh\necho \"$1\" >> " << (directory.path() / "calls").native()
                        << "\ncat > " << (directory.path() / "input").native() << "\n"
                        << body << "\n";
    fs::permissions(path, fs::perms::owner_all);
  }
  std::string text(const char* name) const {
    return read_file(directory.path() / name, 1U << 16).value_or("");
  }
  void configure(const Json& config) const {
    fs::create_directories(directory.path() / ".docker");
    std::ofstream(directory.path() / ".docker" / "config.json") << json::compact(config);
  }

  TempDir directory = TempDir::create("mpk-test").take();
  MapEnv env{{{"HOME", directory.path().native()}}};

 private:
  std::string old_path_;
};

constexpr const char* kAnswer = R"(echo '{"ServerURL":"x","Username":"u","Secret":"s"}')";

}  // namespace

TEST_CASE("a helper is asked for a server and gives name and secret") {
  const Helpers helpers;
  helpers.add("good", kAnswer);
  const auto found = helper_get("good", "ghcr.io");
  REQUIRE(found.has_value());
  REQUIRE(found->has_value());
  CHECK((*found)->username == "u");
  CHECK((*found)->password == "s");
  CHECK((*found)->identity_token.empty());
  CHECK(helpers.text("calls") == "get\n");
  CHECK(trim(helpers.text("input")) == "ghcr.io");
}

TEST_CASE("the name <token> means an identity token") {
  const Helpers helpers;
  helpers.add("cloud", R"(echo '{"Username":"<token>","Secret":"it"}')");
  const auto found = helper_get("cloud", "ghcr.io").take();
  REQUIRE(found.has_value());
  CHECK(found->identity_token == "it");
  CHECK(found->password.empty());
}

TEST_CASE("credentials not found is an answer, any other failure is an error") {
  const Helpers helpers;
  helpers.add("none", "echo 'credentials not found in native keychain'; exit 1");
  helpers.add("locked", "echo 'the keychain is locked'; exit 1");
  helpers.add("garbage", "echo 'not JSON'");
  helpers.add("partial", R"(echo '{"Username":"u"}')");
  helpers.add("empty", R"(echo '{"Username":"","Secret":""}')");
  const auto none = helper_get("none", "ghcr.io");
  REQUIRE(none.has_value());
  CHECK_FALSE(none->has_value());
  const auto empty = helper_get("empty", "ghcr.io");
  REQUIRE(empty.has_value());
  CHECK_FALSE(empty->has_value());

  const auto locked = helper_get("locked", "ghcr.io");
  REQUIRE_FALSE(locked.has_value());
  CHECK(locked.error().kind() == ErrorKind::io);
  CHECK(locked.error().text().find("docker-credential-locked get") != std::string::npos);
  CHECK(locked.error().text().find("the keychain is locked") != std::string::npos);
  CHECK(helper_get("garbage", "ghcr.io").error().kind() == ErrorKind::malformed);
  CHECK(helper_get("partial", "ghcr.io").error().kind() == ErrorKind::malformed);
}

TEST_CASE("what a helper prints is never repeated when it may hold a secret") {
  const Helpers helpers;
  helpers.add("garbage", "echo 'hunter2'");
  CHECK(helper_get("garbage", "x").error().text().find("hunter2") == std::string::npos);
}

TEST_CASE("a helper that is not there is named, and its name is no path") {
  const Helpers helpers;
  const auto missing = helper_get("nowhere", "ghcr.io");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().kind() == ErrorKind::io);
  CHECK(missing.error().text().find("docker-credential-nowhere") != std::string::npos);
  for (const char* name : {"", "../good", "a/b", "a b", "a;b", "a\n"}) {
    CAPTURE(name);
    CHECK(helper_get(name, "ghcr.io").error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("item 6: credHelpers come before credsStore, and both before auths") {
  const Helpers helpers;
  helpers.add("store", R"(echo '{"Username":"store","Secret":"s"}')");
  helpers.add("special", R"(echo '{"Username":"special","Secret":"s"}')");
  helpers.add("none", "echo 'credentials not found in native keychain'; exit 1");
  const Json auths = {{"ghcr.io", {{"auth", "ZmlsZTpw"}}}};
  const auto name_for = [&](const Json& config) {
    helpers.configure(config);
    const auto found = find_credential("ghcr.io", "acme/llm", helpers.env);
    if (!found) return std::string(to_string(found.error().kind()));
    return *found ? (*found)->username : std::string("none");
  };
  CHECK(name_for({{"auths", auths}}) == "file");
  CHECK(name_for({{"auths", auths}, {"credsStore", "store"}}) == "store");
  CHECK(name_for({{"auths", auths}, {"credsStore", ""}}) == "file");
  CHECK(name_for({{"auths", auths}, {"credsStore", "none"}}) == "file");
  CHECK(name_for({{"credsStore", "none"}}) == "none");
  CHECK(name_for({{"credsStore", "store"}, {"credHelpers", {{"ghcr.io", "special"}}}}) ==
        "special");
  CHECK(name_for({{"credsStore", "store"}, {"credHelpers", {{"quay.io", "special"}}}}) == "store");
  CHECK(name_for({{"credsStore", "store"}, {"credHelpers", {{"ghcr.io", ""}}}, {"auths", auths}}) ==
        "file");
  CHECK(name_for({{"credsStore", "nowhere"}, {"auths", auths}}) == "io");
}

TEST_CASE("a helper is asked for docker.io by the name that docker uses") {
  const Helpers helpers;
  helpers.add("store", kAnswer);
  helpers.configure({{"credsStore", "store"}});
  REQUIRE(find_credential("docker.io", "library/x", helpers.env).take().has_value());
  CHECK(trim(helpers.text("input")) == "https://index.docker.io/v1/");
}

TEST_CASE("saving and erasing go to the helper, and no secret to the file") {
  const Helpers helpers;
  helpers.add("store", kAnswer);
  helpers.configure({{"credsStore", "store"}});
  const auto saved = save_credential("ghcr.io", {"u", "hunter2", ""}, helpers.env);
  REQUIRE(saved.has_value());
  CHECK(saved->where == "docker-credential-store");
  CHECK_FALSE(saved->plain_text);
  CHECK(helpers.text("input") == R"({"Secret":"hunter2","ServerURL":"ghcr.io","Username":"u"})");
  CHECK(helpers.text(".docker/config.json").find("hunter2") == std::string::npos);
  CHECK(erase_credential("ghcr.io", helpers.env).take() == "docker-credential-store");
  CHECK(helpers.text("calls") == "store\nget\nerase\n");
}

TEST_CASE("a helper that refuses to save is an error") {
  const Helpers helpers;
  helpers.add("full", "echo 'no room' >&2; exit 1");
  helpers.configure({{"credsStore", "full"}});
  const auto saved = save_credential("ghcr.io", {"u", "hunter2", ""}, helpers.env);
  REQUIRE_FALSE(saved.has_value());
  CHECK(saved.error().text().find("no room") != std::string::npos);
  CHECK(saved.error().text().find("hunter2") == std::string::npos);
}
