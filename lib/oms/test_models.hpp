// For tests: a model's directory that goes away, its statement, and the vectors' statements.
#pragma once

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "json/parse.hpp"
#include "oms/compare.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::oms::test {

struct Model {
  const std::filesystem::path& root() const { return directory.path(); }
  std::filesystem::path at(std::string_view path) const { return root() / path; }
  void write(std::string_view path, std::string_view content) const {
    std::filesystem::create_directories(at(path).parent_path());
    std::ofstream(at(path), std::ios::binary | std::ios::trunc) << content;
  }
  void link(std::string_view path, const std::filesystem::path& target) const {
    std::filesystem::create_symlink(target, at(path));
  }
  std::vector<std::string> names(const TreeRules& rules = {}) const {
    std::vector<std::string> out;
    for (const auto& file : list_tree(root(), rules).take().files) out.push_back(file.path);
    return out;
  }

  TempDir directory = TempDir::create("mpk-test").take();
};

inline std::string statement_text(const Tree& tree, const Serialization& serialization) {
  std::vector<Piece> pieces;
  for (const auto& file : tree.files) {
    for (auto& piece : pieces_of(file, serialization)) pieces.push_back(piece);
  }
  auto resources = hash_pieces(tree, pieces, serialization.hash, {}).take();
  return make_statement(tree.name, serialization, std::move(resources)).take();
}

inline Statement statement_of(const Tree& tree, const Serialization& serialization = {}) {
  return parse_statement(statement_text(tree, serialization)).take();
}

/// A file of the public test vectors; empty when they are absent.
inline std::string vector_file(const std::string& name) {
  return read_file(std::filesystem::path(MPK_VECTORS_DIR) / "oms/v1.0" / name, 1U << 20)
      .value_or("");
}

inline std::string payload_of(const std::string& bundle) {
  const auto document = json::parse(bundle).take();
  const auto text = document["dsseEnvelope"]["payload"].get<std::string>();
  const auto bytes = base64_decode(text).take();
  return std::string(as_text(bytes));
}

}  // namespace mpk::oms::test
