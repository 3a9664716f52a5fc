// compare_weights: which tensors differ, whatever files they are in.
#include "model/tensor_diff.hpp"

#include "model/tensor.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::model;

namespace {

using Shape = std::vector<std::uint64_t>;

Tensor tensor(std::string name, std::string dtype = "BF16", Shape shape = {2, 2}) {
  return {std::move(name), std::move(dtype), std::move(shape), 8};
}

WeightFile file(std::string path, std::vector<Tensor> tensors, std::string_view header = "h",
                Format format = Format::safetensors) {
  WeightFile out{.path = std::move(path), .header = header, .list = {.format = format}};
  for (const auto& each : tensors)
    REQUIRE(count_tensor(out.list.facts, each.dtype, element_count(each.shape).take()));
  out.list.tensors = std::move(tensors);
  return out;
}

/// "+a", "-b", "c BF16[2,2]→F16[4]"
std::vector<std::string> lines(const WeightsDiff& diff) {
  std::vector<std::string> out;
  for (const auto& change : diff.changes) {
    if (!change.before) {
      out.push_back("+" + change.name());
    } else if (!change.after) {
      out.push_back("-" + change.name());
    } else {
      out.push_back(change.name() + " " + change.before->dtype + shape_text(*change.before) + "→" +
                    change.after->dtype + shape_text(*change.after));
    }
  }
  return out;
}

using Lines = std::vector<std::string>;

WeightsDiff only(const std::vector<WeightsDiff>& all) {
  REQUIRE(all.size() == 1);
  return all.front();
}

}  // namespace

TEST_CASE("added, removed and changed tensors are named, the same are counted") {
  const auto diff = only(compare_weights(
      {file("m.safetensors", {tensor("gone"), tensor("same"), tensor("type"), tensor("shape")})},
      {file(
          "m.safetensors",
          {tensor("shape", "BF16", {4}), tensor("new"), tensor("same"), tensor("type", "F8_E4M3")},
          "another")}));
  CHECK(lines(diff) ==
        Lines{"-gone", "+new", "shape BF16[2,2]→BF16[4]", "type BF16[2,2]→F8_E4M3[2,2]"});
  CHECK(diff.same == 1);
  CHECK_FALSE(diff.other_files);
  CHECK_FALSE(diff.other_values);
  CHECK(diff.facts_before.parameters == 16);
}

TEST_CASE("other shards of the same tensors are no change of them") {
  const std::vector<WeightFile> one = {file("d/m.safetensors", {tensor("a"), tensor("b")})};
  const std::vector<WeightFile> two = {file("d/m-00002-of-00002.safetensors", {tensor("a")}),
                                       file("d/m-00001-of-00002.safetensors", {tensor("b")})};
  const auto diff = only(compare_weights(one, two));
  CHECK(diff.changes.empty());
  CHECK(diff.same == 2);
  CHECK(diff.other_files);
  CHECK_FALSE(diff.other_values);
  // In another folder there is no sibling of that name, but nothing else it could be, either.
  const auto moved = only(compare_weights(one, {file("e/x.safetensors", {tensor("a")})}));
  CHECK(moved.before == "d/m.safetensors");
  CHECK(moved.after == "e/x.safetensors");
  CHECK(lines(moved) == Lines{"-b"});
}

TEST_CASE("only with the very headers that were there it must be the values") {
  const std::vector<WeightFile> before = {file("m.safetensors", {tensor("a")}, "header")};
  CHECK(
      only(compare_weights(before, {file("m.safetensors", {tensor("a")}, "header")})).other_values);
  CHECK_FALSE(
      only(compare_weights(before, {file("m.safetensors", {tensor("a")}, "Header")})).other_values);
  auto unknown = file("m.safetensors", {tensor("a")}, "header");
  unknown.digest_differs = false;  // digests of two algorithms
  CHECK_FALSE(only(compare_weights(before, {unknown})).other_values);
}

TEST_CASE("metadata is compared key by key") {
  auto before = file("m.gguf", {tensor("a")}, "1", Format::gguf);
  auto after = file("m.gguf", {tensor("a")}, "2", Format::gguf);
  before.list.metadata = {{"general.name", "x"}, {"gone", "1"}, {"same", "s"}};
  after.list.metadata = {{"general.name", "y"}, {"new", "2"}, {"same", "s"}};
  const auto diff = only(compare_weights({before}, {after}));
  REQUIRE(diff.metadata.size() == 3);
  CHECK(diff.metadata[0].name == "general.name");
  CHECK(diff.metadata[0].before == "x");
  CHECK(diff.metadata[0].after == "y");
  CHECK_FALSE(diff.metadata[1].after.has_value());
  CHECK_FALSE(diff.metadata[2].before.has_value());
}

TEST_CASE("weights under another name are compared when they are the only ones left") {
  const auto q4 = file("m-Q4.gguf", {tensor("a", "Q4_K")}, "4", Format::gguf);
  const auto q8 = file("m-Q8.gguf", {tensor("a", "Q8_0")}, "8", Format::gguf);
  const auto diff = only(compare_weights({q4}, {q8}));
  CHECK(lines(diff) == Lines{"a Q4_K[2,2]→Q8_0[2,2]"});

  SUBCASE("not with two that it could be") {
    const auto q5 = file("m-Q5.gguf", {tensor("a", "Q5_K")}, "5", Format::gguf);
    const auto all = compare_weights({q4}, {q5, q8});
    REQUIRE(all.size() == 3);
    CHECK(std::ranges::all_of(all, [](const auto& each) { return each.changes.empty(); }));
    CHECK(all[0].after.empty());
    CHECK(all[0].facts_before.tensors == 1);
    CHECK(all[1].before.empty());
  }
  SUBCASE("not of another format") {
    CHECK(compare_weights({q4}, {file("m.safetensors", {tensor("a")})}).size() == 2);
  }
  SUBCASE("not without a tensor in common") {
    CHECK(compare_weights({q4}, {file("x.gguf", {tensor("b")}, "b", Format::gguf)}).size() == 2);
  }
}

TEST_CASE("a name that is there twice is compared twice") {
  const std::vector<WeightFile> twice = {file("m-00001-of-00002.gguf", {tensor("a")}, "1"),
                                         file("m-00002-of-00002.gguf", {tensor("a")}, "2")};
  CHECK(only(compare_weights(twice, twice)).same == 2);
  const auto diff = only(compare_weights(twice, {twice[0]}));
  CHECK(lines(diff) == Lines{"-a"});
  CHECK(diff.same == 1);
}

TEST_CASE("the order of the files does not matter") {
  std::vector<WeightFile> before, after;
  for (const char* name : {"c", "a", "b"}) {
    before.push_back(file(std::string(name) + ".safetensors", {tensor(name)}));
    after.push_back(file(std::string(name) + ".safetensors", {tensor(name, "F16")}));
  }
  auto names = [](const std::vector<WeightsDiff>& all) {
    Lines out;
    for (const auto& each : all) out.push_back(each.before + lines(each).at(0));
    return out;
  };
  const auto first = names(compare_weights(before, after));
  std::ranges::reverse(after);
  CHECK(names(compare_weights(before, after)) == first);
}
