// DigestCache: a text file, one line an entry, the one used last at the end.
#include "modelpack/digest_cache.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <tuple>
#include <vector>

namespace mpk::modelpack {
namespace {

constexpr std::string_view kTitle = "mpk digests 2\n";
constexpr std::size_t kCap = 16U << 20;
constexpr std::size_t kLongestLine = 5 * 21 + 136;  // five numbers and a SHA-512
static_assert(DigestCache::kEntries * kLongestLine < kCap);
constexpr unsigned kLockSeconds = 5;
// statfs(2). Who writes at the other end is not seen here.
constexpr std::uint64_t kCifs = 0xff534d42, kSmb2 = 0xfe534d42;
constexpr std::array<std::uint64_t, 9> kForeignClocks = {
    NFS_SUPER_MAGIC, SMB_SUPER_MAGIC,  kCifs,           kSmb2, FUSE_SUPER_MAGIC, V9FS_MAGIC,
    AFS_SUPER_MAGIC, CEPH_SUPER_MAGIC, CODA_SUPER_MAGIC};

template <class Number>
bool take_number(std::string_view& line, Number& number) {
  const auto [end, failure] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (failure != std::errc() || end == line.data() + line.size() || *end != ' ') return false;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
  return true;
}

bool is_private(const std::filesystem::path& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::string read_private(const std::filesystem::path& path) {
  if (!is_private(path)) return {};
  auto text = read_file(path, kCap);
  return text ? text.take() : std::string();
}

}  // namespace

bool DigestCache::Less::operator()(const FileStamp& a, const FileStamp& b) const {
  const auto all = [](const FileStamp& s) {
    return std::tie(s.device, s.inode, s.size, s.mtime_ns, s.ctime_ns);
  };
  return all(a) < all(b);
}

DigestCache::DigestCache(DigestCache&& other) noexcept
    : path_(std::move(other.path_)),
      entries_(std::move(other.entries_)),
      used_(other.used_),
      changed_(other.changed_) {}

// Half a cache is none: what damaged it may have damaged the rest.
DigestCache::Entries DigestCache::parse(std::string_view text) {
  if (!text.starts_with(kTitle)) return {};
  text.remove_prefix(kTitle.size());
  Entries entries;
  std::uint64_t used = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    auto line = text.substr(0, end);
    text.remove_prefix(end + 1);
    FileStamp stamp;
    if (!take_number(line, stamp.device) || !take_number(line, stamp.inode) ||
        !take_number(line, stamp.size) || !take_number(line, stamp.mtime_ns) ||
        !take_number(line, stamp.ctime_ns)) {
      return {};
    }
    auto digest = Digest::parse(line);
    if (!digest) return {};
    entries.insert_or_assign(stamp, Entry{.digest = digest.take(), .used = ++used});
  }
  return entries;
}

DigestCache DigestCache::load(std::filesystem::path path) {
  DigestCache cache(std::move(path));
  cache.entries_ = parse(read_private(cache.path_));
  cache.used_ = cache.entries_.size();
  return cache;
}

std::optional<Digest> DigestCache::find(const FileStamp& stamp) const {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(stamp);
  if (found == entries_.end()) return std::nullopt;
  found->second.used = ++used_;
  return found->second.digest;
}

// Write-back write-protects the pages, so that the next write through a mapping faults.
bool DigestCache::expose_writes(const FileReader& file) {
  struct statfs system{};
  if (::fstatfs(file.descriptor(), &system) != 0) return false;
  const auto type = static_cast<std::uint64_t>(system.f_type) & 0xffffffffU;
  if (std::ranges::find(kForeignClocks, type) != kForeignClocks.end()) return false;
  return ::fdatasync(file.descriptor()) == 0;
}

void DigestCache::put(const FileReader& file, const Digest& digest) {
  if (!file.settled()) return;
  const std::scoped_lock lock(mutex_);
  entries_.insert_or_assign(file.stamp(), Entry{.digest = digest, .used = ++used_});
  changed_ = true;
}

Result<void> DigestCache::save() {
  const std::scoped_lock lock(mutex_);
  if (!changed_) return {};
  TRY(make_directories(path_.parent_path()));
  auto lock_path = path_;
  lock_path += ".lock";
  const auto held = TRY(FileLock::acquire(lock_path, kLockSeconds));
  // What others saved meanwhile counts as older than what this process used.
  auto all = parse(read_private(path_));
  for (auto& [stamp, entry] : all) entry.used = 0;
  for (const auto& [stamp, entry] : entries_) all.insert_or_assign(stamp, entry);
  std::vector<Entries::const_iterator> order;
  order.reserve(all.size());
  for (auto it = all.cbegin(); it != all.cend(); ++it) order.push_back(it);
  std::ranges::sort(order, {}, [](const auto& it) { return it->second.used; });
  const auto first = order.size() > kEntries ? order.size() - kEntries : 0;
  std::string text(kTitle);
  for (std::size_t i = first; i < order.size(); ++i) {
    const auto& [stamp, entry] = *order[i];
    text += fmt::format("{} {} {} {} {} {}\n", stamp.device, stamp.inode, stamp.size,
                        stamp.mtime_ns, stamp.ctime_ns, entry.digest.text());
  }
  TRY(write_file_atomic(path_, text, 0600));
  changed_ = false;
  return {};
}

}  // namespace mpk::modelpack
