// FileHasher: each piece through one hash, then through the other.
#include "crypto/file_hasher.hpp"

#include <algorithm>
#include <cstddef>
#include <thread>

namespace mpk::crypto {
namespace {

constexpr std::size_t kStreamsPerProcessor = 4;

// It is still in the second-level cache when its turn comes again.
constexpr std::size_t kPiece = 256U << 10;

}  // namespace

std::size_t streams_at_a_time() {
  return kStreamsPerProcessor * std::max(1U, std::thread::hardware_concurrency());
}

void FileHasher::update(BytesView bytes) {
  if (!sha512_) {
    sha256_.update(bytes);
    return;
  }
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(bytes.size(), kPiece));
    sha256_.update(piece);
    sha512_->update(piece);
    bytes = bytes.subspan(piece.size());
  }
}

FileDigests FileHasher::finish() {
  FileDigests out{.sha256 = sha256_.finish()};
  if (sha512_) out.sha512 = sha512_->finish();
  return out;
}

}  // namespace mpk::crypto
