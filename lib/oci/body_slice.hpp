// BodySlice: a part of a source as the body of one request.
#pragma once

#include "oci/store.hpp"

#include <algorithm>
#include <cstdint>

namespace mpk::oci {

/// A source that knows where it stands: a seek to that very place costs nothing. Begins at 0.
class PlacedSource {
 public:
  explicit PlacedSource(Source& inner) : inner_(inner) {}
  std::uint64_t position() const { return position_; }
  Result<std::size_t> read(std::span<std::uint8_t> buffer);
  Result<void> seek(std::uint64_t offset);

 private:
  Source& inner_;
  std::uint64_t position_ = 0;
  bool lost_ = false;  // after an error nobody knows where it stands
};

/// Bytes [begin, end) of `total`. The last slice ends where the source does, so that one that grew
/// is found out.
class BodySlice final : public http::BodySource {
 public:
  BodySlice(PlacedSource& source, std::uint64_t begin, std::uint64_t end, std::uint64_t total)
      : source_(source), begin_(begin), end_(end), last_(end == total) {}
  std::optional<std::uint64_t> size() const override { return end_ - begin_; }
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;
  Result<void> seek(std::uint64_t offset) override { return source_.seek(begin_ + offset); }
  /// Only then can the other side have all of it.
  bool read_to_its_end() const { return source_.position() >= end_; }

 private:
  PlacedSource& source_;
  std::uint64_t begin_, end_;
  bool last_;
};

}  // namespace mpk::oci
