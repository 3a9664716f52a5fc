// The blobs of an image layout: content by digest, proven on the way in and on the way out.
#pragma once

#include "base/directory.hpp"
#include "base/result.hpp"
#include "oci/descriptor.hpp"
#include "oci/layout_references.hpp"
#include "oci/store.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::oci::layout {

inline constexpr std::array kAlgorithms = {DigestAlgorithm::sha256, DigestAlgorithm::sha384,
                                           DigestAlgorithm::sha512};

/// malformed: blobs/, or a folder in it, is no real directory.
Result<void> check_blob_folders(const std::filesystem::path& root);

/// How content that comes from a file enters.
enum class Entering {
  copied,        // or cloned, where the file system shares blocks
  by_reference,  // the file stays where it is (layout_references.hpp)
};

/// Thread-safe and safe for several processes: a blob gets its name only when it is complete. What
/// was entered by reference is read from there, and proven each time; a file that changed since is
/// a missing blob until somebody wants its bytes, and then a mismatch.
class Blobs {
 public:
  explicit Blobs(const std::filesystem::path& root, Entering entering = Entering::copied)
      : root_(root), references_(root), entering_(entering) {}

  /// nullopt: no such blob.
  Result<std::optional<std::uint64_t>> size(const Digest& digest) const;
  /// Whether there is a blob of that size: a truncated one counts as missing, so that a push heals
  /// it.
  Result<bool> has(const Descriptor& descriptor) const;

  /// Every blob of at most `cap` bytes, without a media type, sorted. Files that are no blobs are
  /// left out.
  Result<std::vector<Descriptor>> list(std::uint64_t cap) const;

  /// not_found, mismatch.
  Result<void> stream(const Descriptor& descriptor, const Sink& sink) const;
  /// As Store::fetch_range; what lies before `offset` is not read.
  Result<void> range(const Descriptor& descriptor, std::uint64_t offset, std::uint64_t length,
                     const Sink& sink) const;
  /// too_large over `cap`.
  Result<std::string> text(const Descriptor& descriptor, std::size_t cap) const;

  /// already_there: a blob of that size, and with that digest if it has at most 4 MiB; a larger one
  /// is not read for it. Anything else in its place is replaced. malformed: blobs/, or a folder in
  /// it, is no real directory; nothing is written through a link. A file that is entered by
  /// reference is not read.
  Result<Pushed> put(const Descriptor& descriptor, Source& source) const;
  /// As Store::push_stream. Replaces what is there in any case: it may be damaged.
  Result<Pushed> put_stream(Source& source, std::uint64_t size,
                            const std::function<Result<Digest>()>& digest) const;
  /// For manifests and other small content: replaces what is there if it is damaged.
  Result<void> put_text(const Descriptor& descriptor, std::string_view content) const;
  /// A blob that is not there is no error.
  Result<void> erase(const Digest& digest) const;

 private:
  Result<bool> is_proven(const Descriptor& descriptor) const;
  Result<void> write(const Descriptor& descriptor, Source& source) const;
  Result<std::optional<std::uint64_t>> stored_size(const Digest& digest) const;
  Result<FileReader> open(const Descriptor& descriptor) const;
  Result<Directory> writable_folder(DigestAlgorithm algorithm) const;
  std::filesystem::path path(const Digest& digest) const;
  std::filesystem::path root_;  // the layout
  References references_;
  Entering entering_;
  // What killed writers left is looked for once, not at every blob of thousands.
  mutable std::array<std::atomic<bool>, kAlgorithms.size()> tidied_{};
};

}  // namespace mpk::oci::layout
