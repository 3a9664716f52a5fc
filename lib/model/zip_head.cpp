// zip_head: the directory of a whole file, the local headers of a head.
#include "model/zip_head.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "model/little_endian.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace mpk::model {
namespace {

constexpr std::string_view kLocal("PK\x03\x04"), kCentral("PK\x01\x02"), kEnd("PK\x05\x06"),
    kEnd64("PK\x06\x06"), kLocator64("PK\x06\x07");
constexpr std::size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kLocatorSize = 20,
                      kEnd64Size = 56;
constexpr std::uint64_t kNone32 = 0xffffffff;

Error malformed(std::string message) {
  return Error(ErrorKind::malformed, "zip: " + std::move(message));
}

/// §4.5.3: the 64-bit values of those that do not fit, in this order.
void use_zip64(std::string_view extra, ZipEntry& entry, std::uint64_t* offset) {
  while (extra.size() >= 4) {
    const auto id = little_endian(extra, 2);
    auto field = extra.substr(4, static_cast<std::size_t>(little_endian(extra.substr(2), 2)));
    extra.remove_prefix(4 + field.size());
    if (id != 1) continue;
    const auto next = [&](std::uint64_t& value) {
      if (value != kNone32 || field.size() < 8) return;
      value = little_endian_64(field);
      field.remove_prefix(8);
    };
    next(entry.size);
    next(entry.packed);
    if (offset) next(*offset);
    return;
  }
}

/// nullopt: there is no local header, or not all of it.
std::optional<ZipEntry> local_header(std::string_view bytes, std::uint64_t at) {
  if (at > bytes.size() || bytes.size() - at < kLocalSize) return std::nullopt;
  std::string_view header = bytes.substr(static_cast<std::size_t>(at));
  if (!header.starts_with(kLocal)) return std::nullopt;
  const auto number = [&](std::size_t from, std::size_t width) {
    return little_endian(header.substr(from), width);
  };
  const auto name = static_cast<std::size_t>(number(26, 2));
  const auto extra = static_cast<std::size_t>(number(28, 2));
  if (header.size() - kLocalSize < name + extra) return std::nullopt;
  ZipEntry out{.name = std::string(header.substr(kLocalSize, name)),
               .data = at + kLocalSize + name + extra,
               .packed = number(18, 4),
               .size = number(22, 4),
               .method = static_cast<std::uint16_t>(number(8, 2)),
               .sized = (number(6, 2) & 8U) == 0};  // bit 3: sizes follow the data
  use_zip64(header.substr(kLocalSize + name, extra), out, nullptr);
  return out;
}

struct Directory {
  std::uint64_t offset = 0, size = 0;
};

Result<Directory> find_directory(std::string_view bytes) {
  const auto at = bytes.rfind(kEnd);
  if (at == std::string_view::npos || bytes.size() - at < kEndSize)
    return malformed("there is no directory");
  Directory out{.offset = little_endian_32(bytes.substr(at + 16)),
                .size = little_endian_32(bytes.substr(at + 12))};
  if (at >= kLocatorSize && bytes.substr(at - kLocatorSize).starts_with(kLocator64)) {
    const std::uint64_t told = little_endian_64(bytes.substr(at - kLocatorSize + 8));
    if (told > bytes.size() || bytes.size() - told < kEnd64Size ||
        !bytes.substr(static_cast<std::size_t>(told)).starts_with(kEnd64))
      return malformed("the 64-bit end of the directory is missing");
    const auto record = bytes.substr(static_cast<std::size_t>(told));
    out = {.offset = little_endian_64(record.substr(48)),
           .size = little_endian_64(record.substr(40))};
  }
  if (out.offset > at || out.size > at - out.offset)
    return malformed("the directory lies outside the file");
  return out;
}

Result<std::vector<ZipEntry>> by_directory(std::string_view bytes) {
  const auto directory = TRY(find_directory(bytes));
  auto left = bytes.substr(static_cast<std::size_t>(directory.offset),
                           static_cast<std::size_t>(directory.size));
  std::vector<ZipEntry> out;
  while (!left.empty()) {
    if (left.size() < kCentralSize || !left.starts_with(kCentral))
      return malformed("the directory is broken");
    const auto number = [&](std::size_t from, std::size_t width) {
      return little_endian(left.substr(from), width);
    };
    const auto name = static_cast<std::size_t>(number(28, 2));
    const auto extra = static_cast<std::size_t>(number(30, 2));
    const auto comment = static_cast<std::size_t>(number(32, 2));
    if (left.size() - kCentralSize < name + extra + comment)
      return malformed("the directory is cut off");
    ZipEntry entry{.name = std::string(left.substr(kCentralSize, name)),
                   .packed = number(20, 4),
                   .size = number(24, 4),
                   .method = static_cast<std::uint16_t>(number(10, 2)),
                   .sized = true};
    std::uint64_t offset = number(42, 4);
    use_zip64(left.substr(kCentralSize + name, extra), entry, &offset);
    left.remove_prefix(kCentralSize + name + extra + comment);
    const auto local = local_header(bytes, offset);
    if (!local || local->name != entry.name)
      return malformed("member " + printable(entry.name, 80) + " is not where the directory says");
    entry.data = local->data;
    if (entry.packed > bytes.size() - entry.data)
      return malformed("member " + printable(entry.name, 80) + " is cut off");
    if (out.size() == limits::kArchiveEntries)
      return Error(ErrorKind::too_large, "zip has too many members");
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace

Result<std::vector<ZipEntry>> zip_entries(const FileHead& head) {
  if (head.whole) return by_directory(head.bytes);
  std::vector<ZipEntry> out;
  std::uint64_t at = 0;
  while (auto entry = local_header(head.bytes, at)) {
    const bool known = entry->sized && entry->data <= head.size;
    if (known && entry->packed > head.size - entry->data)
      return malformed("member " + printable(entry->name, 80) + " is longer than the file");
    at = entry->data + entry->packed;
    out.push_back(*std::move(entry));
    if (!known || out.size() == limits::kArchiveEntries) break;
  }
  if (out.empty()) return malformed("it does not begin with a member");
  return out;
}

Result<std::string_view> zip_bytes(const FileHead& head, const ZipEntry& entry) {
  if (entry.method != 0) {
    return Error(ErrorKind::unsupported,
                 "zip member " + printable(entry.name, 80) + " is compressed");
  }
  if (entry.data > head.bytes.size()) return std::string_view();
  const auto rest = std::string_view(head.bytes).substr(static_cast<std::size_t>(entry.data));
  if (!entry.sized) return rest;
  return rest.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(rest.size(), entry.size)));
}

// Alignment may make the extra field longer than what is there.
ZipEntry first_zip_entry(std::string_view bytes) {
  if (bytes.size() < kLocalSize || !bytes.starts_with(kLocal)) return {};
  const auto name = static_cast<std::size_t>(little_endian(bytes.substr(26), 2));
  if (bytes.size() - kLocalSize < name) return {};
  return {.name = std::string(bytes.substr(kLocalSize, name)),
          .data = kLocalSize + name + little_endian(bytes.substr(28), 2)};
}

}  // namespace mpk::model
