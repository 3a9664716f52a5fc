// Env: unset and empty are one, and the directories that follow.
#include "base/env.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;

namespace {

using Values = std::map<std::string, std::string>;

}  // namespace

TEST_CASE("an empty variable is an unset one") {
  MapEnv env(Values{{"A", "1"}, {"B", ""}});
  CHECK(env.get("A") == "1");
  CHECK_FALSE(env.get("B"));
  CHECK_FALSE(env.get("C"));
  env.set("A", "");
  env.set("C", "3");
  CHECK_FALSE(env.get("A"));
  CHECK(env.get("C") == "3");
}

TEST_CASE("the system's environment is read") {
  CHECK(SystemEnv().get("PATH"));
  CHECK_FALSE(SystemEnv().get("MPK_TEST_NO_SUCH_VARIABLE"));
}

TEST_CASE("the data directory follows XDG_DATA_HOME, else HOME") {
  CHECK(MapEnv(Values{{"HOME", "/home/me"}}).data_dir().value() == "/home/me/.local/share/mpk");
  CHECK(MapEnv(Values{{"XDG_DATA_HOME", "/data"}}).data_dir().value() == "/data/mpk");
  // A relative one is invalid by the XDG specification.
  CHECK(MapEnv(Values{{"HOME", "/home/me"}, {"XDG_DATA_HOME", "data"}}).data_dir().value() ==
        "/home/me/.local/share/mpk");
}

TEST_CASE("the cache directory follows XDG_CACHE_HOME, else HOME") {
  CHECK(MapEnv(Values{{"HOME", "/home/me"}}).cache_dir().value() == "/home/me/.cache/mpk");
  CHECK(MapEnv(Values{{"XDG_CACHE_HOME", "/fast"}}).cache_dir().value() == "/fast/mpk");
  CHECK(MapEnv(Values{{"HOME", "/home/me"}, {"XDG_CACHE_HOME", "fast"}}).cache_dir().value() ==
        "/home/me/.cache/mpk");
  CHECK(MapEnv().cache_dir().error().kind() == ErrorKind::usage);
}

TEST_CASE("without HOME there is no home and no data directory") {
  CHECK(MapEnv(Values{{"HOME", "/root"}}).home().value() == "/root");
  CHECK(MapEnv().home().error().kind() == ErrorKind::usage);
  CHECK(MapEnv(Values{{"XDG_DATA_HOME", "data"}}).data_dir().error().kind() == ErrorKind::usage);
}
