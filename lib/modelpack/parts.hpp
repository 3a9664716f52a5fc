// Parts: how the files of one model are shared out to several machines. Pure.
#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "json/read.hpp"
#include "json/value.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::modelpack {

/// More than a registry lists tags of in a moment.
inline constexpr std::size_t kMaxParts = 8192;

/// Part `index` (from 1) of `count`.
struct PartNumber {
  std::size_t index = 1, count = 1;
  auto operator<=>(const PartNumber&) const = default;
  std::string text() const;  // "2 of 4"
};

struct PlannedFile {
  std::string path;
  std::uint64_t size = 0;
  bool executable = false;
  std::int64_t modified = 0;  // seconds since 1970
  auto operator<=>(const PlannedFile&) const = default;
};

/// What all machines must see alike before a byte is read. Times of modification are in it, so that
/// a part of yesterday's checkpoint (same names, same sizes) can't get into today's model.
struct PartsPlan {
  std::size_t parts = 1;
  std::vector<PlannedFile> files;  // sorted by path, bytewise
  std::string modelfile;           // its bytes
  std::optional<Timestamp> created;
};

/// SHA-256 of its RFC 8785 form. malformed: a size over 2^53.
Result<Digest> digest_of(const PartsPlan& plan);
Json to_json(const PartsPlan& plan);
/// malformed: a missing member, two files with one path, no part or more than kMaxParts.
Result<PartsPlan> read_parts_plan(const json::Field& field);

/// Which of plan.files (ascending) belong to part `index`: the largest file first, each to the part
/// with the least so far; ties go to the earlier path and the lower index.
std::vector<std::size_t> files_of_part(const PartsPlan& plan, std::size_t index);

/// "1.0" → "1.0.part-2-of-4".
std::string part_tag(std::string_view tag, const PartNumber& part);
/// Which part of `tag` this is; nullopt: none. What only looks like one ("1.0.part-02-of-4",
/// "1.0.part-5-of-4") is 0 of 0.
std::optional<PartNumber> parse_part_tag(std::string_view tag, std::string_view candidate);

}  // namespace mpk::modelpack
