// Hashing in workers: large pieces first, so that two streams of SHA-256 meet (crypto/hash_pairs).
#include "oms/hash_files.hpp"

#include "base/directory.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "crypto/blake2b.hpp"
#include "crypto/blake3.hpp"
#include "crypto/file_hasher.hpp"
#include "crypto/hash.hpp"

#include <algorithm>
#include <numeric>
#include <variant>

namespace mpk::oms {
namespace {

constexpr std::size_t kChunk = 256U << 10;

class AnyHash {
 public:
  explicit AnyHash(HashType type) {
    if (type == HashType::blake2b) hash_.emplace<crypto::Blake2b>();
    if (type == HashType::blake3) hash_.emplace<crypto::Blake3>();
  }
  void update(BytesView bytes) {
    std::visit([&](auto& hash) { hash.update(bytes); }, hash_);
  }
  Bytes finish() {
    if (auto* sha = std::get_if<crypto::Hasher>(&hash_)) return sha->finish().bytes();
    if (auto* blake3 = std::get_if<crypto::Blake3>(&hash_)) return blake3->finish();
    return std::get<crypto::Blake2b>(hash_).finish();
  }

 private:
  std::variant<crypto::Hasher, crypto::Blake2b, crypto::Blake3> hash_;
};

Error changed(const Piece& piece) {
  return {ErrorKind::mismatch, printable(piece.file->path, 120) + " changed while it was read",
          "run the command again when nobody writes to it"};
}

Result<FileReader> open(const Directory& root, const TreeFile& file) {
  if (file.linked) return FileReader::open(file.absolute);
  const auto place = TRY(find_parents_beneath(root, file.path));
  if (!place) return Error(ErrorKind::not_found, printable(file.path, 120) + ": not found");
  return FileReader::open_in(place->directory, place->name);
}

class PieceHash {
 public:
  PieceHash(const Piece& piece, FileReader reader, HashType type, const HashOptions& options)
      : piece_(piece), reader_(std::move(reader)), hash_(type), options_(options) {
    if (options.progress != nullptr) {
      task_ = options.progress->start(piece.name, piece.end - piece.begin);
    }
  }

  Result<Bytes> run(const CancelToken& stop) {
    if (reader_.size() != piece_.file->size) return changed(piece_);
    TRY(reader_.seek(piece_.begin));
    std::uint64_t at = piece_.begin;
    Bytes buffer(static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, piece_.end - at)));
    while (at < piece_.end) {
      TRY(stop.check());
      const auto wanted = std::min<std::uint64_t>(buffer.size(), piece_.end - at);
      const auto count =
          TRY(reader_.read(std::span(buffer).first(static_cast<std::size_t>(wanted))));
      if (count == 0) return changed(piece_);
      hash_.update(BytesView(buffer).first(count));
      at += count;
      if (options_.stats != nullptr) {
        options_.stats->bytes_read += count;
        options_.stats->bytes_hashed += count;
      }
      if (task_) task_->advance(count);
    }
    if (!reader_.check_unchanged()) return changed(piece_);
    if (task_) task_->done("hashed");
    return hash_.finish();
  }

 private:
  const Piece& piece_;
  FileReader reader_;
  AnyHash hash_;
  const HashOptions& options_;
  std::unique_ptr<ProgressTask> task_;
};

}  // namespace

std::uint64_t piece_count(const TreeFile& file, const Serialization& serialization) {
  if (serialization.method == Method::files) return 1;
  const auto whole = file.size / serialization.shard_size;
  return whole + (file.size % serialization.shard_size == 0 ? 0 : 1);
}

std::vector<Piece> pieces_of(const TreeFile& file, const Serialization& serialization) {
  if (serialization.method == Method::files) {
    return {{.name = file.path, .file = &file, .begin = 0, .end = file.size}};
  }
  std::vector<Piece> out;
  for (std::uint64_t begin = 0; begin < file.size;) {
    const auto end = begin + std::min(serialization.shard_size, file.size - begin);
    out.push_back({shard_name(file.path, begin, end), &file, begin, end});
    begin = end;
  }
  return out;
}

Result<std::vector<Resource>> hash_pieces(const Tree& tree, const std::vector<Piece>& pieces,
                                          HashType type, const HashOptions& options) {
  const auto root = TRY(Directory::open(tree.root));
  std::vector<Resource> out(pieces.size());
  std::vector<std::size_t> order(pieces.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](std::size_t i) { return pieces[i].end - pieces[i].begin; });
  TRY(parallel_for(order.size(), crypto::streams_at_a_time(), options.cancel,
                   [&](std::size_t i, const CancelToken& stop) -> Result<void> {
                     const auto& piece = pieces[order[i]];
                     PieceHash hash(piece, TRY(open(root, *piece.file)), type, options);
                     out[order[i]] = {.name = piece.name, .digest = TRY(hash.run(stop))};
                     return {};
                   }));
  return out;
}

}  // namespace mpk::oms
