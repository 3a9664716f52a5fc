// Digests of files and shards, many at a time, each byte read once.
#pragma once

#include "base/parallel.hpp"
#include "base/progress.hpp"
#include "oms/statement.hpp"
#include "oms/tree.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace mpk::oms {

/// What becomes one resource.
struct Piece {
  std::string name;
  const TreeFile* file = nullptr;
  std::uint64_t begin = 0, end = 0;
};

/// §6.3: each file, or its shards; an empty file has no shard.
std::vector<Piece> pieces_of(const TreeFile& file, const Serialization& serialization);
/// How many that are.
std::uint64_t piece_count(const TreeFile& file, const Serialization& serialization);

struct HashOptions {
  Progress* progress = nullptr;
  Stats* stats = nullptr;
  CancelToken cancel = {};
};

/// In the order of `pieces`. A file that is no link is opened below tree.root without following
/// one. mismatch: a file changed since it was listed, or while it was read; io.
Result<std::vector<Resource>> hash_pieces(const Tree& tree, const std::vector<Piece>& pieces,
                                          HashType type, const HashOptions& options);

}  // namespace mpk::oms
