// Which files belong to a signed model.
#include "oms/tree.hpp"

#include "oms/test_models.hpp"

#include <sys/stat.h>

#include <ostream>

using namespace mpk;
using namespace mpk::oms;
using Names = std::vector<std::string>;

TEST_CASE("every file is listed, hidden and empty ones too, by the order of code points") {
  const test::Model model;
  for (const auto* path : {"z.bin", "Ä.bin", "模型.bin", "sub/a", "sub.a", ".hidden/x", ".env"}) {
    model.write(path, "x");
  }
  model.write("empty", "");
  std::filesystem::create_directory(model.at("no-files"));
  CHECK(model.names() ==
        Names{".env", ".hidden/x", "empty", "sub.a", "sub/a", "z.bin", "Ä.bin", "模型.bin"});
}

TEST_CASE("git's own files are left out at the top only") {
  const test::Model model;
  for (const auto* path : {".git/config", ".github/x/y", ".gitignore", ".gitattributes",
                           ".gitmodules", "sub/.gitignore", "a"}) {
    model.write(path, "x");
  }
  CHECK(model.names() == Names{".gitmodules", "a", "sub/.gitignore"});
  CHECK(model.names({.ignore_git_paths = false}).size() == 7);
  // What a statement names is looked at.
  CHECK(model.names({.keep = {".gitignore", ".github/x/y"}}) ==
        Names{".github/x/y", ".gitignore", ".gitmodules", "a", "sub/.gitignore"});
}

TEST_CASE("ignored paths are exact and take what is below them along") {
  const test::Model model;
  for (const auto* path : {"cache/a", "cache/b/c", "cached", "sub/cache/a"}) model.write(path, "x");
  CHECK(model.names({.ignore_paths = {"cache"}}) == Names{"cached", "sub/cache/a"});
  // What a statement from elsewhere records can't hide everything.
  CHECK(model.names({.ignore_paths = {".", "", "..", "/", "*", "test/../cache"}}).size() == 4);
}

TEST_CASE("what is left out is named, with how many files it has") {
  const test::Model model;
  for (const auto* path : {".git/config", ".git/objects/a", ".gitignore", "cache/a", "b", "c"})
    model.write(path, "x");
  std::filesystem::create_directory_symlink("..", model.at(".git/objects/loop"));
  const auto tree = list_tree(model.root(), {.ignore_paths = {"c", "cache", "gone"}});
  REQUIRE(tree);
  std::string found;
  for (const auto& each : tree->ignored)
    found += each.path + " " + std::to_string(each.files) + "; ";
  CHECK(found == ".git/ 3; .gitignore 1; c 1; cache/ 1; ");
  CHECK(list_tree(model.root(), {.ignore_git_paths = false, .ignore_paths = {".git/objects/loop"}})
            ->ignored.size() == 1);
}

TEST_CASE("what a person ignores lies in the model and is no pattern") {
  const test::Model model;
  model.write("a/b", "x");
  const auto root = std::filesystem::canonical(model.root());
  CHECK(ignore_path(root, "a/b").value() == "a/b");
  CHECK(ignore_path(root, "./a//b/").value() == "a/b");
  CHECK(ignore_path(root, (root / "a/b").native()).value() == "a/b");
  for (const auto* text : {"", ".", "..", "../x", "a/../..", "*.bin", "a?", "[ab]", "/etc"}) {
    CAPTURE(text);
    const auto refused = ignore_path(root, text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::usage);
  }
}

TEST_CASE("a signature knows where it lies in the model") {
  const test::Model model;
  model.write("sub/a", "x");
  const auto root = std::filesystem::canonical(model.root());
  CHECK(path_below(root, root / "model.sig") == "model.sig");
  CHECK(path_below(root, root / "sub/../sub/model.sig") == "sub/model.sig");
  CHECK(path_below(root, root.parent_path() / "model.sig").empty());
}

TEST_CASE("a symlink is refused by name unless links are allowed") {
  const test::Model model;
  model.write("a", "x");
  model.link("link", "a");
  const auto refused = list_tree(model.root(), {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message() == "link: a symlink");
  CHECK(refused.error().hint().find("--allow-symlinks") != std::string::npos);
  CHECK(model.names({.ignore_paths = {"link"}}) == Names{"a"});

  const auto tree = list_tree(model.root(), {.allow_symlinks = true});
  REQUIRE(tree);
  REQUIRE(tree->files.size() == 2);
  CHECK(tree->files[1].path == "link");
  CHECK(tree->files[1].linked);
  CHECK(tree->links_outside.empty());
}

TEST_CASE("where links are allowed, those to nothing and to directories are refused") {
  struct Case {
    const char* target;
    const char* says;
  };
  for (const auto& each : {Case{"nowhere", "link: a symlink that leads nowhere"},
                           Case{"dir", "link: a symlink to a directory"},
                           Case{".", "link: a symlink to a directory that it lies in"}}) {
    CAPTURE(each.target);
    const test::Model model;
    model.write("dir/a", "x");
    model.link("link", each.target);
    const auto tree = list_tree(model.root(), {.allow_symlinks = true});
    REQUIRE_FALSE(tree);
    CHECK(tree.error().message() == each.says);
  }
}

TEST_CASE("a link that leads out of the model is told") {
  const test::Model outside;
  outside.write("x", "x");
  const test::Model model;
  model.link("link", outside.at("x"));
  const auto tree = list_tree(model.root(), {.allow_symlinks = true});
  REQUIRE(tree);
  CHECK(tree->links_outside == Names{"link"});
}

TEST_CASE("pipes and names that are no text are refused") {
  const test::Model pipe;
  REQUIRE(mkfifo(pipe.at("pipe").c_str(), 0600) == 0);
  CHECK(list_tree(pipe.root(), {}).error().message() ==
        "pipe: neither a regular file nor a directory");
  for (const auto* name : {"a\xff", "a\nb"}) {
    const test::Model model;
    model.write(name, "x");
    CHECK(list_tree(model.root(), {}).error().kind() == ErrorKind::usage);
  }
}

TEST_CASE("a model may be a single file, named by its name") {
  const test::Model model;
  model.write("sub/model.gguf", "x");
  const auto tree = list_tree(model.at("sub/model.gguf"), {});
  REQUIRE(tree);
  CHECK(tree->single);
  CHECK(tree->name == "model.gguf");
  REQUIRE(tree->files.size() == 1);
  CHECK(tree->files[0].path == "model.gguf");
  CHECK(list_tree(model.at("none"), {}).error().kind() == ErrorKind::usage);
}
