// Blobs by reference: the folder mpk-references/ of an image layout, for content that stays where
// it is.
#pragma once

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <optional>

namespace mpk::oci::layout {

/// Where the bytes of a blob are, and what the file was when its digest was taken.
struct FileReference {
  std::filesystem::path path;  // absolute
  FileStamp stamp;
  /// Whether the file is there with that stamp.
  bool is_current() const;
};

/// mpk-references/ALGORITHM/HEX, a small JSON document each. Other tools do not know them: to them
/// the blobs are missing. Nothing here proves a digest; who reads the file does. Thread-safe and
/// safe for several processes.
class References {
 public:
  explicit References(std::filesystem::path root) : root_(std::move(root)) {}
  /// malformed: not such a document.
  Result<std::optional<FileReference>> find(const Digest& digest) const;
  /// unsupported: a path that is not UTF-8.
  Result<void> put(const Digest& digest, const FileReader& file) const;
  /// One that is not there is no error.
  Result<void> erase(const Digest& digest) const;
  /// All, sorted. Files of other names are left out.
  Result<std::vector<Digest>> list() const;

 private:
  Result<std::optional<Directory>> folder(DigestAlgorithm algorithm, bool make) const;
  std::filesystem::path root_;  // the layout
};

}  // namespace mpk::oci::layout
