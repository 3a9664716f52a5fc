// Downloads: who fetches which range, and whose turn it is to hash.
#include "oci/downloads.hpp"

#include "crypto/hash.hpp"
#include "oci/segments.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace mpk::oci {
namespace {

constexpr std::size_t kBuffer = 256U << 10;
// What a kill costs at most of each connection's work.
constexpr std::uint64_t kNoteEvery = 1U << 20;
// A token has no condition to wait for, and its flag may be set by a signal handler.
constexpr std::chrono::milliseconds kCancelInterval{100};

Error not_wanted() { return {ErrorKind::cancelled, "the transfer has ended"}; }

}  // namespace

/// One request of one blob.
struct Downloads::Stream {
  std::uint64_t start = 0, position = 0;
  bool cut = false;  // others fetch the rest
};

/// One blob under way; the mutex of Downloads guards it, but for what the thread that hashes uses.
struct Downloads::Transfer {
  Transfer(const Descriptor& wanted, PartFile& file, const CancelToken& token, ProgressTask* shown)
      : blob(wanted),
        part(file),
        stop(token),
        task(shown),
        segments(wanted.size, file.extents()),
        hasher(wanted.digest.algorithm()) {}

  void fail(Error found) {
    // What a sibling's end looks like never hides the cause.
    if (!error || error->kind() == ErrorKind::cancelled) error = std::move(found);
  }

  // How many of them an earlier process left.
  std::uint64_t left_bytes(std::uint64_t offset, std::uint64_t count) const {
    std::uint64_t sum = 0;
    for (const auto& extent : left) {
      const std::uint64_t from = std::max(offset, extent.offset);
      const std::uint64_t to = std::min(offset + count, extent.offset + extent.size);
      if (from < to) sum += to - from;
    }
    return sum;
  }

  const Descriptor& blob;
  PartFile& part;
  const CancelToken& stop;
  ProgressTask* task;
  const std::vector<Extent> left = part.extents();
  Segments segments;
  bool may_split = false;
  bool started = false;  // bytes have come
  std::optional<Error> error;
  std::uint64_t unnoted = 0;

  bool hashing = false;  // a thread does; it uses the next three without the lock
  std::uint64_t hashed = 0;
  crypto::Hasher hasher;
  Bytes buffer = Bytes(kBuffer);
};

void Downloads::end_turn() {
  const std::lock_guard lock(mutex_);
  --turns_left_;
  changed_.notify_all();
}

// Written under the lock, so that no older note overtakes a newer one; it is one page.
Result<void> Downloads::note(Transfer& transfer, bool always) {
  if (!always && transfer.unnoted < kNoteEvery) return {};
  transfer.unnoted = 0;
  return transfer.part.note(transfer.segments.extents());
}

// Whoever comes with fresh bytes hashes them and all that has waited for them; the others go on.
void Downloads::hash(Lock& lock, Transfer& transfer, std::uint64_t offset, BytesView fresh) {
  if (transfer.hashing) return;
  transfer.hashing = true;
  while (!transfer.error) {
    const std::uint64_t at = transfer.hashed;
    const std::uint64_t until = transfer.segments.there_until(at);
    if (until == at) break;
    lock.unlock();
    Result<void> ready = transfer.stop.check();
    BytesView piece;
    if (at >= offset && at - offset < fresh.size()) {
      piece = fresh.subspan(at - offset);
    } else {
      const auto wanted =
          std::span(transfer.buffer).first(std::min<std::uint64_t>(until - at, kBuffer));
      if (ready) ready = transfer.part.read(at, wanted);
      piece = wanted;
      // What was written a moment ago costs no read of the disk, and is not counted as one.
      if (options_.stats != nullptr) {
        options_.stats->bytes_read += transfer.left_bytes(at, piece.size());
      }
    }
    if (ready) transfer.hasher.update(piece);
    lock.lock();
    if (!ready) {
      transfer.fail(std::move(ready.error()));
      break;
    }
    if (options_.stats != nullptr) options_.stats->bytes_hashed += piece.size();
    transfer.hashed += piece.size();
    if (transfer.hashed / options_.piece != at / options_.piece) changed_.notify_all();
  }
  transfer.hashing = false;
  changed_.notify_all();
}

std::optional<Extent> Downloads::claim(Transfer& transfer) const {
  // One request for all of it, until somebody comes who has time to take a part.
  if (transfer.segments.claimed() == 0) {
    return transfer.segments.claim(transfer.blob.size, transfer.blob.size);
  }
  // Whether the host gives ranges shows with the first bytes; two streams of everything never run.
  if (!transfer.may_split || !transfer.started) return std::nullopt;
  const std::uint64_t limit = transfer.hashed + options_.window;
  auto range = transfer.segments.claim(limit, options_.piece);
  if (!range && transfer.segments.cut(options_.piece)) {
    range = transfer.segments.claim(limit, options_.piece);
  }
  return range;
}

Result<void> Downloads::receive(Transfer& transfer, Stream& stream, BytesView bytes) {
  TRY(transfer.stop.check());
  std::uint64_t count = 0;
  {
    const Lock lock(mutex_);
    if (transfer.error) return not_wanted();
    if (bytes.empty()) return {};
    transfer.started = true;
    count = transfer.segments.take(stream.start, bytes.size());
  }
  const BytesView fresh = bytes.first(count);
  TRY(transfer.part.write(stream.position, fresh));
  if (options_.stats != nullptr) options_.stats->bytes_written += count;
  if (transfer.task != nullptr) transfer.task->advance(count);
  Lock lock(mutex_);
  transfer.segments.wrote(stream.start, count);
  transfer.unnoted += count;
  TRY(note(transfer, false));
  hash(lock, transfer, stream.position, fresh);
  stream.position += count;
  // The rest was given to another thread.
  stream.cut = count < bytes.size();
  if (stream.cut) return not_wanted();
  return {};
}

void Downloads::run(Lock& lock, Transfer& transfer, const Extent& range) {
  lock.unlock();
  Stream stream{.start = range.offset, .position = range.offset};
  Result<void> outcome;
  try {
    outcome = store_.fetch_range(transfer.blob, range.offset, range.size,
                                 [&](BytesView bytes) { return receive(transfer, stream, bytes); });
  } catch (const std::exception& thrown) {
    // The claim has to end, or its leader waits for ever.
    outcome = Error(ErrorKind::internal, fmt::format("unexpected exception: {}", thrown.what()));
  }
  lock.lock();
  const bool no_ranges = !outcome && outcome.error().kind() == ErrorKind::unsupported;
  if (no_ranges && transfer.segments.claimed() > 1) {
    // The others got in before the host said so, and go on.
    transfer.may_split = false;
    transfer.segments.give_back(range.offset);
  } else if (!transfer.segments.release(range.offset) && !stream.cut) {
    transfer.fail(outcome ? Error(ErrorKind::mismatch, fmt::format("blob {}: bytes are missing",
                                                                   transfer.blob.digest.brief()))
                          : std::move(outcome.error()));
  }
  changed_.notify_all();
}

Result<void> Downloads::lead(Lock& lock, Transfer& transfer) {
  hash(lock, transfer, 0, {});
  while (true) {
    const bool idle = transfer.segments.claimed() == 0 && !transfer.hashing;
    if (transfer.error && idle) return *transfer.error;
    if (transfer.hashed == transfer.blob.size && idle) break;
    if (auto ready = transfer.stop.check(); !ready) transfer.fail(std::move(ready.error()));
    const auto range = transfer.error ? std::nullopt : claim(transfer);
    if (range) {
      run(lock, transfer, *range);
    } else {
      changed_.wait_for(lock, kCancelInterval);
    }
  }
  const Digest found = transfer.hasher.finish();
  if (found == transfer.blob.digest) return {};
  return Error(ErrorKind::mismatch,
               fmt::format("blob {}: its bytes have the digest {}", transfer.blob.digest.brief(),
                           found.brief()),
               "the registry served other bytes than were pushed");
}

Result<void> Downloads::attempt(Transfer& transfer) {
  if (transfer.task != nullptr) transfer.task->advance(transfer.part.noted_bytes());
  Lock lock(mutex_);
  const auto place = running_.insert(running_.end(), &transfer);
  auto outcome = lead(lock, transfer);
  running_.erase(place);
  if (outcome) return {};
  static_cast<void>(note(transfer, true));  // the cause counts
  return outcome;
}

Result<void> Downloads::fetch(const Descriptor& blob, PartFile& part, const CancelToken& stop,
                              ProgressTask* task) {
  const bool split = blob.size > options_.split_from;
  bool proven_wrong = false;
  bool no_ranges = false;
  while (true) {
    Transfer transfer(blob, part, stop, task);
    transfer.may_split = split && !no_ranges;
    auto outcome = attempt(transfer);
    if (outcome) return {};
    const ErrorKind kind = outcome.error().kind();
    const bool wrong = kind == ErrorKind::mismatch;
    // Where a host gives no ranges, what is there already is of no use.
    const bool useless = kind == ErrorKind::unsupported && !part.extents().empty();
    const bool once_more = (wrong && !std::exchange(proven_wrong, true)) ||
                           (useless && !std::exchange(no_ranges, true));
    if (wrong || useless) TRY(part.restart());
    if (!once_more) return outcome;
    if (task != nullptr) task->restart();
  }
}

Downloads::Transfer* Downloads::neediest() {
  Transfer* found = nullptr;
  std::uint64_t most = 0;
  for (Transfer* transfer : running_) {
    if (!transfer->may_split || transfer->error) continue;
    const std::uint64_t left =
        (transfer->blob.size - transfer->hashed) / (transfer->segments.claimed() + 1);
    if (left <= most) continue;
    most = left;
    found = transfer;
  }
  return found;
}

void Downloads::help(const CancelToken& stop) {
  Lock lock(mutex_);
  while (turns_left_ > 0 && stop.check()) {
    Transfer* transfer = neediest();
    const auto range = transfer == nullptr ? std::nullopt : claim(*transfer);
    if (range) {
      run(lock, *transfer, *range);
    } else {
      changed_.wait_for(lock, kCancelInterval);
    }
  }
}

}  // namespace mpk::oci
