// ZipMap: what is where in a zip, as every reader of models would see it, strict or careless.
#pragma once

#include "base/result.hpp"
#include "scan/content.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::scan {

/// APPNOTE 6.3.10 §4.3.7, §4.3.12, §4.5.3.
struct ZipMember {
  std::string name;
  std::uint64_t header = 0;  // offset of the local header
  std::uint64_t data = 0;    // offset of its bytes
  std::uint64_t packed = 0, size = 0;
  std::uint16_t method = 0, flags = 0;
  std::uint32_t attributes = 0;  // external
  bool hidden = false;           // in no directory
};

/// Something that two readers would see differently.
struct ZipOddity {
  std::string_view code;  // of a rule
  std::string name;       // of the member; may be empty
  std::uint64_t offset = 0;
  std::string detail;
};

struct ZipMap {
  std::vector<ZipMember> members;  // by place
  std::vector<ZipOddity> oddities;
  std::uint64_t begin = 0, end = 0;  // what the archive takes of the content
};

/// Names and sizes come from the directory, as PyTorch and Python read them; local headers are
/// compared, and those that no directory lists are found between the members. Check sums are not
/// looked at: PyTorch does not either. nullopt: there is no zip in it. io.
Result<std::optional<ZipMap>> map_zip(const Content& content);

}  // namespace mpk::scan
