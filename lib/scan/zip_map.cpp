// map_zip: every directory that a reader might find, then the local headers, then the gaps.
#include "scan/zip_map.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "model/little_endian.hpp"
#include "scan/search.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

namespace mpk::scan {
namespace {

using model::little_endian;

constexpr std::string_view kLocal("PK\x03\x04", 4), kCentral("PK\x01\x02", 4),
    kEnd("PK\x05\x06", 4), kEnd64("PK\x06\x06", 4), kLocator64("PK\x06\x07", 4);
constexpr std::size_t kEndSize = 22, kLocalSize = 30, kCentralSize = 46, kLocatorSize = 20;
constexpr std::size_t kTail = kEndSize + 65'535;  // a comment of the greatest length
constexpr std::uint64_t kDirectoryBytes = 256U << 20;
constexpr std::size_t kDirectories = 8;  // honest zips have one
constexpr std::uint32_t kNone32 = 0xffffffff;

struct Directory {
  std::uint64_t record = 0;  // where its end record stands
  std::uint64_t end = 0;     // behind the comment
  std::uint64_t size = 0, offset = 0, entries = 0;
  std::uint64_t shift = 0;  // bytes that were put before the archive
  bool found = false;       // its first entry is there
};

class Mapper {
 public:
  explicit Mapper(const Content& content) : content_(content) {}
  Result<std::optional<ZipMap>> run();

 private:
  Result<std::vector<Directory>> directories();
  Result<void> use_zip64(Directory& directory);
  Result<void> read(const Directory& directory);
  Result<void> check_local(ZipMember member);
  Result<void> gaps();
  Result<void> gap(std::uint64_t from, std::uint64_t to);
  Result<std::optional<ZipMember>> local(std::uint64_t at);
  void odd(std::string_view code, std::string name, std::uint64_t at, std::string detail) {
    map_.oddities.push_back({code, std::move(name), at, std::move(detail)});
  }

  const Content& content_;
  ZipMap map_;
  std::set<std::uint64_t> headers_;                          // of members
  std::map<std::uint64_t, std::uint64_t> directory_ranges_;  // begin, end
};

/// §4.5.3: the 64-bit values of those that do not fit, in this order.
void use_extra(std::string_view extra, ZipMember& member, bool header_too) {
  while (extra.size() >= 4) {
    const auto id = little_endian(extra, 2), size = little_endian(extra.substr(2), 2);
    extra.remove_prefix(4);
    auto field = extra.substr(0, static_cast<std::size_t>(size));
    extra.remove_prefix(field.size());
    if (id != 1) continue;
    const auto next = [&](std::uint64_t& value) {
      if (value != kNone32 || field.size() < 8) return;
      value = little_endian(field, 8);
      field.remove_prefix(8);
    };
    next(member.size);
    next(member.packed);
    if (header_too) next(member.header);
    return;
  }
}

Result<void> Mapper::use_zip64(Directory& directory) {
  if (directory.record < kLocatorSize) return {};
  const auto locator = TRY(bytes_at(content_, directory.record - kLocatorSize, kLocatorSize));
  if (!locator.starts_with(kLocator64)) return {};
  // Where it says, or right before: bytes may have been put before the archive.
  const auto told = little_endian(std::string_view(locator).substr(8), 8);
  const std::uint64_t near = directory.record - kLocatorSize -
                             std::min<std::uint64_t>(directory.record - kLocatorSize, 56);
  for (const auto at : {near, told}) {
    const auto record = TRY(bytes_at(content_, at, 56));
    if (record.size() < 56 || !record.starts_with(kEnd64)) continue;
    const std::string_view view = record;
    directory.entries = little_endian(view.substr(32), 8);
    directory.size = little_endian(view.substr(40), 8);
    directory.offset = little_endian(view.substr(48), 8);
    directory.record = at;
    return {};
  }
  return {};
}

Result<std::vector<Directory>> Mapper::directories() {
  const std::uint64_t size = content_.size();
  const std::uint64_t start = size - std::min<std::uint64_t>(size, kTail);
  const auto tail = TRY(bytes_at(content_, start, kTail));
  std::vector<Directory> out;
  for (auto at = tail.rfind(kEnd); at != std::string::npos;
       at = at == 0 ? std::string::npos : tail.rfind(kEnd, at - 1)) {
    if (tail.size() - at < kEndSize) continue;
    const std::string_view record = std::string_view(tail).substr(at);
    Directory each{.record = start + at,
                   .end = start + at + kEndSize + little_endian(record.substr(20), 2),
                   .size = little_endian(record.substr(12), 4),
                   .offset = little_endian(record.substr(16), 4),
                   .entries = little_endian(record.substr(10), 2)};
    each.end = std::min(each.end, size);
    TRY(use_zip64(each));
    if (each.size > each.record || each.size > kDirectoryBytes) continue;
    // Python takes the bytes before the record, miniz those at the offset.
    auto shifted = each;
    const std::uint64_t begin = each.record - each.size;
    shifted.shift = begin - std::min(begin, each.offset);
    shifted.offset = begin;
    shifted.found = TRY(bytes_at(content_, begin, 4)) == kCentral;
    if (shifted.found || (each.size == 0 && each.entries == 0)) out.push_back(shifted);
    if (each.offset != begin && each.offset < size &&
        TRY(bytes_at(content_, each.offset, 4)) == kCentral) {
      each.found = true;
      out.push_back(each);
    }
  }
  return out;
}

Result<std::optional<ZipMember>> Mapper::local(std::uint64_t at) {
  const auto head = TRY(bytes_at(content_, at, kLocalSize));
  if (head.size() < kLocalSize || !head.starts_with(kLocal)) return std::optional<ZipMember>();
  const std::string_view view = head;
  const auto name = static_cast<std::size_t>(little_endian(view.substr(26), 2));
  const auto extra = static_cast<std::size_t>(little_endian(view.substr(28), 2));
  const auto rest = TRY(bytes_at(content_, at + kLocalSize, name + extra));
  if (rest.size() < name + extra) return std::optional<ZipMember>();
  ZipMember out{.name = rest.substr(0, name),
                .header = at,
                .data = at + kLocalSize + name + extra,
                .packed = little_endian(view.substr(18), 4),
                .size = little_endian(view.substr(22), 4),
                .method = static_cast<std::uint16_t>(little_endian(view.substr(8), 2)),
                .flags = static_cast<std::uint16_t>(little_endian(view.substr(6), 2))};
  use_extra(std::string_view(rest).substr(name), out, false);
  return std::optional(std::move(out));
}

Result<void> Mapper::check_local(ZipMember member) {
  const auto here = TRY(local(member.header));
  if (!here) {
    odd("archive.mismatch", member.name, member.header, "there is no local header");
    return {};
  }
  member.data = here->data;
  if (here->name != member.name)
    odd("archive.mismatch", member.name, member.header,
        "the local name is " + printable(here->name, 200));
  if (here->method != member.method)
    odd("archive.mismatch", member.name, member.header, "two methods of compression");
  // Bit 3: sizes follow the data. PyTorch writes both; zeros say nothing.
  const bool later = (here->flags & 8U) != 0;
  const bool told = !later || (here->packed != 0 && here->packed != kNone32);
  if (told && (here->packed != member.packed || here->size != member.size))
    odd("archive.mismatch", member.name, member.header, "two sizes");
  if (((here->flags | member.flags) & 0x41U) != 0)
    odd("archive.encrypted", member.name, member.header, "");
  if (member.data > content_.size() || member.packed > content_.size() - member.data) {
    odd("archive.unreadable", member.name, member.header, "the member is cut off");
    member.packed = content_.size() - std::min(member.data, content_.size());
  }
  headers_.insert(member.header);
  map_.members.push_back(std::move(member));
  return {};
}

Result<void> Mapper::read(const Directory& directory) {
  directory_ranges_[directory.offset] =
      std::max(directory_ranges_[directory.offset], directory.end);
  const auto bytes =
      TRY(bytes_at(content_, directory.offset,
                   static_cast<std::size_t>(std::min(directory.size, kDirectoryBytes))));
  std::string_view left = bytes;
  std::uint64_t count = 0;
  while (left.size() >= kCentralSize && left.starts_with(kCentral)) {
    const auto number = [&](std::size_t at, std::size_t width) {
      return little_endian(left.substr(at), width);
    };
    const auto name = static_cast<std::size_t>(number(28, 2)),
               extra = static_cast<std::size_t>(number(30, 2)),
               comment = static_cast<std::size_t>(number(32, 2));
    if (left.size() - kCentralSize < name + extra + comment) break;
    ZipMember member{.name = std::string(left.substr(kCentralSize, name)),
                     .header = number(42, 4),
                     .packed = number(20, 4),
                     .size = number(24, 4),
                     .method = static_cast<std::uint16_t>(number(10, 2)),
                     .flags = static_cast<std::uint16_t>(number(8, 2)),
                     .attributes = static_cast<std::uint32_t>(number(38, 4))};
    use_extra(left.substr(kCentralSize + name, extra), member, true);
    left.remove_prefix(kCentralSize + name + extra + comment);
    if (++count > limits::kArchiveEntries) {
      odd("archive.too-large", "", directory.offset, "more members than are judged");
      return {};
    }
    if (__builtin_add_overflow(member.header, directory.shift, &member.header))
      member.header = content_.size();
    TRY(check_local(std::move(member)));
  }
  if (!left.empty() || count != directory.entries)
    odd("archive.mismatch", "", directory.offset, "the directory is not as long as it says");
  return {};
}

// A local header between the members is read by whoever goes from front to back.
Result<void> Mapper::gap(std::uint64_t from, std::uint64_t to) {
  while (from < to) {
    const auto at = TRY(find_bytes(content_, kLocal, from, to));
    if (!at) return {};
    from = *at + 4;
    auto hidden = TRY(local(*at));
    if (!hidden || hidden->name.empty() || !is_valid_utf8(hidden->name)) continue;
    if (map_.members.size() >= limits::kArchiveEntries) return {};
    const std::uint64_t most = to > hidden->data ? to - hidden->data : 0;
    const bool told = hidden->packed != 0 && hidden->packed <= most;
    if (!told) hidden->packed = most;
    hidden->hidden = true;
    odd("archive.hidden-member", hidden->name, *at, "");
    from = std::max(from, hidden->data + (told ? hidden->packed : 0));
    map_.members.push_back(std::move(*hidden));
  }
  return {};
}

Result<void> Mapper::gaps() {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> taken(directory_ranges_.begin(),
                                                             directory_ranges_.end());
  std::ranges::sort(map_.members, {}, [](const ZipMember& each) { return each.header; });
  std::set<std::string_view> names;
  for (const auto& member : map_.members) {
    taken.emplace_back(member.header, member.data + member.packed);
    if (!names.insert(member.name).second)
      map_.oddities.push_back({"archive.repeated", member.name, member.header, {}});
  }
  std::ranges::sort(taken);
  map_.begin = taken.front().first;
  std::uint64_t at = map_.begin;
  for (const auto& [begin, end] : taken) {
    if (begin < at) {
      odd("archive.overlap", "", begin, "");
    } else {
      TRY(gap(at, begin));
    }
    at = std::max(at, end);
  }
  map_.end = std::max(map_.end, at);
  std::ranges::stable_sort(map_.members, {}, [](const ZipMember& each) { return each.header; });
  return {};
}

Result<std::optional<ZipMap>> Mapper::run() {
  const bool starts = TRY(bytes_at(content_, 0, 4)) == kLocal;
  auto found = TRY(directories());
  std::erase_if(found, [](const Directory& each) { return !each.found; });
  if (found.empty()) {
    if (!starts) return std::optional<ZipMap>();
    odd("archive.unreadable", "", 0, "the zip has no directory");
    TRY(gap(0, content_.size()));
    map_.end = content_.size();
    return std::optional(std::move(map_));
  }
  if (found.size() > kDirectories) {
    odd("archive.too-large", "", found[kDirectories].record, "more directories than are judged");
    found.resize(kDirectories);
  }
  // The last one counts; one inside a member belongs to another archive.
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& each = found[i];
    const auto inside = std::ranges::any_of(map_.members, [&](const ZipMember& member) {
      return each.record >= member.data && each.record < member.data + member.packed;
    });
    if (inside || directory_ranges_.contains(each.offset)) continue;
    if (i > 0) odd("archive.mismatch", "", each.offset, "there are two directories");
    const auto before = headers_.size();
    if (i > 0 && each.end <= last && before == 0) continue;
    TRY(read(each));
    last = each.end;
    map_.end = std::max(map_.end, each.end);
  }
  // One member may be in both directories.
  std::ranges::sort(map_.members, [](const ZipMember& a, const ZipMember& b) {
    return std::tie(a.header, a.name, a.packed) < std::tie(b.header, b.name, b.packed);
  });
  const auto same = std::ranges::unique(map_.members, [](const ZipMember& a, const ZipMember& b) {
    return a.header == b.header && a.name == b.name && a.packed == b.packed && a.method == b.method;
  });
  map_.members.erase(same.begin(), same.end());
  TRY(gaps());
  return std::optional(std::move(map_));
}

}  // namespace

Result<std::optional<ZipMap>> map_zip(const Content& content) { return Mapper(content).run(); }

}  // namespace mpk::scan
