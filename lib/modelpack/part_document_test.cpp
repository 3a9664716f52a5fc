// Tests of part documents: what is one, and which of them make a model.
#include "modelpack/part_document.hpp"

#include "crypto/hash.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <ostream>

using namespace mpk;
using namespace mpk::modelpack;

namespace {

PartsPlan plan() {
  PartsPlan out{.parts = 2};
  for (const char* path : {"a", "b", "c"})
    out.files.push_back({.path = path, .size = 10, .modified = 1'700'000'000});
  return out;
}

PartFile file(const std::string& path, const std::string& content) {
  return {.file = {.path = path,
                   .kind = model::Kind::weight,
                   .size = 10,
                   .digest = crypto::sha256(content)},
          .head_size = 4,
          .head_whole = false};
}

PartDocument document(std::size_t index, std::vector<PartFile> files, PartsPlan of = plan()) {
  auto digest = digest_of(of).take();
  return {.plan = std::move(of),
          .plan_digest = std::move(digest),
          .index = index,
          .files = std::move(files),
          .worker = "slurm job 7 task 3",
          .mpk_version = "1.2.3"};
}

std::vector<PartDocument> whole() {
  return {document(1, {file("a", "A"), file("c", "C")}), document(2, {file("b", "B")})};
}

}  // namespace

TEST_CASE("a part document reads back as it was written") {
  const auto back = parse_part_document(to_text(whole()[0]));
  REQUIRE(back);
  CHECK(back->index == 1);
  CHECK(back->plan_digest == digest_of(plan()).take());
  CHECK(back->worker == "slurm job 7 task 3");
  CHECK(back->mpk_version == "1.2.3");
  REQUIRE(back->files.size() == 2);
  CHECK(back->files[1].file.path == "c");
  CHECK(back->files[1].file.kind == model::Kind::weight);
  CHECK(back->files[1].file.digest == crypto::sha256("C"));
  CHECK(back->files[1].head_size == 4);
}

TEST_CASE("what is no part document is refused") {
  struct Row {
    const char* says;
    std::function<void(Json&)> change;
  };
  for (const auto& [says, change] : std::vector<Row>{
           {"plan", [](Json& j) { j.erase("plan"); }},
           {"planDigest", [](Json& j) { j["plan"]["files"][0]["size"] = 11; }},
           {"no part 3", [](Json& j) { j["part"] = 3; }},
           {"no part 0", [](Json& j) { j["part"] = 0; }},
           {"d: not in the plan", [](Json& j) { j["files"][0]["path"] = "d"; }},
           {"c: twice", [](Json& j) { j["files"][0]["path"] = "c"; }},
           {"a: size or mode", [](Json& j) { j["files"][0]["size"] = 11; }},
           {"a: size or mode", [](Json& j) { j["files"][0]["executable"] = true; }},
           {"kind", [](Json& j) { j["files"][0]["kind"] = "other"; }},
           {"digest", [](Json& j) { j["files"][0]["digest"] = "sha256:1"; }},
           {"sha256", [](Json& j) { j["files"][0]["digest"] = "sha512:" + std::string(128, 'a'); }},
           {"headSize", [](Json& j) { j["files"][0]["headSize"] = 11; }},
           {"headSize", [](Json& j) { j["files"][0]["headWhole"] = true; }},
           {"version 2", [](Json& j) { j["version"] = 2; }},
           {"more", [](Json& j) { j["more"] = 1; }},
       }) {
    Json json = json::parse(to_text(whole()[0])).take();
    change(json);
    const auto refused = parse_part_document(json.dump());
    CAPTURE(says);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text().find(says) != std::string::npos);
  }
  CHECK_FALSE(parse_part_document("[]"));
  CHECK_FALSE(parse_part_document(""));
}

TEST_CASE("the heads come apart as they were put together") {
  auto part = whole()[0];
  part.files[1].head_size = 10;
  part.files[1].head_whole = true;
  const auto split = split_heads(part, "aaaacccccccccc");
  REQUIRE(split);
  CHECK((*split)[0].head.bytes == "aaaa");
  CHECK((*split)[0].head.size == 10);
  CHECK_FALSE((*split)[0].head.whole);
  CHECK((*split)[1].head.bytes == "cccccccccc");
  CHECK((*split)[1].head.path == "c");
  CHECK((*split)[1].head.whole);
  CHECK(join_heads(*split) == "aaaacccccccccc");
  CHECK_FALSE(split_heads(part, "aaaaccccccccc"));
  CHECK_FALSE(split_heads(part, "aaaaccccccccccc"));
}

TEST_CASE("parts of one plan that hold each file once are a model") {
  CHECK(check_parts(whole()));
  // Nobody asks which part a file is in, as long as it is in one.
  CHECK(check_parts(
      {document(1, {}), document(2, {file("a", "A"), file("b", "B"), file("c", "C")})}));
}

TEST_CASE("lost, doubled and disagreeing parts are named") {
  struct Row {
    const char* says;
    std::function<void(std::vector<PartDocument>&)> change;
  };
  const auto with_plan = [](const std::function<void(PartsPlan&)>& change) {
    return [change](std::vector<PartDocument>& parts) {
      auto other = plan();
      change(other);
      parts[1] = document(2, {file("b", "B")}, other);
    };
  };
  for (const auto& [says, change] : std::vector<Row>{
           {"b: in no part", [](auto& parts) { parts[1].files.clear(); }},
           {"c is in parts 1 and 2", [](auto& parts) { parts[1].files.push_back(file("c", "C")); }},
           {"parts 1 and 2 disagree about c",
            [](auto& parts) { parts[1].files.push_back(file("c", "other")); }},
           {"different plans: b: 10 bytes, of 2023-11-14T22:13:20Z; 12 bytes",
            with_plan([](auto& p) { p.files[1].size = 12; })},
           {"different plans: c: 10 bytes, of 2023-11-14T22:13:20Z; 10 bytes, of "
            "2023-11-14T22:13:21Z",
            with_plan([](auto& p) { ++p.files[2].modified; })},
           {"d: not there; 10 bytes",
            with_plan([](auto& p) { p.files.push_back({.path = "d", .size = 10}); })},
           {"Modelfile", with_plan([](auto& p) { p.modelfile = "NAME x\n"; })},
           {"another date", with_plan([](auto& p) { p.created = Timestamp(); })},
           {"2 parts and 3 parts", with_plan([](auto& p) { p.parts = 3; })},
       }) {
    auto parts = whole();
    change(parts);
    const auto refused = check_parts(parts);
    CAPTURE(says);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::mismatch);
    INFO(refused.error().text());
    CHECK(refused.error().text().find(says) != std::string::npos);
  }
}
