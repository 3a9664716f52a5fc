// Blobs: temporary file, hash, rename (image-spec, image-layout.md#blobs), or a reference.
#include "oci/layout_blobs.hpp"

#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>
#include <vector>

namespace mpk::oci::layout {
namespace {

// Larger pieces fall out of the second-level cache between reading and hashing.
constexpr std::size_t kPiece = 256U << 10;
// Up to here, proving again what is there costs less than writing it would.
constexpr std::uint64_t kReadAgain = limits::kManifest;

Error missing(const Digest& digest) {
  return Error(ErrorKind::not_found, fmt::format("blob {} is not in the layout", digest.text()));
}

Error wrong_size(std::string_view what, std::uint64_t expected, std::uint64_t found) {
  return Error(ErrorKind::mismatch,
               fmt::format("{}: expected {} bytes, found {}", what, expected, found));
}

Error wrong_digest(const Digest& expected, const Digest& found) {
  return Error(ErrorKind::mismatch, fmt::format("{}: the content has another digest, {}",
                                                expected.text(), found.text()));
}

// Reads the whole source; one byte too many ends it, so that an endless source ends too.
Result<void> read_all(Source& source, std::uint64_t size, std::string_view what,
                      const std::function<Result<void>(BytesView)>& sink) {
  std::vector<std::uint8_t> buffer(kPiece);
  std::uint64_t total = 0;
  while (true) {
    const std::size_t count = TRY(source.read(buffer));
    if (count == 0) break;
    if (count > size - total) return wrong_size(what, size, total + count);
    total += count;
    TRY(sink(BytesView(buffer.data(), count)));
  }
  if (total != size) return wrong_size(what, size, total);
  return {};
}

Result<bool> cloned(AtomicFile& file, const Source& source, std::uint64_t size,
                    std::string_view what) {
  if (source.file() == nullptr || !TRY(file.clone(*source.file()))) return false;
  if (file.size() != size) return wrong_size(what, size, file.size());
  return true;
}

// A link there would be somebody else's directory, perhaps one that whoever brought the layout may
// not write to.
template <class T>
Result<T> as_malformed(Result<T> folder) {
  if (folder || folder.error().kind() != ErrorKind::mismatch) return folder;
  return std::move(folder).error().with_kind(ErrorKind::malformed);
}

Result<std::optional<Directory>> find_folder(const std::filesystem::path& root,
                                             DigestAlgorithm algorithm) {
  const auto blobs = TRY(as_malformed(TRY(Directory::open(root)).find("blobs")));
  if (!blobs) return std::optional<Directory>();
  return as_malformed(blobs->find(std::string(to_string(algorithm))));
}

Descriptor described(const Digest& digest, std::uint64_t size) {
  return {.digest = digest, .size = size};
}

}  // namespace

Result<void> check_blob_folders(const std::filesystem::path& root) {
  for (const auto algorithm : kAlgorithms) TRY(find_folder(root, algorithm));
  return {};
}

// Only a Digest, whose grammar is proven, becomes part of a path.
std::filesystem::path Blobs::path(const Digest& digest) const {
  return root_ / "blobs" / to_string(digest.algorithm()) / digest.hex();
}

Result<Directory> Blobs::writable_folder(DigestAlgorithm algorithm) const {
  const Directory root = TRY(Directory::open(root_));
  const Directory blobs = TRY(as_malformed(root.make("blobs")));
  Directory folder = TRY(as_malformed(blobs.make(std::string(to_string(algorithm)))));
  const auto index =
      static_cast<std::size_t>(std::ranges::find(kAlgorithms, algorithm) - kAlgorithms.begin());
  if (!tidied_.at(index).exchange(true)) remove_abandoned_files(folder);
  return folder;
}

Result<std::optional<std::uint64_t>> Blobs::size(const Digest& digest) const {
  const auto stored = TRY(stored_size(digest));
  if (stored) return stored;
  const auto reference = TRY(references_.find(digest));
  if (!reference || !reference->is_current()) return std::optional<std::uint64_t>();
  return std::optional(reference->stamp.size);
}

Result<std::optional<std::uint64_t>> Blobs::stored_size(const Digest& digest) const {
  const auto file = path(digest);
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) {
    if (errno == ENOENT) return std::optional<std::uint64_t>();
    return errno_error(errno, "look at", file);
  }
  if (!S_ISREG(found.st_mode)) {
    return Error(ErrorKind::malformed, fmt::format("{}: not a regular file", file.native()));
  }
  return std::optional<std::uint64_t>(static_cast<std::uint64_t>(found.st_size));
}

Result<std::vector<Descriptor>> Blobs::list(std::uint64_t cap) const {
  std::vector<Descriptor> found;
  for (const auto algorithm : kAlgorithms) {
    const auto folder = root_ / "blobs" / to_string(algorithm);
    std::error_code error;
    std::filesystem::directory_iterator entry(folder, error);
    if (error == std::errc::no_such_file_or_directory) continue;
    while (!error && entry != std::filesystem::directory_iterator()) {
      const auto digest = Digest::parse(
          fmt::format("{}:{}", to_string(algorithm), entry->path().filename().native()));
      std::error_code ignored;
      if (digest && entry->is_regular_file(ignored)) {
        const auto bytes = entry->file_size(ignored);
        if (!ignored && bytes <= cap) found.push_back(described(*digest, bytes));
      }
      entry.increment(error);
    }
    if (error) return errno_error(error.value(), "list", folder);
  }
  std::ranges::sort(found, {}, &Descriptor::digest);
  return found;
}

Result<bool> Blobs::has(const Descriptor& descriptor) const {
  return TRY(size(descriptor.digest)) == descriptor.size;
}

Result<FileReader> Blobs::open(const Descriptor& descriptor) const {
  const std::string name = descriptor.digest.text();
  const auto found = TRY(stored_size(descriptor.digest));
  if (found && *found != descriptor.size) return wrong_size(name, descriptor.size, *found);
  if (found) return FileReader::open(path(descriptor.digest));
  const auto reference = TRY(references_.find(descriptor.digest));
  if (!reference) return missing(descriptor.digest);
  auto reader = FileReader::open(reference->path);
  if (!reader && reader.error().kind() == ErrorKind::not_found) {
    return Error(ErrorKind::not_found,
                 fmt::format("blob {} is {}, by reference, and that is gone", name,
                             printable(reference->path.native(), 200)),
                 "put the file back, or pack again");
  }
  if (!reader) return reader;
  if (reader->size() != descriptor.size) {
    return wrong_size(printable(reference->path.native(), 200), descriptor.size, reader->size())
        .with_hint("it changed since it was packed; pack again");
  }
  return reader;
}

Result<void> Blobs::stream(const Descriptor& descriptor, const Sink& sink) const {
  const std::string name = descriptor.digest.text();
  FileReader reader = TRY(open(descriptor));
  crypto::Hasher hasher(descriptor.digest.algorithm());
  std::vector<std::uint8_t> buffer(
      static_cast<std::size_t>(std::clamp<std::uint64_t>(descriptor.size, 1, kPiece)));
  std::uint64_t total = 0;
  while (true) {
    const std::size_t count = TRY(reader.read(buffer));
    if (count == 0) break;
    if (count > descriptor.size - total) return wrong_size(name, descriptor.size, total + count);
    total += count;
    const BytesView piece(buffer.data(), count);
    hasher.update(piece);
    TRY(sink(piece));
  }
  if (total != descriptor.size) return wrong_size(name, descriptor.size, total);
  const Digest computed = hasher.finish();
  if (computed != descriptor.digest) return wrong_digest(descriptor.digest, computed);
  return {};
}

Result<void> Blobs::range(const Descriptor& descriptor, std::uint64_t offset, std::uint64_t length,
                          const Sink& sink) const {
  FileReader reader = TRY(open(descriptor));
  TRY(reader.seek(offset));
  std::vector<std::uint8_t> buffer(
      static_cast<std::size_t>(std::clamp<std::uint64_t>(length, 1, kPiece)));
  for (std::uint64_t left = length; left > 0;) {
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left));
    const std::size_t count = TRY(reader.read(std::span(buffer).first(room)));
    if (count == 0)
      return wrong_size(descriptor.digest.text(), descriptor.size, offset + length - left);
    left -= count;
    TRY(sink({buffer.data(), count}));
  }
  return {};
}

Result<std::string> Blobs::text(const Descriptor& descriptor, std::size_t cap) const {
  if (descriptor.size > cap) {
    return Error(ErrorKind::too_large, fmt::format("{}: {} bytes, at most {} are read",
                                                   descriptor.digest.text(), descriptor.size, cap));
  }
  std::string content;
  TRY(stream(descriptor, [&](BytesView bytes) -> Result<void> {
    content.append(as_text(bytes));
    return {};
  }));
  return content;
}

Result<bool> Blobs::is_proven(const Descriptor& descriptor) const {
  if (!TRY(has(descriptor))) return false;
  return stream(descriptor, [](BytesView) { return Result<void>(); }).has_value();
}

Result<void> Blobs::write(const Descriptor& descriptor, Source& source) const {
  const Directory folder = TRY(writable_folder(descriptor.digest.algorithm()));
  AtomicFile file = TRY(AtomicFile::create(folder));
  const auto name = descriptor.digest.text();
  const bool is_clone = TRY(cloned(file, source, descriptor.size, name));
  crypto::Hasher hasher(descriptor.digest.algorithm());
  TRY(read_all(source, descriptor.size, name, [&](BytesView piece) -> Result<void> {
    hasher.update(piece);
    return is_clone ? Result<void>() : file.write(piece);
  }));
  const Digest found = hasher.finish();
  if (found != descriptor.digest) return wrong_digest(descriptor.digest, found);
  return file.commit_in(folder, descriptor.digest.hex(), 0644);
}

Result<Pushed> Blobs::put(const Descriptor& descriptor, Source& source) const {
  const bool is_small = descriptor.size <= kReadAgain;
  if (TRY(is_small ? is_proven(descriptor) : has(descriptor))) return Pushed::already_there;
  if (entering_ == Entering::by_reference && source.file() != nullptr) {
    TRY(references_.put(descriptor.digest, *source.file()));
    return Pushed::uploaded;
  }
  TRY(write(descriptor, source));
  return Pushed::uploaded;
}

Result<Pushed> Blobs::put_stream(Source& source, std::uint64_t size,
                                 const std::function<Result<Digest>()>& digest) const {
  if (entering_ == Entering::by_reference && source.file() != nullptr) {
    return put(described(TRY(digest()), size), source);
  }
  AtomicFile file = TRY(AtomicFile::create(TRY(writable_folder(DigestAlgorithm::sha256))));
  if (!TRY(cloned(file, source, size, "streamed blob"))) {
    TRY(read_all(source, size, "streamed blob",
                 [&](BytesView piece) { return file.write(piece); }));
  }
  const Digest answer = TRY(digest());
  const bool there = TRY(stored_size(answer)) == size;
  TRY(file.commit_in(TRY(writable_folder(answer.algorithm())), answer.hex(), 0644));
  return there ? Pushed::already_there : Pushed::uploaded;
}

Result<void> Blobs::put_text(const Descriptor& descriptor, std::string_view content) const {
  if (TRY(is_proven(descriptor))) return {};
  http::TextSource source{std::string(content)};
  return write(descriptor, source);
}

Result<void> Blobs::erase(const Digest& digest) const {
  TRY(references_.erase(digest));
  const auto folder = TRY(find_folder(root_, digest.algorithm()));
  if (!folder) return {};
  if (::unlinkat(folder->descriptor(), digest.hex().c_str(), 0) != 0 && errno != ENOENT) {
    return errno_error(errno, "remove", path(digest));
  }
  return {};
}

}  // namespace mpk::oci::layout
