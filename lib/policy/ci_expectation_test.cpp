// Sources, builders and versions as people write them: what is taken, and what beside it is not.
#include "policy/ci_expectation.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <vector>

using namespace mpk;
using namespace mpk::policy;

TEST_CASE("a source is a host and a repository, without a ref") {
  struct Row {
    const char* text;
    const char* url;   // empty: refused
    const char* hint;  // part of it
  };
  for (const auto& row : std::vector<Row>{
           {"github.com/acme/model", "https://github.com/acme/model", ""},
           {"https://github.com/acme/model", "https://github.com/acme/model", ""},
           {"git+https://GitHub.com/acme/model.git", "https://github.com/acme/model", ""},
           {"gitlab.com/group/sub/project/", "https://gitlab.com/group/sub/project", ""},
           {"git.example.com:8443/a/b", "https://git.example.com:8443/a/b", ""},
           {"git+https://github.com/acme/model@refs/heads/main", "", "--source-branch"},
           {"https://user@github.com/acme/model", "", "--source-branch"},
           {"github.com/acme", "", "github.com/acme/model"},
           {"github.com/acme/model/tree", "", "github.com/acme/model"},
           {"acme/model", "", "github.com/acme/model"},
           {"http://github.com/acme/model", "", "for example"},
           {"git+ssh://github.com/acme/model", "", "for example"},
           {"github.com/../model", "", "for example"},
           {"github.com//model", "", "for example"},
           {"github.com/acme/mo del", "", "for example"},
           {"github.com:x/acme/model", "", "for example"},
           {"", "", "for example"},
       }) {
    CAPTURE(row.text);
    const auto source = parse_source_repository(row.text);
    if (*row.url != '\0') {
      REQUIRE(source.has_value());
      CHECK(source->url() == row.url);
    } else {
      REQUIRE_FALSE(source.has_value());
      CHECK(source.error().kind() == ErrorKind::usage);
      CHECK(source.error().hint().find(row.hint) != std::string::npos);
    }
  }
}

TEST_CASE("the issuer of the two public hosts is known, no other") {
  CHECK(known_ci_issuer("github.com") == "https://token.actions.githubusercontent.com");
  CHECK(known_ci_issuer("gitlab.com") == "https://gitlab.com");
  CHECK_FALSE(known_ci_issuer("git.example.com"));
}

TEST_CASE("a builder's ref may be a tag's name or the whole ref") {
  const auto found = CiName::split("https://github.com/a/b/w.yml@refs/tags/v1.2.3");
  for (const auto* id : {"https://github.com/a/b/w.yml", "https://github.com/a/b/w.yml@v1.2.3",
                         "https://github.com/a/b/w.yml@refs/tags/v1.2.3"}) {
    CHECK(parse_builder_id(id)->names(found));
  }
  for (const auto* id : {"https://github.com/a/b/w.ym", "https://github.com/a/b/w.yml@v1.2",
                         "https://github.com/a/b/w.yml@refs/heads/v1.2.3"}) {
    CHECK_FALSE(parse_builder_id(id)->names(found));
  }
  for (const auto* id : {"github.com/a/b", "https://a/b@", "https://a b", "", "@v1"})
    CHECK(parse_builder_id(id).error().kind() == ErrorKind::usage);
}

TEST_CASE("a signer's workflow has host, owner, repository and path") {
  for (const auto* text :
       {"github.com/a/b/.github/workflows/w.yml", "https://github.com/a/b/.github/workflows/w.yml"})
    CHECK(parse_signer_workflow(text)->text() == "https://github.com/a/b/.github/workflows/w.yml");
  CHECK(parse_signer_workflow("github.com/a/b/w.yml@v1")->ref == "v1");
  for (const auto* text : {"a/b/.github/workflows/w.yml", "github.com/a/b", "github.com/a/b/w.yml@",
                           "http://github.com/a/b/w.yml", ""})
    CHECK(parse_signer_workflow(text).error().kind() == ErrorKind::usage);
}

TEST_CASE("a release is a tag of three numbers") {
  for (const auto* ref : {"refs/tags/v1.2.3", "refs/tags/v0.0.10"}) CHECK(is_release_ref(ref));
  for (const auto* ref :
       {"refs/heads/v1.2.3", "v1.2.3", "refs/tags/v1.2", "refs/tags/1.2.3", "refs/tags/v1.2.3-rc1",
        "refs/tags/v1.2.3+x", "refs/tags/v1.02.3", "refs/tags/v1.2.3.4", "refs/tags/"})
    CHECK_FALSE(is_release_ref(ref));
}

TEST_CASE("a tag is of a version, of its minor and of its major version") {
  struct Row {
    const char* tag;
    const char* version;
    bool matches;
  };
  for (const auto& row : std::vector<Row>{
           {"v1.2.3", "v1.2.3", true},
           {"v1.2.3", "v1.2", true},
           {"v1.2.3", "v1", true},
           {"v1.2.3+linux", "v1.2.3", true},
           {"v14", "v14.0.0", true},
           {"v14", "v14.1", false},
           {"v1.2.3", "v1.2.4", false},
           {"v1.2.3", "v1.3", false},
           {"v12.0.0", "v1", false},
           {"v1.2.3-rc1", "v1", false},
           {"v1.2.3-rc1", "v1.2.3", false},
           {"v1.2.3", "v1.2.3-rc1", false},
           {"v1.2.3-rc1", "v1.2.3-rc1", true},
           {"v1.2.3-rc.1", "v1.2.3-rc.1", true},
           {"1.2.3", "v1", false},
           {"main", "v1", false},
           {"v1.x", "v1", false},
           {"v01.2.3", "v1", false},
       }) {
    CAPTURE(row.tag);
    CAPTURE(row.version);
    CHECK(tag_has_version(row.tag, row.version) == row.matches);
  }
  CHECK(check_version("v1.2").has_value());
  for (const auto* text : {"1.2", "v", "v1.2.3.4", "v1-rc1", "v1.2.3-", "v1.2.3-01", ""})
    CHECK(check_version(text).error().kind() == ErrorKind::usage);
}
