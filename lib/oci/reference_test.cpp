// Tests of reference: the grammar, what looks like one, and the hints.
#include "oci/reference.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::oci;

namespace {

const std::string kHex(64, 'a');
const std::string kAt = "@sha256:" + kHex;

}  // namespace

TEST_CASE("item 31: references to registries are taken apart") {
  struct Row {
    std::string text, registry, repository, tag, digest;
  };
  const Row rows[] = {
      {"ghcr.io/acme/llm", "ghcr.io", "acme/llm", "", ""},
      {"ghcr.io/acme/llm:1.0", "ghcr.io", "acme/llm", "1.0", ""},
      {"ghcr.io/acme/llm" + kAt, "ghcr.io", "acme/llm", "", "sha256:" + kHex},
      {"ghcr.io/acme/llm:1.0" + kAt, "ghcr.io", "acme/llm", "1.0", "sha256:" + kHex},
      {"localhost/x", "localhost", "x", "", ""},
      {"localhost:5000/x:latest", "localhost:5000", "x", "latest", ""},
      {"127.0.0.1:5000/a/b/c", "127.0.0.1:5000", "a/b/c", "", ""},
      {"[::1]:5000/x:1" + kAt, "[::1]:5000", "x", "1", "sha256:" + kHex},
      {"[2001:db8::1]/x", "[2001:db8::1]", "x", "", ""},
      {"docker.io/busybox", "docker.io", "library/busybox", "", ""},
      {"docker.io/acme/llm", "docker.io", "acme/llm", "", ""},
      {"index.docker.io/busybox:1", "docker.io", "library/busybox", "1", ""},
      {"GHCR.io/acme/llm", "ghcr.io", "acme/llm", "", ""},
      {"registry:5000/x", "registry:5000", "x", "", ""},
      {"a.b/x.y/x__y/x-y/x---y/x_y", "a.b", "x.y/x__y/x-y/x---y/x_y", "", ""},
      {"a.b/x:_A.b-" + std::string(123, 'c'), "a.b", "x", "_A.b-" + std::string(123, 'c'), ""},
      {"xn--bcher-kva.example/x", "xn--bcher-kva.example", "x", "", ""},
      {"a.b/x@sha512:" + std::string(128, 'b'), "a.b", "x", "", "sha512:" + std::string(128, 'b')},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto parsed = Reference::parse(row.text);
    REQUIRE_MESSAGE(parsed, parsed.error().text());
    CHECK(parsed->kind == Reference::Kind::registry);
    CHECK(parsed->registry == row.registry);
    CHECK(parsed->repository == row.repository);
    CHECK(parsed->tag.value_or("") == row.tag);
    CHECK((parsed->digest ? parsed->digest->text() : "") == row.digest);
    CHECK(Reference::looks_like(row.text));
    CHECK(Reference::parse(parsed->text()).take().text() == parsed->text());
  }
}

TEST_CASE("references to layouts are taken apart") {
  struct Row {
    std::string text, directory, tag, digest;
  };
  const Row rows[] = {
      {"oci:store", "store", "", ""},
      {"oci:./store:1.0", "./store", "1.0", ""},
      {"oci:/var/lib/models:llm-1", "/var/lib/models", "llm-1", ""},
      {"oci:store" + kAt, "store", "", "sha256:" + kHex},
      {"oci:store:1.0" + kAt, "store", "1.0", "sha256:" + kHex},
      {"oci:a:b/c", "a:b/c", "", ""},
      {"oci:a:b/c:t", "a:b/c", "t", ""},
      {"oci:user@host", "user@host", "", ""},
      {"oci:user@host:1", "user@host", "1", ""},
      {"oci:a@b/c:1" + kAt, "a@b/c", "1", "sha256:" + kHex},
      {"oci:..", "..", "", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto parsed = Reference::parse(row.text);
    REQUIRE_MESSAGE(parsed, parsed.error().text());
    CHECK(parsed->kind == Reference::Kind::layout);
    CHECK(parsed->layout == row.directory);
    CHECK(parsed->tag.value_or("") == row.tag);
    CHECK((parsed->digest ? parsed->digest->text() : "") == row.digest);
    CHECK(parsed->text() == row.text);
    CHECK(parsed->name() == "oci:" + row.directory);
    CHECK(Reference::looks_like(row.text));
  }
}

TEST_CASE("item 11: what is no reference is refused, with what is wrong and what to do") {
  struct Row {
    std::string text;
    const char *problem, *hint;
  };
  const Row rows[] = {
      {"", "no registry host", "ghcr.io/"},
      {"llm", "no registry host", "ghcr.io/"},
      {"acme/llm:1.0", "no registry host", "docker.io/acme"},
      {"./dir/x", "no registry host", ""},
      {"../x", "no registry host", ""},
      {"/abs/x", "no registry host", ""},
      {"https://ghcr.io/acme/llm", "has no scheme", "https://"},
      {"oci://ghcr.io/acme/llm", "no scheme of mpk", "ghcr.io/acme/llm"},
      {"ghcr.io/", "no repository", ""},
      {"ghcr.io/:1", "no repository", ""},
      {"ghcr.io/Acme/LLM:1", "lower case", "write acme/llm"},
      {"ghcr.io/acme//llm", "is no repository name", "./"},
      {"ghcr.io/acme/llm/", "is no repository name", "./"},
      {"ghcr.io/../x", "is no repository name", ""},
      {"ghcr.io/a..b", "is no repository name", ""},
      {"ghcr.io/a___b", "is no repository name", ""},
      {"ghcr.io/a_-b", "is no repository name", ""},
      {"ghcr.io/-a", "is no repository name", ""},
      {"ghcr.io/a-", "is no repository name", ""},
      {"ghcr.io/a b", "is no repository name", ""},
      {"ghcr.io/a\nb", "is no repository name", ""},
      {"ghcr.io/mod\xc3\xa8le", "is no repository name", ""},
      {"ghcr.io/a:b:c", "is no repository name", ""},
      {"ghcr.io/x:", "nothing after \":\"", "tag"},
      {"ghcr.io/x:-a", "is no tag", ""},
      {"ghcr.io/x:.a", "is no tag", ""},
      {"ghcr.io/x:a+b", "is no tag", ""},
      {"ghcr.io/x:" + std::string(129, 'a'), "is no tag", "128"},
      {"ghcr.io/x" + kAt + kAt, "two digests", ""},
      {"ghcr.io/x@", "digest", ""},
      {"ghcr.io/x@latest", "digest", ""},
      {"ghcr.io/x@sha256:" + kHex + "a", "digest", ""},
      {"ghcr.io/x@SHA256:" + kHex, "digest", ""},
      {"ghcr.io/x@sha256:" + std::string(64, 'A'), "digest", ""},
      {"ghcr.io:0/x", "no host name", ""},
      {"ghcr.io:65536/x", "no host name", ""},
      {"ghcr.io:port/x", "no host name", ""},
      {"ghcr.io:/x", "no host name", ""},
      {"-a.io/x", "no host name", ""},
      {"a_b.io/x", "no host name", ""},
      {"a..io/x", "no host name", ""},
      {"b\xc3\xbc"
       "cher.example/x",
       "no host name", "xn--"},
      {"::1/x", "no host name", "brackets"},
      {"a::1/x", "no host name", "brackets"},
      {"[::1/x", "no host name", ""},
      {"[::g]:5000/x", "no host name", ""},
      {"[::1]x/x", "no host name", ""},
      {"a.b/" + std::string(252, 'c'), "at most 255", ""},
      {"oci:", "no directory", ""},
      {"oci::tag", "no directory", ""},
      {"oci:" + kAt, "no directory", ""},
      {"oci:dir:", "nothing after \":\"", ""},
      {"oci:dir:-a", "is no tag", ""},
      {"oci:dir@sha256:12", "digest", ""},
      {"oci:dir@SHA256:" + kHex, "digest", ""},
      {"oci:dir" + kAt + kAt, "two digests", ""},
      {std::string("oci:a\0b", 7), "NUL", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto parsed = Reference::parse(row.text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().kind() == ErrorKind::usage);
    CHECK_MESSAGE(parsed.error().text().find(row.problem) != std::string::npos,
                  parsed.error().text());
    CHECK_MESSAGE(parsed.error().hint().find(row.hint) != std::string::npos, parsed.error().hint());
  }
  CHECK(Reference::parse("a.b/" + std::string(251, 'c')));
}

TEST_CASE("a password in a reference is refused and not repeated") {
  const auto parsed = Reference::parse("me:secret@ghcr.io/acme/llm:1");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().text().find("secret") == std::string::npos);
  CHECK(parsed.error().hint().find("mpk login") != std::string::npos);
}

TEST_CASE("a word is a reference by its form, never by what lies on the disk") {
  for (const char* word : {"oci:", "oci:x", "localhost/x", "LOCALHOST/x", "localhost:5000/x",
                           "ghcr.io/x", "ghcr.io/x/y:1", "127.0.0.1/x", "[::1]:5000/x", "a:5/x",
                           "model.d/sub", "https://ghcr.io/x"}) {
    CAPTURE(word);
    CHECK(Reference::looks_like(word));
  }
  for (const char* word : {"", ".", "..", "/", "./ghcr.io/x", "../x", "/abs/ghcr.io/x",
                           "model.gguf", "model.d/", "dir/model.gguf", "acme/llm:1.0", "localhost",
                           "localhost/", ".cache/x", "dir./x", ":5000/x", "oci", "oci/x"}) {
    CAPTURE(word);
    CHECK_FALSE(Reference::looks_like(word));
  }
}

TEST_CASE("item 31: the target is the digest, else the tag, else nothing") {
  const Reference both = Reference::parse("ghcr.io/x:1" + kAt).take();
  CHECK(both.target() == "sha256:" + kHex);
  CHECK(both.with_tag("2").target() == "2");
  CHECK(both.with_tag("2").text() == "ghcr.io/x:2");
  const Reference tagged = Reference::parse("ghcr.io/x:1").take();
  CHECK(tagged.target() == "1");
  CHECK(tagged.with_digest(*both.digest).text() == "ghcr.io/x" + kAt);
  CHECK(Reference::parse("ghcr.io/x").take().target().empty());
}
