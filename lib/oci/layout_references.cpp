// Blobs by reference: path and stamp as JSON, one file a digest.
#include "oci/layout_references.hpp"

#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "json/value.hpp"
#include "oci/layout_blobs.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

namespace mpk::oci::layout {
namespace {

constexpr std::size_t kCap = 16U << 10;
constexpr const char* kFolder = "mpk-references";

Json document_of(const std::string& path, const FileStamp& stamp) {
  return {{"path", path},       {"device", stamp.device},    {"inode", stamp.inode},
          {"size", stamp.size}, {"mtimeNs", stamp.mtime_ns}, {"ctimeNs", stamp.ctime_ns}};
}

Result<FileReference> parse(std::string_view text) {
  const Json document = TRY(json::parse(text));
  const json::Field field(document);
  FileReference found;
  found.path = TRY(field.string("path"));
  if (!found.path.is_absolute()) {
    return Error(ErrorKind::malformed,
                 "path " + printable(found.path.native(), 120) + " is not absolute");
  }
  found.stamp.device = TRY(field.unsigned_integer("device"));
  found.stamp.inode = TRY(field.unsigned_integer("inode"));
  found.stamp.size = TRY(field.unsigned_integer("size"));
  found.stamp.mtime_ns = TRY(TRY(field.at("mtimeNs")).integer());
  found.stamp.ctime_ns = TRY(TRY(field.at("ctimeNs")).integer());
  return found;
}

}  // namespace

bool FileReference::is_current() const {
  const auto file = FileReader::open(path);
  return file && file->stamp() == stamp;
}

Result<std::optional<Directory>> References::folder(DigestAlgorithm algorithm, bool make) const {
  const Directory root = TRY(Directory::open(root_));
  const std::string name(to_string(algorithm));
  if (make) {
    const Directory all = TRY(root.make(kFolder));
    return std::optional(TRY(all.make(name)));
  }
  const auto all = TRY(root.find(kFolder));
  if (!all) return std::optional<Directory>();
  return all->find(name);
}

Result<std::optional<FileReference>> References::find(const Digest& digest) const {
  const auto in = TRY(folder(digest.algorithm(), false));
  if (!in) return std::optional<FileReference>();
  const auto path = in->path() / digest.hex();
  auto text = read_file(path, kCap);
  if (!text && text.error().kind() == ErrorKind::not_found) return std::optional<FileReference>();
  if (!text) return std::move(text).error();
  return std::optional(TRY(parse(*text).with(path.native())));
}

Result<void> References::put(const Digest& digest, const FileReader& file) const {
  std::error_code failure;
  const auto path = std::filesystem::absolute(file.path(), failure).lexically_normal().native();
  if (failure) return errno_error(failure.value(), "find", file.path());
  if (!is_valid_utf8(path)) {
    return Error(ErrorKind::unsupported,
                 printable(path, 150) +
                     ": not UTF-8, which a reference to "
                     "it must be",
                 "without --by-reference it is copied");
  }
  const auto in = TRY(folder(digest.algorithm(), true));
  AtomicFile out = TRY(AtomicFile::create(*in));
  TRY(out.write(as_bytes(json::compact(document_of(path, file.stamp())))));
  return out.commit_in(*in, digest.hex(), 0644);
}

Result<void> References::erase(const Digest& digest) const {
  const auto in = TRY(folder(digest.algorithm(), false));
  if (!in) return {};
  if (::unlinkat(in->descriptor(), digest.hex().c_str(), 0) != 0 && errno != ENOENT) {
    return errno_error(errno, "remove", in->path() / digest.hex());
  }
  return {};
}

Result<std::vector<Digest>> References::list() const {
  std::vector<Digest> found;
  for (const auto algorithm : kAlgorithms) {
    const auto in = TRY(folder(algorithm, false));
    if (!in) continue;
    std::error_code failure;
    std::filesystem::directory_iterator entry(in->path(), failure);
    while (!failure && entry != std::filesystem::directory_iterator()) {
      auto digest = Digest::parse(
          fmt::format("{}:{}", to_string(algorithm), entry->path().filename().native()));
      if (digest) found.push_back(digest.take());
      entry.increment(failure);
    }
    if (failure) return errno_error(failure.value(), "list", in->path());
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace mpk::oci::layout
