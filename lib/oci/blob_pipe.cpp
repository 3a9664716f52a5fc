// BlobPipe: one buffer between a fetching thread and the reader.
#include "oci/blob_pipe.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace mpk::oci {
namespace {

// Two of these are in memory: one is filled while the other is read.
constexpr std::size_t kCapacity = 512U << 10;
constexpr std::size_t kPiece = 64U << 10;
// A token has no condition to wait for, and its flag may be set by a signal handler.
constexpr std::chrono::milliseconds kCancelInterval{100};

}  // namespace

struct BlobPipe::Transfer {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::uint8_t> filling;
  bool abandoned = false;               // by the reader
  std::optional<Result<void>> outcome;  // of the fetch
  std::vector<std::uint8_t> draining;   // the reader's own
  std::size_t taken = 0;                // of `draining`
  std::uint64_t total = 0;
  std::jthread fetcher;  // last: it is joined before the rest goes

  static Error stopped() { return Error(ErrorKind::cancelled, "the receiving side has stopped"); }
  Result<void> still_wanted() {
    const std::lock_guard lock(mutex);
    return abandoned ? stopped() : Result<void>();
  }

  // On the fetching thread.
  Result<void> write(BytesView bytes) {
    if (bytes.empty()) return still_wanted();  // asked by a store that gets none, either
    while (!bytes.empty()) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return abandoned || filling.size() < kCapacity; });
      if (abandoned) return stopped();
      const BytesView piece = bytes.first(std::min(bytes.size(), kCapacity - filling.size()));
      filling.insert(filling.end(), piece.begin(), piece.end());
      bytes = bytes.subspan(piece.size());
      changed.notify_all();
    }
    return {};
  }

  // On the fetching thread: no exception may leave it.
  void run(Store& from, const Descriptor& descriptor) {
    Result<void> result;
    try {
      result = from.fetch_blob(descriptor, [this](BytesView bytes) { return write(bytes); });
    } catch (const std::exception& thrown) {
      result = Error(ErrorKind::internal, std::string("unexpected exception: ") + thrown.what());
    }
    const std::lock_guard lock(mutex);
    outcome = std::move(result);
    changed.notify_all();
  }

  // False at the end of the blob.
  Result<bool> refill(const CancelToken& cancel) {
    std::unique_lock lock(mutex);
    while (filling.empty() && !outcome) {
      TRY(cancel.check());
      changed.wait_for(lock, kCancelInterval);
    }
    if (outcome) TRY(Result<void>(*outcome));
    draining.clear();
    taken = 0;
    std::swap(draining, filling);
    changed.notify_all();
    return !draining.empty();
  }

  Result<std::size_t> read(std::span<std::uint8_t> target, const CancelToken& cancel) {
    TRY(cancel.check());
    if (target.empty()) return std::size_t{0};
    if (taken == draining.size() && !TRY(refill(cancel))) return std::size_t{0};
    const std::size_t count = std::min(target.size(), draining.size() - taken);
    std::copy_n(draining.begin() + static_cast<std::ptrdiff_t>(taken), count, target.begin());
    taken += count;
    total += count;
    return count;
  }
};

BlobPipe::BlobPipe(Store& from, Descriptor descriptor, CancelToken cancel, ProgressTask* task)
    : from_(from), descriptor_(std::move(descriptor)), cancel_(std::move(cancel)), task_(task) {}

BlobPipe::~BlobPipe() { stop(); }

std::optional<std::uint64_t> BlobPipe::size() const { return descriptor_.size; }

std::uint64_t BlobPipe::bytes() const { return transfer_ ? transfer_->total : 0; }

Result<void> BlobPipe::start() {
  transfer_ = std::make_unique<Transfer>();
  try {
    transfer_->fetcher =
        std::jthread([this, transfer = transfer_.get()] { transfer->run(from_, descriptor_); });
  } catch (const std::system_error& thrown) {
    transfer_.reset();
    return Error(ErrorKind::io, std::string("cannot start a thread: ") + thrown.what());
  }
  return {};
}

// What lies before the place to read from has to be fetched all the same: it is proven, too.
Result<void> BlobPipe::skip() {
  Bytes thrown_away;
  while (transfer_->total < start_at_) {
    thrown_away.resize(
        static_cast<std::size_t>(std::min<std::uint64_t>(start_at_ - transfer_->total, kPiece)));
    if (TRY(transfer_->read(thrown_away, cancel_)) == 0) break;
  }
  return {};
}

Result<std::size_t> BlobPipe::read(std::span<std::uint8_t> buffer) {
  if (!transfer_) TRY(start());
  TRY(skip());
  const std::size_t count = TRY(transfer_->read(buffer, cancel_));
  if (task_ != nullptr) task_->advance(count);
  return count;
}

Result<void> BlobPipe::seek(std::uint64_t offset) {
  if (offset > descriptor_.size) {
    return Error(ErrorKind::unsupported,
                 descriptor_.digest.text() + ": has no byte " + std::to_string(offset));
  }
  if (transfer_ && transfer_->total > offset) stop();
  start_at_ = offset;
  if (task_ != nullptr) {
    task_->restart();
    task_->advance(offset);
  }
  return {};
}

Result<void> BlobPipe::finish() {
  if (!transfer_) return {};
  std::unique_lock lock(transfer_->mutex);
  while (!transfer_->outcome) {
    TRY(cancel_.check());
    if (transfer_->taken < transfer_->draining.size() || !transfer_->filling.empty()) {
      return Error(ErrorKind::mismatch, descriptor_.digest.text() + ": not read to its end");
    }
    transfer_->changed.wait_for(lock, kCancelInterval);
  }
  return *transfer_->outcome;
}

Result<void> BlobPipe::failure() const {
  if (!transfer_) return {};
  const std::lock_guard lock(transfer_->mutex);
  if (!transfer_->outcome) return {};
  return *transfer_->outcome;
}

void BlobPipe::stop() {
  if (!transfer_) return;
  {
    const std::lock_guard lock(transfer_->mutex);
    transfer_->abandoned = true;
    transfer_->changed.notify_all();
  }
  transfer_.reset();
}

}  // namespace mpk::oci
