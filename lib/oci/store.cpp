// Store: small content as text.
#include "oci/store.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace mpk::oci {

Result<void> Store::fetch_range(const Descriptor& descriptor, std::uint64_t offset,
                                std::uint64_t length, const Sink& sink) {
  const std::uint64_t end = offset + length;
  std::uint64_t position = 0;
  bool enough = false;
  auto outcome = fetch_blob(descriptor, [&](BytesView bytes) -> Result<void> {
    if (bytes.empty()) return sink(bytes);
    const std::uint64_t start = std::exchange(position, position + bytes.size());
    const std::uint64_t from = std::max(start, offset);
    const std::uint64_t to = std::min(position, end);
    if (from < to) TRY(sink(bytes.subspan(from - start, to - from)));
    if (position < end || end >= descriptor.size) return {};
    enough = true;
    return Error(ErrorKind::cancelled, "the range is complete");
  });
  if (enough) return {};
  return outcome;
}

Result<std::vector<Descriptor>> Store::referrers_where(
    const Digest& subject, const std::function<bool(const Descriptor&)>& wanted) {
  auto found = TRY(referrers(subject));
  std::erase_if(found, std::not_fn(wanted));
  return found;
}

Result<std::vector<Descriptor>> Store::referrers_at_hand(
    const Digest& subject, const std::function<bool(const Descriptor&)>& wanted) {
  return referrers_where(subject, wanted);
}

Result<std::string> fetch_text(Store& store, const Descriptor& descriptor, std::size_t cap) {
  if (descriptor.size > cap) {
    return Error(ErrorKind::too_large, fmt::format("{}: {} bytes, at most {} are read",
                                                   descriptor.digest.text(), descriptor.size, cap));
  }
  if (descriptor.data) {
    // image-spec, descriptor.md#embedded-content: no request is needed, the proof is.
    const std::string_view inlined = as_text(*descriptor.data);
    TRY(check_content(descriptor, inlined));
    return std::string(inlined);
  }
  std::string text;
  text.reserve(descriptor.size);
  TRY(store.fetch_blob(descriptor, [&](BytesView bytes) -> Result<void> {
    // A store that sends more than it promised must not fill the memory before it is caught.
    if (bytes.size() > descriptor.size - text.size()) {
      return Error(ErrorKind::mismatch, fmt::format("{}: more than the expected {} bytes",
                                                    descriptor.digest.text(), descriptor.size));
    }
    text.append(as_text(bytes));
    return {};
  }));
  return text;
}

Result<Descriptor> push_text(Store& store, std::string_view media_type,
                             const std::string& content) {
  Descriptor descriptor = Descriptor::of(media_type, content);
  http::TextSource source(content);
  TRY(store.push_blob(descriptor, source));
  return descriptor;
}

}  // namespace mpk::oci
