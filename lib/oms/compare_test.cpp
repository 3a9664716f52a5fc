// A statement against the files: each difference by its name, by both methods and hashes.
#include "oms/compare.hpp"

#include "crypto/hash.hpp"
#include "oms/test_models.hpp"
#include "testing/progress_hook.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ostream>

using namespace mpk;
using namespace mpk::oms;
using testing::ProgressHook;
using Names = std::vector<std::string>;

namespace {

void fill(const test::Model& model) {
  model.write("a.bin", std::string(20, 'a'));
  model.write("b/c:1:2.bin", std::string(16, 'c'));
  model.write("empty", "");
}

std::vector<std::string> told(const Comparison& comparison) {
  std::vector<std::string> out;
  for (const auto& each : comparison.differences) {
    out.push_back(std::string(to_string(each.kind)) + " " + each.path);
  }
  return out;
}

const std::vector<Serialization> kWays = {
    {},
    {.hash = HashType::blake2b},
    {.method = Method::shards, .shard_size = 8},
    {.method = Method::shards, .hash = HashType::blake2b, .shard_size = 16},
    {.hash = HashType::blake3},
    {.method = Method::shards, .hash = HashType::blake3, .shard_size = 8}};

}  // namespace

TEST_CASE("the files that were signed hold, by every method and hash") {
  for (const auto& way : kWays) {
    const test::Model model;
    fill(model);
    const auto tree = list_tree(model.root(), {}).take();
    const auto result = compare(test::statement_of(tree, way), tree, {});
    REQUIRE(result);
    CHECK(result->differences.empty());
    CHECK(result->files == (way.method == Method::files ? 3 : 2));
  }
}

TEST_CASE("each difference is named, by every method and hash") {
  struct Case {
    const char* name;
    std::function<void(const test::Model&)> change;
    Names expected;
  };
  const std::vector<Case> cases = {
      {"a byte",
       [](const auto& m) { m.write("a.bin", std::string(19, 'a') + "b"); },
       {"changed a.bin"}},
      {"longer", [](const auto& m) { m.write("a.bin", std::string(21, 'a')); }, {"changed a.bin"}},
      {"shorter", [](const auto& m) { m.write("a.bin", std::string(3, 'a')); }, {"changed a.bin"}},
      {"another file", [](const auto& m) { m.write("x", "x"); }, {"unsigned x"}},
      {"one gone",
       [](const auto& m) { std::filesystem::remove(m.at("a.bin")); },
       {"missing a.bin"}},
      {"renamed",
       [](const auto& m) { std::filesystem::rename(m.at("a.bin"), m.at("A.bin")); },
       {"unsigned A.bin", "missing a.bin"}},
  };
  for (const auto& way : kWays) {
    for (const auto& each : cases) {
      CAPTURE(each.name);
      const test::Model model;
      fill(model);
      const auto statement = test::statement_of(list_tree(model.root(), {}).take(), way);
      each.change(model);
      const auto tree = list_tree(model.root(), {}).take();
      const auto result = compare(statement, tree, {});
      REQUIRE(result);
      CHECK(told(*result) == each.expected);
    }
  }
}

TEST_CASE("an empty file that came or went is seen by files and, as specified, not by shards") {
  const test::Model model;
  fill(model);
  const auto before = list_tree(model.root(), {}).take();
  const auto files = test::statement_of(before);
  const auto shards = test::statement_of(before, kWays[2]);
  std::filesystem::remove(model.at("empty"));
  const auto after = list_tree(model.root(), {}).take();
  CHECK(told(compare(files, after, {}).take()) == Names{"missing empty"});
  CHECK(told(compare(shards, after, {}).take()).empty());
}

TEST_CASE("unsigned files may be ignored, changed ones never") {
  const test::Model model;
  fill(model);
  const auto statement = test::statement_of(list_tree(model.root(), {}).take());
  model.write("x", "x");
  auto tree = list_tree(model.root(), {}).take();
  const auto ignored = compare(statement, tree, {.ignore_unsigned_files = true});
  REQUIRE(ignored);
  CHECK(ignored->differences.empty());
  CHECK(ignored->not_signed == 1);
  model.write("a.bin", "other");
  tree = list_tree(model.root(), {}).take();
  CHECK(told(compare(statement, tree, {.ignore_unsigned_files = true}).take()) ==
        Names{"changed a.bin"});
}

TEST_CASE("of chosen files only these are read and judged") {
  const test::Model model;
  fill(model);
  const auto statement = test::statement_of(list_tree(model.root(), {}).take());
  model.write("b/c:1:2.bin", std::string(16, 'x'));
  model.write("x", "x");
  std::filesystem::remove(model.at("empty"));
  const auto tree = list_tree(model.root(), {}).take();
  Stats stats;
  const auto one = compare(statement, tree, {.only = {"a.bin"}, .hash = {.stats = &stats}});
  REQUIRE(one);
  CHECK(one->differences.empty());
  CHECK(one->files == 1);
  CHECK(one->not_judged == 2);
  CHECK(stats.bytes_read == 20);
  CHECK(told(compare(statement, tree, {.only = {"b/c:1:2.bin"}}).take()) ==
        Names{"changed b/c:1:2.bin"});
  CHECK(told(compare(statement, tree, {.only = {"empty"}}).take()) == Names{"missing empty"});
  CHECK(compare(statement, tree, {.only = {"x"}}).error().kind() == ErrorKind::usage);
}

TEST_CASE("a single file holds under its own name and under a dot, not under another") {
  const test::Model model;
  model.write("model.gguf", "weights");
  const auto tree = list_tree(model.at("model.gguf"), {}).take();
  auto statement = test::statement_of(tree);
  CHECK(compare(statement, tree, {})->differences.empty());
  statement.resources[0].name = ".";
  CHECK(compare(statement, tree, {})->differences.empty());
  CHECK(signed_paths(statement) == Names{"."});
  statement.resources[0].name = "other.gguf";
  CHECK(told(compare(statement, tree, {}).take()) ==
        Names{"unsigned model.gguf", "missing other.gguf"});
}

TEST_CASE("a shard size of one byte from outside costs nothing") {
  const test::Model model;
  model.write("a", "x");
  std::filesystem::resize_file(model.at("a"), std::uint64_t{1} << 40);  // a hole
  const auto tree = list_tree(model.root(), {}).take();
  Statement statement{.model = "m",
                      .root = root_digest({}),
                      .serialization = {.method = Method::shards, .shard_size = 1},
                      .resources = {{"a:1099511627775:1099511627776", Bytes(32)}}};
  CHECK(told(compare(statement, tree, {}).take()) == Names{"changed a"});
}

TEST_CASE("large files are hashed from any offset and in pieces") {
  const test::Model model;
  std::string content(5U << 20, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 7 + i / 4096);
  model.write("large", content);
  const auto tree = list_tree(model.root(), {}).take();
  const Serialization odd{.method = Method::shards, .shard_size = (1U << 20) + 7};
  for (const auto& resource : test::statement_of(tree, odd).resources) {
    const auto shard = parse_shard(resource.name).take();
    const auto piece = std::string_view(content).substr(shard.begin, shard.end - shard.begin);
    CHECK(resource.digest == crypto::sha256(piece).bytes());
  }
  CHECK(test::statement_of(tree).resources[0].digest == crypto::sha256(content).bytes());
}

TEST_CASE("a file that is no longer what was listed is not hashed") {
  const test::Model model;
  fill(model);
  const auto tree = list_tree(model.root(), {}).take();
  const auto pieces = pieces_of(tree.files[0], {});
  model.write("a.bin", "shorter");
  CHECK(hash_pieces(tree, pieces, HashType::sha256, {}).error().kind() == ErrorKind::mismatch);
  // Nor what a link was put in its place for.
  std::filesystem::remove(model.at("a.bin"));
  model.link("a.bin", "empty");
  CHECK(hash_pieces(tree, pieces, HashType::sha256, {}).error().kind() == ErrorKind::mismatch);
}

TEST_CASE("a file that changes while it is read is not hashed") {
  struct Row {
    const char* name;
    std::function<void(const std::filesystem::path&)> change;
  };
  const std::vector<Row> rows = {
      {"shrinks", [](const auto& path) { std::filesystem::resize_file(path, 300U << 10); }},
      {"grows", [](const auto& path) { std::ofstream(path, std::ios::app) << "more"; }},
      {"is written over",
       [](const auto& path) { std::fstream(path, std::ios::in | std::ios::out) << "W"; }},
      {"is replaced", [](const auto& path) { std::filesystem::remove(path); }},
  };
  for (const auto& row : rows) {
    for (const auto method : {Method::files, Method::shards}) {
      CAPTURE(row.name);
      CAPTURE(method);
      const test::Model model;
      model.write("large", std::string(1U << 20, 'w'));
      // So that a change shows, however coarse the clock of the file system is.
      std::filesystem::last_write_time(
          model.at("large"), std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
      const auto tree = list_tree(model.root(), {}).take();
      const auto pieces =
          pieces_of(tree.files[0], {.method = method, .shard_size = std::uint64_t{1} << 20});
      REQUIRE(pieces.size() == 1);
      ProgressHook hook(pieces[0].name, ProgressHook::When::first_piece_read,
                        [&] { row.change(model.at("large")); });
      const auto hashed = hash_pieces(tree, pieces, HashType::sha256, {.progress = &hook});
      REQUIRE_FALSE(hashed);
      CHECK(hashed.error().kind() == ErrorKind::mismatch);
      CHECK(hashed.error().text().find("large") != std::string::npos);
      CHECK_FALSE(hashed.error().hint().empty());
      CHECK(hook.outcomes.empty());
    }
  }
}
