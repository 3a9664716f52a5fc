// Segments: a map from starts to what became of them.
#include "oci/segments.hpp"

#include <algorithm>
#include <iterator>

namespace mpk::oci {

Segments::Segments(std::uint64_t size, const std::vector<Extent>& there) : size_(size) {
  for (const auto& extent : there) {
    const std::uint64_t end = extent.offset + extent.size;
    segments_[extent.offset] = {.there = end, .taken = end, .end = end, .asked = end};
  }
}

std::optional<Extent> Segments::claim(std::uint64_t limit, std::uint64_t most) {
  std::uint64_t start = 0;
  std::uint64_t gap_end = size_;
  for (const auto& [begin, segment] : segments_) {
    if (begin > start) {
      gap_end = begin;
      break;
    }
    start = segment.end;
  }
  if (start >= size_ || start >= limit) return std::nullopt;
  const std::uint64_t count = std::min(most, gap_end - start);
  segments_[start] = {.there = start,
                      .taken = start,
                      .end = start + count,
                      .asked = start + count,
                      .claimed = true};
  ++claimed_;
  return Extent{.offset = start, .size = count};
}

bool Segments::cut(std::uint64_t piece) {
  Segment* longest = nullptr;
  for (auto& [begin, segment] : segments_) {
    if (!segment.claimed) continue;
    if (longest == nullptr || segment.end - segment.taken > longest->end - longest->taken) {
      longest = &segment;
    }
  }
  if (longest == nullptr || longest->end - longest->taken <= 2 * piece) return false;
  longest->end = longest->taken + piece;
  return true;
}

std::uint64_t Segments::take(std::uint64_t start, std::uint64_t wanted) {
  Segment& segment = segments_.at(start);
  const std::uint64_t count = std::min(wanted, segment.end - segment.taken);
  segment.taken += count;
  return count;
}

void Segments::wrote(std::uint64_t start, std::uint64_t count) {
  segments_.at(start).there += count;
}

void Segments::end_claim(std::map<std::uint64_t, Segment>::iterator at) {
  --claimed_;
  Segment& segment = at->second;
  segment.claimed = false;
  segment.end = segment.taken = segment.asked = segment.there;
  if (segment.there == at->first) {
    segments_.erase(at);
    return;
  }
  // Thousands of pieces must not make every look at the map longer.
  const auto next = std::next(at);
  if (next != segments_.end() && !next->second.claimed && next->first == segment.end) {
    segment = next->second;
    segments_.erase(next);
  }
  if (at == segments_.begin()) return;
  const auto before = std::prev(at);
  if (!before->second.claimed && before->second.end == at->first) {
    before->second = at->second;
    segments_.erase(at);
  }
}

bool Segments::release(std::uint64_t start) {
  const auto at = segments_.find(start);
  const bool complete = at->second.there == at->second.end;
  end_claim(at);
  return complete;
}

void Segments::give_back(std::uint64_t start) {
  const auto at = segments_.find(start);
  const auto next = std::next(at);
  const std::uint64_t limit = next == segments_.end() ? size_ : next->first;
  if (at->second.there == start && at != segments_.begin()) {
    auto& before = std::prev(at)->second;
    if (before.claimed && before.end == start) before.end = std::min(before.asked, limit);
  }
  end_claim(at);
}

std::uint64_t Segments::there_until(std::uint64_t from) const {
  auto at = segments_.upper_bound(from);
  if (at == segments_.begin()) return from;
  --at;
  std::uint64_t until = from;
  for (; at != segments_.end() && at->first <= until; ++at) {
    until = std::max(until, at->second.there);
    if (at->second.there < at->second.end) break;
  }
  return until;
}

std::vector<Extent> Segments::extents() const {
  std::vector<Extent> out;
  for (const auto& [begin, segment] : segments_) {
    if (segment.there == begin) continue;
    if (!out.empty() && out.back().offset + out.back().size == begin) {
      out.back().size += segment.there - begin;
    } else {
      out.push_back({.offset = begin, .size = segment.there - begin});
    }
  }
  return out;
}

}  // namespace mpk::oci
