// TarWriter: a tar of files whose bytes follow from names, sizes and contents alone.
#pragma once

#include "archive/source.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mpk::archive {

struct TarMember {
  std::string path;  // safe relative path
  std::uint64_t size = 0;
  bool executable = false;
};

/// The archive is pulled: nothing is buffered but one header. Entries come in the order given, with
/// uid and gid 0, no names, mode 0644 or 0755, and one time; ustar where it fits, else with a pax
/// header (model-spec, docs/spec.md, "Reproducibility"). Not thread-safe.
class TarWriter {
 public:
  /// The contents of a member; called when they are due, again after rewind().
  using Open = std::function<Result<Source>(std::size_t index)>;

  /// usage: two members with one path, a time before 1970. malformed: an unsafe path.
  static Result<TarWriter> create(std::vector<TarMember> members, Timestamp mtime, Open open);

  /// Of the whole archive; known before a file is opened.
  std::uint64_t size() const { return size_; }
  /// Up to buffer.size() bytes; 0 at the end. mismatch: contents are longer or shorter than the
  /// member; errors of `open` and of a source as they are.
  Result<std::size_t> read(std::span<std::uint8_t> buffer);
  /// Back to the start.
  void rewind();

 private:
  TarWriter(std::vector<TarMember> members, Timestamp mtime, Open open)
      : members_(std::move(members)), mtime_(mtime), open_(std::move(open)) {}
  Result<void> advance();
  Result<std::size_t> read_content(std::span<std::uint8_t> buffer);

  std::vector<TarMember> members_;
  Timestamp mtime_;
  Open open_;
  std::uint64_t size_ = 0;

  std::size_t next_ = 0;   // member whose header comes next
  std::string pending_;    // a header, padding, or the end
  std::size_t taken_ = 0;  // of pending_
  Source content_;         // of member next_ - 1; empty: none is due
  std::uint64_t left_ = 0;
  bool closed_ = false;
};

}  // namespace mpk::archive
