// compare_files: tables of two lists and what is said of them.
#include "modelpack/file_diff.hpp"

#include "crypto/hash.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::modelpack;

namespace {

FileEntry file(std::string path, std::string_view content) {
  return {.path = std::move(path), .size = content.size(), .digest = crypto::sha256(content)};
}
FileEntry program(std::string path, std::string_view content) {
  auto out = file(std::move(path), content);
  out.mode = 0755;
  return out;
}
FileEntry weight(std::string path, std::string_view content) {
  auto out = file(std::move(path), content);
  out.kind = model::Kind::weight;
  return out;
}
FileEntry sealed(std::string path, std::string_view content) {
  auto out = file(std::move(path), content);
  out.sealed = true;
  return out;
}

using Files = std::vector<FileEntry>;
using Lines = std::vector<std::string>;

/// "renamed a→b", and " +mode", " +kind" behind it.
Lines lines(const Files& before, const Files& after) {
  Lines out;
  for (const auto& change : compare_files(before, after).changes) {
    std::string line(change.word());
    line += " " + (change.renamed() ? change.before->path + "→" : "") + change.path();
    if (change.content == FileChange::Content::differs && change.renamed()) line += " +content";
    if (change.mode) line += " +mode";
    if (change.kind) line += " +kind";
    out.push_back(line);
  }
  return out;
}

}  // namespace

TEST_CASE("each way two lists of files can differ") {
  struct Case {
    Files before, after;
    Lines expected;
  };
  const std::vector<Case> cases = {
      {{file("a", "1")}, {file("a", "1")}, {}},
      {{file("a", "1")}, {file("a", "2")}, {"changed a"}},
      {{file("a", "1")}, {}, {"removed a"}},
      {{}, {file("a", "1")}, {"added a"}},
      {{file("a", "1")}, {file("b", "1")}, {"renamed a→b"}},
      {{file("a", "1")}, {file("b", "2")}, {"removed a", "added b"}},
      {{file("a", "1")}, {program("a", "1")}, {"mode a +mode"}},
      {{file("a", "1")}, {program("a", "2")}, {"changed a +mode"}},
      {{file("a", "1")}, {weight("a", "1")}, {"kind a +kind"}},
      {{file("a", "1")}, {weight("b", "1")}, {"renamed a→b +kind"}},
      // A swap of two contents is no renaming: each path is still there.
      {{file("a", "1"), file("b", "2")},
       {file("a", "2"), file("b", "1")},
       {"changed a", "changed b"}},
      // One content, several names: the same base name first, then in order; the rest is new.
      {{file("x/f", "1"), file("y/g", "1")},
       {file("z/a", "1"), file("z/g", "1")},
       {"renamed x/f→z/a", "renamed y/g→z/g"}},
      {{file("a", "1")}, {file("b", "1"), file("c", "1")}, {"renamed a→b", "added c"}},
      {{sealed("a", "1")}, {sealed("a", "1")}, {}},
      {{sealed("a", "1")}, {sealed("a", "2")}, {"unknown a"}},
      {{sealed("a", "1")}, {file("a", "2")}, {"unknown a"}},
      {{sealed("a", "1")}, {file("a", "1")}, {"unknown a"}},
      {{sealed("a", "1")}, {file("b", "1")}, {"removed a", "added b"}},
      // A file may be named like a sealed archive: neither hides the other.
      {{sealed("a", "1"), file("a", "2")}, {sealed("a", "1"), file("a", "2")}, {}},
      {{sealed("a", "1"), file("a", "2")}, {file("a", "3"), sealed("a", "1")}, {"changed a"}},
      {{sealed("a", "1"), file("a", "2")}, {file("a", "2"), sealed("a", "3")}, {"unknown a"}},
      {{sealed("a", "1"), file("a", "2")}, {file("a", "2")}, {"removed a"}},
      {{file("a", "2")}, {sealed("a", "1"), file("a", "2")}, {"added a"}},
  };
  for (const auto& each : cases) {
    CAPTURE(each.expected);
    CHECK(lines(each.before, each.after) == each.expected);
  }
}

TEST_CASE("digests of two algorithms say only by the size that files differ") {
  auto before = file("a", "12");
  auto after = before;
  after.digest = Digest::parse("sha512:" + std::string(128, 'a')).take();
  CHECK(lines({before}, {after}) == Lines{"unknown a"});
  after.size = 3;
  CHECK(lines({before}, {after}) == Lines{"changed a"});
}

TEST_CASE("what is the same is counted, and the order of the lists does not matter") {
  Files before = {file("c", "1"), file("a", "2"), file("b", "3"), file("same", "4")};
  Files after = {file("same", "4"), file("d", "1"), file("e", "2")};
  const auto expected = lines(before, after);
  CHECK(compare_files(before, after).same == 1);
  std::ranges::reverse(before);
  std::ranges::reverse(after);
  CHECK(lines(before, after) == expected);
}

TEST_CASE("where a file is packed makes no difference") {
  auto archived = file("a", "1");
  archived.archive = "docs";
  CHECK(lines({file("a", "1")}, {archived}).empty());
}
