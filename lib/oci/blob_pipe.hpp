// BlobPipe: a blob of one store as the Source of a push to another, through a small buffer.
#pragma once

#include "base/parallel.hpp"
#include "base/progress.hpp"
#include "oci/store.hpp"

#include <memory>

namespace mpk::oci {

/// A thread fetches while the pusher reads; at most a mebibyte is in memory. Nothing is fetched
/// before the first read, so a blob that is there already costs nothing. seek() goes on where the
/// fetch stands, or fetches again, and throws away what lies before. Used by one thread.
class BlobPipe final : public Source {
 public:
  /// `from` and `task` (may be null) must outlive the pipe.
  BlobPipe(Store& from, Descriptor descriptor, CancelToken cancel, ProgressTask* task = nullptr);
  ~BlobPipe() override;

  std::optional<std::uint64_t> size() const override;
  /// The end (0) comes only after the fetched bytes were proven.
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;
  Result<void> seek(std::uint64_t offset) override;

  /// After a push: waits until what was handed out is proven.
  Result<void> finish();
  /// After a push that failed: the error of the fetch if that was the cause. Does not wait.
  Result<void> failure() const;
  /// Where the reader stands, once something was read.
  std::uint64_t bytes() const;

 private:
  struct Transfer;
  void stop();
  Result<void> start();
  Result<void> skip();

  Store& from_;
  Descriptor descriptor_;
  CancelToken cancel_;
  ProgressTask* task_;
  std::uint64_t start_at_ = 0;          // where the next read begins, if it lies ahead
  std::unique_ptr<Transfer> transfer_;  // null: not started
};

}  // namespace mpk::oci
