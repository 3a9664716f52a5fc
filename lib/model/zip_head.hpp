// The members of a zip, as far as the head of the file tells.
#pragma once

#include "base/result.hpp"
#include "model/head.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

struct ZipEntry {
  std::string name;
  std::uint64_t data = 0;  // offset of its bytes
  std::uint64_t packed = 0, size = 0;
  std::uint16_t method = 0;  // 0: stored
  bool sized = false;        // packed and size are known
};

/// APPNOTE 6.3.10. Of a whole file what its directory lists (§4.3.12), in that order; else by the
/// local headers (§4.3.7), up to the first whose size stands behind its data. malformed: there is
/// none, or the directory is broken; too_large: limits::kArchiveEntries.
Result<std::vector<ZipEntry>> zip_entries(const FileHead& head);

/// The bytes of a stored member as far as the head has them; to the head's end if its size is not
/// known. unsupported: it is compressed.
Result<std::string_view> zip_bytes(const FileHead& head, const ZipEntry& entry);

/// Name and place of the first member; the name is empty when the head ends within it.
ZipEntry first_zip_entry(std::string_view bytes);

}  // namespace mpk::model
