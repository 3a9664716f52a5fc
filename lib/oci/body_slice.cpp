// BodySlice.
#include "oci/body_slice.hpp"

namespace mpk::oci {

Result<std::size_t> PlacedSource::read(std::span<std::uint8_t> buffer) {
  auto count = inner_.read(buffer);
  lost_ = lost_ || !count;
  if (count) position_ += *count;
  return count;
}

Result<void> PlacedSource::seek(std::uint64_t offset) {
  if (offset == position_ && !lost_) return {};
  lost_ = true;
  TRY(inner_.seek(offset));
  position_ = offset;
  lost_ = false;
  return {};
}

Result<std::size_t> BodySlice::read(std::span<std::uint8_t> buffer) {
  if (!last_) {
    const auto left = end_ - std::min(end_, source_.position());
    buffer = buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left)));
    if (buffer.empty()) return std::size_t{0};
  }
  return source_.read(buffer);
}

}  // namespace mpk::oci
