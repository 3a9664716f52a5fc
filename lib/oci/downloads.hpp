// Downloads: blobs into part files, over a number of connections that all of them share.
#pragma once

#include "base/parallel.hpp"
#include "base/part_file.hpp"
#include "base/progress.hpp"
#include "base/result.hpp"
#include "oci/store.hpp"

#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>

namespace mpk::oci {

struct DownloadOptions {
  // One connection to an object store is slower than most networks, several are not. Below, a
  // second request costs more than it brings.
  std::uint64_t split_from = 64U << 20;
  std::uint64_t piece = 16U << 20;
  // How far ahead of the hash a range may begin: what is written there is read again while the page
  // cache has it.
  std::uint64_t window = 128U << 20;
  Stats* stats = nullptr;  // not owned; bytes written and hashed, and read of what was left
};

/// For threads of which each runs fetch() for one blob after the other, and then help(): together
/// they hold one connection each. A blob comes by one request as long as all have blobs of their
/// own; who has none left takes ranges of a large one. Every byte is written once, and hashed in
/// order while the others arrive. Thread-safe.
class Downloads {
 public:
  /// `count`: how often Turn will be made. `store` must outlive this.
  Downloads(Store& store, std::size_t count, DownloadOptions options = {})
      : store_(store), options_(options), turns_left_(count) {}
  Downloads(const Downloads&) = delete;
  Downloads& operator=(const Downloads&) = delete;
  ~Downloads() = default;

  /// Around all that is done for one blob: help() returns when the last of them ended.
  class Turn {
   public:
    explicit Turn(Downloads& downloads) : downloads_(downloads) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { downloads_.end_turn(); }

   private:
    Downloads& downloads_;
  };

  /// Fills `part` with the blob, going on from its extents, and proves it. What came stays noted
  /// after an error. After bytes that are not the blob's it starts over from nothing, once; then
  /// mismatch. `task` may be null. Otherwise as Store::fetch_range.
  Result<void> fetch(const Descriptor& blob, PartFile& part, const CancelToken& stop,
                     ProgressTask* task);
  /// Takes part in the fetches of other threads until no blob is left, or `stop` is set.
  void help(const CancelToken& stop);

 private:
  struct Transfer;
  struct Stream;
  using Lock = std::unique_lock<std::mutex>;

  void end_turn();
  Result<void> attempt(Transfer& transfer);
  Result<void> lead(Lock& lock, Transfer& transfer);
  std::optional<Extent> claim(Transfer& transfer) const;
  void run(Lock& lock, Transfer& transfer, const Extent& range);
  Result<void> receive(Transfer& transfer, Stream& stream, BytesView bytes);
  void hash(Lock& lock, Transfer& transfer, std::uint64_t offset, BytesView fresh);
  Result<void> note(Transfer& transfer, bool always);
  Transfer* neediest();

  Store& store_;
  const DownloadOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Transfer*> running_;
  std::size_t turns_left_;
};

}  // namespace mpk::oci
