// Segments: which stretches of a blob are there, which are on their way, which are nobody's yet.
#pragma once

#include "base/part_file.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace mpk::oci {

/// Pure bookkeeping; whoever shares it locks. A stretch that was claimed is named by its start.
class Segments {
 public:
  /// `there`: sorted and apart, within `size`.
  Segments(std::uint64_t size, const std::vector<Extent>& there);

  /// The lowest stretch that is nobody's, `most` bytes of it, if it starts below `limit`.
  std::optional<Extent> claim(std::uint64_t limit, std::uint64_t most);
  /// Makes room for another claim: of the stretch with the most left, all but `piece` bytes become
  /// nobody's. False if none has more than two pieces left.
  bool cut(std::uint64_t piece);
  /// How many of `wanted` bytes that have come for the stretch belong to it; they are about to be
  /// written. Less than `wanted`: its end was cut off.
  std::uint64_t take(std::uint64_t start, std::uint64_t wanted);
  /// That many were written.
  void wrote(std::uint64_t start, std::uint64_t count);
  /// The claim ends: what is missing of it is nobody's. True if it was complete.
  bool release(std::uint64_t start);
  /// The claim ends because the host gives no ranges: what was cut off for it goes back to the
  /// request that it was cut from, if that still runs.
  void give_back(std::uint64_t start);

  /// Where the stretch without a gap ends that begins at `from`.
  std::uint64_t there_until(std::uint64_t from) const;
  /// All that is there.
  std::vector<Extent> extents() const;
  /// Claims that have not ended.
  std::size_t claimed() const { return claimed_; }
  std::uint64_t size() const { return size_; }

 private:
  struct Segment {
    std::uint64_t there = 0;  // written up to here
    std::uint64_t taken = 0;  // about to be
    std::uint64_t end = 0;
    std::uint64_t asked = 0;  // what `end` was before it was cut
    bool claimed = false;
  };
  void end_claim(std::map<std::uint64_t, Segment>::iterator at);

  std::uint64_t size_;
  std::map<std::uint64_t, Segment> segments_;  // by start; neighbours that are there are joined
  std::size_t claimed_ = 0;
};

}  // namespace mpk::oci
