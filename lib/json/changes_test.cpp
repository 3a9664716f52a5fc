// changes: two documents, side by side.
#include "json/changes.hpp"

#include "json/parse.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace mpk;

namespace {

std::vector<std::string> found(const char* before, const char* after) {
  std::vector<std::string> out;
  for (const auto& change : json::changes(json::parse(before).take(), json::parse(after).take())) {
    out.push_back(change.pointer + ": " +
                  (change.before ? json::compact(*change.before) : "nothing") + " → " +
                  (change.after ? json::compact(*change.after) : "nothing"));
  }
  return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("what differs is named by its pointer") {
  CHECK(found(R"({"a":1,"b":{"c":[1,2]}})", R"({"b":{"c":[1,2]},"a":1})").empty());
  CHECK(found(R"({"a":{"b":1,"c":2}})", R"({"a":{"b":1,"c":3}})") == Lines{"/a/c: 2 → 3"});
  CHECK(found(R"({"a":1,"x":0})", R"({"x":0,"z/y":null})") ==
        Lines{"/a: 1 → nothing", "/z~1y: nothing → null"});
  CHECK(found(R"({"a":[1,2]})", R"({"a":[2,1]})") == Lines{"/a: [1,2] → [2,1]"});
  CHECK(found(R"({"a":{"b":1}})", R"({"a":"b"})") == Lines{R"(/a: {"b":1} → "b")"});
  CHECK(found("[]", "{}") == Lines{": [] → {}"});
}
