// Tests of walk_model: order, what is left out, links, and what is refused by name.
#include "base/walk.hpp"

#include "base/file.hpp"
#include "base/limits.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>
#include <ostream>

using namespace mpk;
namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

void put(const fs::path& path, std::string_view contents = "x") {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << contents;
}

Names paths(const WalkResult& result) {
  Names out;
  for (const auto& file : result.files) out.push_back(file.path);
  return out;
}

// The error of a walk that must fail, which names `subject`.
Error refusal(const fs::path& root, std::string_view subject) {
  const auto result = walk_model(root);
  REQUIRE_FALSE(result);
  CAPTURE(result.error().text());
  CHECK(result.error().text().find(subject) != std::string::npos);
  return result.error();
}

}  // namespace

TEST_CASE("files come sorted bytewise, with size, mode and what to open") {
  const TempDir dir = TempDir::create("mpk-test").take();
  for (const char* name : {"b", "a/z", "a.txt", "a-b", "B", "é", "a/b/c"}) put(dir.path() / name);
  put(dir.path() / "run.sh", "#!/bin/sh\n");
  fs::permissions(dir.path() / "run.sh", fs::perms::owner_all);
  fs::create_directories(dir.path() / "empty");
  const WalkResult result = walk_model(dir.path()).take();
  CHECK(paths(result) == Names{"B", "a-b", "a.txt", "a/b/c", "a/z", "b", "run.sh", "é"});
  CHECK(result.ignored.empty());
  const WalkFile& script = result.files[6];
  CHECK(script.size == 10);
  CHECK(script.executable);
  CHECK_FALSE(result.files[0].executable);
  CHECK(script.absolute == fs::canonical(dir.path()) / "run.sh");
}

TEST_CASE("git, caches and editor left-overs are out at every depth, their look-alikes are in") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const Names out = {
      ".git/config",      ".gitattributes",  "sub/.gitignore",         ".cache/hub/x",
      "s/x.pyc",          "s/__pycache__/y", "n/.ipynb_checkpoints/z", ".DS_Store",
      "sub/.DS_Store",    "config.json~",    ".config.json.swp",       ".idea/w.xml",
      ".vscode/set.json", ".mpk-tmp-aB3dE6"};
  const Names in = {"git", "cache/x", "x.py", "pycache", "swp", "a~b", ".hidden", "sub/model.gguf"};
  for (const auto& name : out) put(dir.path() / name);
  for (const auto& name : in) put(dir.path() / name);
  const WalkResult result = walk_model(dir.path()).take();
  CHECK(paths(result) ==
        Names{".hidden", "a~b", "cache/x", "git", "pycache", "sub/model.gguf", "swp", "x.py"});
  CHECK(result.ignored == Names{".DS_Store", ".cache/", ".config.json.swp", ".git/",
                                ".gitattributes", ".idea/", ".mpk-tmp-aB3dE6", ".vscode/",
                                "config.json~", "n/.ipynb_checkpoints/", "s/__pycache__/",
                                "s/x.pyc", "sub/.DS_Store", "sub/.gitignore"});
}

TEST_CASE("what looks like a secret is out at every depth, its look-alikes are in") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const Names out = {".env",
                     ".env.local",
                     "s/.envrc",
                     ".netrc",
                     ".npmrc",
                     ".pypirc",
                     ".git-credentials",
                     "home/.ssh/config",
                     ".aws/config",
                     "id_rsa",
                     "s/id_ed25519",
                     "tls.pem",
                     "s/server.KEY",
                     "a.p12",
                     "home/.docker/config.json"};
  const Names in = {".docker/other", "a.pem.txt", "docker/config.json", "env", "id_rsa.pub",
                    "key.json",      "pem"};
  for (const auto& name : out) put(dir.path() / name);
  for (const auto& name : in) put(dir.path() / name);
  const WalkResult result = walk_model(dir.path()).take();
  CHECK(paths(result) == in);
  CHECK(result.ignored.size() == out.size());
  for (const auto& name : result.ignored) {
    CAPTURE(name);
    CHECK(looks_like_secret(name));
  }
  for (const auto& name : in) {
    CAPTURE(name);
    CHECK_FALSE(looks_like_secret(name));
  }
  CHECK_FALSE(looks_like_secret(".git/"));
}

TEST_CASE("a secret comes in by its name in .mpkignore, never by a link to it") {
  const TempDir dir = TempDir::create("mpk-test").take();
  put(dir.path() / "ca.pem");
  fs::create_symlink("ca.pem", dir.path() / "roots.txt");
  CHECK(refusal(dir.path(), "roots.txt: a symlink to ca.pem").kind() == ErrorKind::usage);
  put(dir.path() / ".mpkignore", "!ca.pem\n");
  CHECK(paths(walk_model(dir.path()).take()) == Names{"ca.pem", "roots.txt"});
}

TEST_CASE("an image layout inside is out as a whole, a directory that is one is refused") {
  const TempDir dir = TempDir::create("mpk-test").take();
  for (const char* name : {"w", "out/oci-layout", "out/blobs/sha256/x", "in/oci-layout/x"}) {
    put(dir.path() / name);
  }
  const WalkResult result = walk_model(dir.path()).take();
  CHECK(paths(result) == Names{"in/oci-layout/x", "w"});
  CHECK(result.ignored == Names{"out/"});
  CHECK(refusal(dir.path() / "out", "out: an OCI image layout").kind() == ErrorKind::usage);
}

TEST_CASE("a directory that may not be read is refused by its own name") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const fs::path root = dir.path() / "model";
  put(root / "w");
  put(root / "sub" / "f");
  // Permissions stop everybody but root.
  const bool as_root = ::geteuid() == 0;
  fs::permissions(dir.path(), fs::perms::all);
  REQUIRE((!as_root || ::seteuid(65534) == 0));
  const auto refused_with = [&](const fs::path& closed, fs::perms permissions) {
    if (as_root) REQUIRE(::seteuid(0) == 0);
    fs::permissions(closed, permissions);
    if (as_root) REQUIRE(::seteuid(65534) == 0);
    const Error error = refusal(root, closed.native());
    if (as_root) REQUIRE(::seteuid(0) == 0);
    fs::permissions(closed, fs::perms::all);
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(error.text().find("permission denied") != std::string::npos);
  };
  refused_with(root, fs::perms::none);
  refused_with(root, fs::perms::others_read | fs::perms::owner_read);  // names, but nothing behind
  refused_with(root / "sub", fs::perms::none);
  if (as_root) REQUIRE(::seteuid(0) == 0);
}

TEST_CASE(".mpkignore adds to the rule, and is out itself") {
  const TempDir dir = TempDir::create("mpk-test").take();
  put(dir.path() / ".mpkignore", "# checkpoints\ncheckpoint-*/\n*.log\n!keep.log\n");
  for (const char* name : {"checkpoint-1/w", "a.log", "keep.log", "w", ".git/x"}) {
    put(dir.path() / name);
  }
  const WalkResult result = walk_model(dir.path()).take();
  CHECK(paths(result) == Names{"keep.log", "w"});
  CHECK(result.ignored == Names{".git/", ".mpkignore", "a.log", "checkpoint-1/"});
}

TEST_CASE("a .mpkignore that is malformed, or no file, is refused") {
  const TempDir dir = TempDir::create("mpk-test").take();
  put(dir.path() / "w");
  put(dir.path() / ".mpkignore", "fine\n[a-\n");
  CHECK(refusal(dir.path(), ".mpkignore").kind() == ErrorKind::usage);
  fs::remove(dir.path() / ".mpkignore");
  fs::create_symlink("w", dir.path() / ".mpkignore");
  CHECK(refusal(dir.path(), ".mpkignore").kind() == ErrorKind::usage);
  fs::remove(dir.path() / ".mpkignore");
  REQUIRE(::mkfifo((dir.path() / ".mpkignore").c_str(), 0600) == 0);
  CHECK(refusal(dir.path(), ".mpkignore").kind() == ErrorKind::usage);
}

TEST_CASE("a symlink to a file inside the directory is followed") {
  const TempDir dir = TempDir::create("mpk-test").take();
  put(dir.path() / "store" / "weights", "12345");
  fs::create_symlink("store/weights", dir.path() / "relative");
  fs::create_symlink(fs::canonical(dir.path()) / "store" / "weights", dir.path() / "absolute");
  fs::create_symlink("relative", dir.path() / "twice");
  const WalkResult result = walk_model(dir.path()).take();
  CHECK(paths(result) == Names{"absolute", "relative", "store/weights", "twice"});
  for (const auto& file : result.files) {
    CHECK(file.size == 5);
    CHECK(file.absolute == fs::canonical(dir.path()) / "store" / "weights");
  }
}

TEST_CASE("a symlink out of the directory, to a directory, or to nothing is refused by name") {
  const TempDir outer = TempDir::create("mpk-test").take();
  const fs::path root = outer.path() / "model";
  put(outer.path() / "secret");
  // Begins with the root's name and lies beside it.
  put(outer.path() / "model-other" / "f");
  put(root / "sub" / "f");
  const std::pair<const char*, std::string> cases[] = {
      {"../secret", "outside the directory"},
      {"../model-other/f", "outside the directory"},
      {"/etc/passwd", "outside the directory"},
      {"/dev/null", "to no regular file"},
      {"sub", "to a directory"},
      {"nothing", "leads nowhere"},
      {"link", "leads nowhere"},
  };
  for (const auto& [target, why] : cases) {
    CAPTURE(target);
    fs::create_symlink(target, root / "link");
    const Error error = refusal(root, "link: a symlink");
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(error.message().find(why) != std::string::npos);
    CHECK_FALSE(error.hint().empty());
    fs::remove(root / "link");
  }
  // Refused because of the link, not because of the tree; and one may leave it out.
  CHECK(walk_model(root));
  fs::create_symlink("../secret", root / "link");
  put(root / ".mpkignore", "link\n");
  CHECK(walk_model(root)->ignored == Names{".mpkignore", "link"});
}

TEST_CASE("a snapshot of a Hugging Face cache is followed into its own blobs only") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const fs::path repo = dir.path() / "models--acme--tiny";
  put(repo / "blobs" / "abc", "weights");
  put(dir.path() / "models--evil--x" / "blobs" / "abc", "other");
  const fs::path root = repo / "snapshots" / "1234";
  fs::create_directories(root / "onnx");
  fs::create_symlink("../../blobs/abc", root / "model.safetensors");
  fs::create_symlink("../../../blobs/abc", root / "onnx" / "model.onnx");
  const WalkResult result = walk_model(root).take();
  CHECK(paths(result) == Names{"model.safetensors", "onnx/model.onnx"});
  CHECK(result.files[0].absolute == fs::canonical(repo) / "blobs" / "abc");
  CHECK(result.files[0].size == 7);

  fs::create_symlink("../../../models--evil--x/blobs/abc", root / "z");
  CHECK(refusal(root, "z: a symlink").kind() == ErrorKind::usage);
  fs::remove(root / "z");

  // The same links where the parent is not called snapshots.
  fs::rename(repo / "snapshots", repo / "revisions");
  CHECK(refusal(repo / "revisions" / "1234", "outside the directory").kind() == ErrorKind::usage);
}

TEST_CASE("the directory itself may be named through a symlink") {
  const TempDir dir = TempDir::create("mpk-test").take();
  put(dir.path() / "real" / "w");
  put(dir.path() / "real" / "store" / "s");
  fs::create_symlink("store/s", dir.path() / "real" / "link");
  fs::create_directory_symlink("real", dir.path() / "alias");
  const WalkResult result = walk_model(dir.path() / "alias").take();
  CHECK(paths(result) == Names{"link", "store/s", "w"});
  CHECK(result.files[2].absolute == fs::canonical(dir.path()) / "real" / "w");
}

TEST_CASE("fifos and sockets are refused by name") {
  const TempDir dir = TempDir::create("mpk-test").take();
  put(dir.path() / "w");
  REQUIRE(::mkfifo((dir.path() / "pipe").c_str(), 0600) == 0);
  CHECK(refusal(dir.path(), "pipe: neither").kind() == ErrorKind::usage);
  fs::remove(dir.path() / "pipe");

  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string where = (dir.path() / "sock").string();
  REQUIRE(where.copy(address.sun_path, sizeof(address.sun_path) - 1) == where.size());
  REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  CHECK(refusal(dir.path(), "sock: neither").kind() == ErrorKind::usage);
  ::close(fd);
  fs::remove(dir.path() / "sock");
  CHECK(walk_model(dir.path()));
}

TEST_CASE("names that are not UTF-8, or hold control characters, are refused and shown harmless") {
  const TempDir dir = TempDir::create("mpk-test").take();
  put(dir.path() / "bad\xff");
  CHECK(refusal(dir.path(), "\\xff: the name is not UTF-8").kind() == ErrorKind::usage);
  fs::remove(dir.path() / "bad\xff");
  put(dir.path() / "esc\x1b[2J");
  const Error error = refusal(dir.path(), "control character");
  CHECK(error.kind() == ErrorKind::usage);
  CHECK(error.message().find('\x1b') == std::string::npos);
}

TEST_CASE("a tree of exactly the deepest depth is walked, one deeper is refused") {
  const TempDir dir = TempDir::create("mpk-test").take();
  fs::path deepest = dir.path();
  for (std::size_t i = 1; i < limits::kTreeDepth; ++i) deepest /= "d";
  put(deepest / "f");
  CHECK(walk_model(dir.path())->files.size() == 1);
  put(deepest / "d" / "f");
  CHECK(refusal(dir.path(), "deeper than 64").kind() == ErrorKind::too_large);
}

TEST_CASE("as many files as a model may have are walked, one more is refused") {
  const TempDir dir = TempDir::create("mpk-test").take();
  for (std::size_t i = 0; i < limits::kModelFiles; ++i) put(dir.path() / std::to_string(i), "");
  CHECK(walk_model(dir.path())->files.size() == limits::kModelFiles);
  put(dir.path() / "ignored.pyc");
  CHECK(walk_model(dir.path()));
  put(dir.path() / "more");
  CHECK(refusal(dir.path(), "more than 32768 files").kind() == ErrorKind::too_large);
}

TEST_CASE("a root that is missing, or a file, is refused; an empty one has no files") {
  const TempDir dir = TempDir::create("mpk-test").take();
  CHECK(walk_model(dir.path())->files.empty());
  put(dir.path() / "f");
  CHECK(refusal(dir.path() / "absent", "no such directory").kind() == ErrorKind::usage);
  CHECK(refusal(dir.path() / "f", "not a directory").kind() == ErrorKind::usage);
}
