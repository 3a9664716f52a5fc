// Paths of the registry, and names of repositories.
#include "sandbox/registry_route.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace mpk::sandbox {
namespace {

using Kind = Route::Kind;

TEST_CASE("a path is read from its end, since a repository's name may hold any verb") {
  struct Case {
    const char* path;
    Kind kind;
    const char* repository;
    const char* target;
  };
  for (const auto& c :
       {Case{"/v2/", Kind::base, "", ""}, Case{"/v2", Kind::base, "", ""},
        Case{"/token", Kind::token, "", ""}, Case{"/v2/a/tags/list", Kind::tags, "a", ""},
        Case{"/v2/a/b/blobs/uploads/", Kind::uploads, "a/b", ""},
        Case{"/v2/a/blobs/uploads", Kind::uploads, "a", ""},
        Case{"/v2/a/blobs/uploads/x", Kind::upload, "a", "x"},
        Case{"/v2/a/blobs/sha256:00", Kind::blob, "a", "sha256:00"},
        Case{"/v2/a/b/c/manifests/v1", Kind::manifest, "a/b/c", "v1"},
        Case{"/v2/a/referrers/sha256:00", Kind::referrers, "a", "sha256:00"},
        Case{"/v2/blobs/manifests/manifests/v1", Kind::manifest, "blobs/manifests", "v1"},
        Case{"/v2/tags/list/tags/list", Kind::tags, "tags/list", ""},
        Case{"/v2/a", Kind::unknown, "", ""}, Case{"/v2//manifests/v1", Kind::unknown, "", ""},
        Case{"/v2/manifests/v1", Kind::unknown, "", ""},
        Case{"/v3/a/manifests/v1", Kind::unknown, "", ""}, Case{"/", Kind::unknown, "", ""}}) {
    CAPTURE(c.path);
    const auto route = parse_route(c.path);
    CHECK(route.kind == c.kind);
    CHECK(route.repository == c.repository);
    CHECK(route.target == c.target);
  }
}

TEST_CASE("repository names follow the grammar of distribution-spec") {
  for (const auto* name : {"a", "a/b", "a-b", "a--b", "a_b", "a__b", "a.b/c-d/e_f", "0/1"}) {
    CAPTURE(name);
    CHECK(is_repository(name));
  }
  for (const auto* name : {"", "A", "a/", "/a", "a//b", "-a", "a-", "a..b", "a___b", "a.-b", "a b",
                           "..", "a/../b", "ä"}) {
    CAPTURE(name);
    CHECK_FALSE(is_repository(name));
  }
  CHECK(is_repository(std::string(255, 'a')));
  CHECK_FALSE(is_repository(std::string(256, 'a')));
}

}  // namespace
}  // namespace mpk::sandbox
