// The record of a part file: little-endian numbers and a checksum.
#include "base/part_record.hpp"

#include <cstring>
#include <string_view>

namespace mpk {
namespace {

constexpr std::string_view kMagic = "mpkpart1";
constexpr std::size_t kNumber = sizeof(std::uint64_t);
constexpr std::size_t kHeader = kMagic.size() + 2 * kNumber;
constexpr std::size_t kChecksumAt = kPartRecordBytes - kNumber;
static_assert(kHeader + PartFile::kMaxExtents * 2 * kNumber <= kChecksumAt);

void put(Bytes& record, std::size_t at, std::uint64_t value) {
  for (std::size_t i = 0; i < kNumber; ++i) {
    record[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

std::uint64_t number_at(BytesView record, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kNumber; ++i) value |= std::uint64_t{record[at + i]} << (8 * i);
  return value;
}

// FNV-1a: against a torn write, not against a forger, who can't get past the digest either.
std::uint64_t checksum(BytesView bytes) {
  std::uint64_t sum = 0xcbf29ce484222325U;
  for (const auto byte : bytes) sum = (sum ^ byte) * 0x100000001b3U;
  return sum;
}

}  // namespace

Bytes part_record(std::uint64_t size, const std::vector<Extent>& extents) {
  Bytes record(kPartRecordBytes);
  std::memcpy(record.data(), kMagic.data(), kMagic.size());
  put(record, kMagic.size(), size);
  put(record, kMagic.size() + kNumber, extents.size());
  std::size_t at = kHeader;
  for (const auto& extent : extents) {
    put(record, at, extent.offset);
    put(record, at + kNumber, extent.size);
    at += 2 * kNumber;
  }
  put(record, kChecksumAt, checksum(BytesView(record).first(kChecksumAt)));
  return record;
}

std::optional<std::vector<Extent>> parse_part_record(BytesView bytes, std::uint64_t size) {
  if (bytes.size() != kPartRecordBytes || as_text(bytes.first(kMagic.size())) != kMagic) {
    return std::nullopt;
  }
  if (number_at(bytes, kChecksumAt) != checksum(bytes.first(kChecksumAt)) ||
      number_at(bytes, kMagic.size()) != size) {
    return std::nullopt;
  }
  const auto count = number_at(bytes, kMagic.size() + kNumber);
  if (count > PartFile::kMaxExtents) return std::nullopt;
  std::vector<Extent> extents;
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = kHeader + i * 2 * kNumber;
    const Extent extent{.offset = number_at(bytes, at), .size = number_at(bytes, at + kNumber)};
    const bool apart = extents.empty() || extent.offset > end;
    if (!apart || extent.size == 0 || extent.offset > size || extent.size > size - extent.offset) {
      return std::nullopt;
    }
    end = extent.offset + extent.size;
    extents.push_back(extent);
  }
  return extents;
}

}  // namespace mpk
