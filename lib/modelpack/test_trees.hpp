// For tests: a directory of files that goes away, and what is in it.
#pragma once

#include "base/file.hpp"
#include "modelpack/pack.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::modelpack::test {

struct Tree {
  const std::filesystem::path& root() const { return directory.path(); }
  std::filesystem::path at(std::string_view path) const { return root() / path; }

  void write(std::string_view path, std::string_view content, bool executable = false) const {
    std::filesystem::create_directories(at(path).parent_path());
    std::ofstream(at(path), std::ios::binary | std::ios::trunc) << content;
    REQUIRE(chmod(at(path).c_str(), executable ? 0755 : 0644) == 0);
  }
  std::string read(std::string_view path) const {
    return read_file(at(path), 64U << 20).value_or("(none)");
  }
  unsigned mode(std::string_view path) const {
    struct stat status{};
    REQUIRE(lstat(at(path).c_str(), &status) == 0);
    return status.st_mode & 07777U;
  }
  /// Everything below, directories and hidden files included, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root()))
      out.push_back(std::filesystem::relative(entry.path(), root()).native());
    std::ranges::sort(out);
    return out;
  }

  TempDir directory = TempDir::create("mpk-test").take();
};

/// plan_pack, then pack_into, or pack_dry without a store.
inline Result<PackOutcome> pack_all(oci::Store* store, const PackOptions& options) {
  const auto plan = TRY(plan_pack(options));
  return store == nullptr ? pack_dry(plan, options) : pack_into(*store, plan, options);
}

}  // namespace mpk::modelpack::test
