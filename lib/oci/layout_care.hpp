// Care of an image layout: remove what nothing needs, prove what is there.
#pragma once

#include "base/parallel.hpp"
#include "base/progress.hpp"
#include "base/result.hpp"
#include "oci/descriptor.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mpk::oci {

struct PruneOptions {
  bool untagged = false;  // also artifacts without a tag, and what is attached to them
  bool dry_run = false;
  CancelToken cancel = {};
};

struct Pruned {
  std::vector<Descriptor> blobs;  // digest and size, sorted
  std::size_t entries = 0;        // of index.json
  std::uint64_t bytes = 0;        // of blobs; what was by reference takes no space
};

/// Removes every blob that index.json does not lead to: through indexes, manifests, and referrers
/// whose subject stays, listed or not. Nobody may be packing into the layout meanwhile (timeout
/// after a minute). mismatch: a manifest on the way is damaged, so that nobody knows what it named;
/// then nothing is removed. As open_layout otherwise.
Result<Pruned> prune_layout(const std::filesystem::path& directory, const PruneOptions& options);

struct CheckOptions {
  std::size_t workers = 4;
  Progress* progress = nullptr;  // not owned
  Stats* stats = nullptr;        // not owned: bytes_read and bytes_hashed
  CancelToken cancel = {};
};

struct LayoutCheck {
  struct Problem {
    std::string digest;
    std::string code;  // "damaged", "missing", "gone" (a file by reference), "unreadable"
    std::string message;
  };
  std::size_t blobs = 0;
  std::uint64_t bytes = 0;
  std::vector<Problem> problems;  // sorted by digest
};

/// Hashes every blob again, those by reference too, and looks for each that a manifest names.
/// Changes nothing. As open_layout otherwise.
Result<LayoutCheck> check_layout(const std::filesystem::path& directory,
                                 const CheckOptions& options);

}  // namespace mpk::oci
