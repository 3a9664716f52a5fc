// The record of a part file: which extents of a blob are there.
#pragma once

#include "base/bytes.hpp"
#include "base/part_file.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace mpk {

inline constexpr std::size_t kPartRecordBytes = 512;

/// Where the record of a file of `size` bytes stands: at the start of a page, so that a write of it
/// is never cut in two by a kill.
constexpr std::uint64_t part_record_offset(std::uint64_t size) {
  constexpr std::uint64_t kPage = 4096;
  return (size + kPage - 1) / kPage * kPage;
}

/// kPartRecordBytes bytes. At most PartFile::kMaxExtents.
Bytes part_record(std::uint64_t size, const std::vector<Extent>& extents);

/// nullopt: no record of a file of `size` bytes. The extents are sorted, apart, not empty and
/// within `size`.
std::optional<std::vector<Extent>> parse_part_record(BytesView bytes, std::uint64_t size);

}  // namespace mpk
