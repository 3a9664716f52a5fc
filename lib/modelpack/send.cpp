// send: streamed, or hashed and then sent.
#include "modelpack/send.hpp"

#include "base/bytes.hpp"
#include "http/message.hpp"
#include "oci/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace mpk::modelpack {
namespace {

Result<oci::Pushed> send_hashed(oci::Store& store, oci::Source& source,
                                const std::function<Result<Digest>()>& digest) {
  auto known = TRY(digest());
  TRY(source.rewind());
  return store.push_blob({.media_type = "application/octet-stream",
                          .digest = std::move(known),
                          .size = *source.size()},
                         source);
}

// A streamed upload needs a connection of its own (http::Request::idempotent), which costs more
// than these bytes; and a blob that is there already need not be sent.
constexpr std::uint64_t kBuffered = 256U << 10;

Result<oci::Pushed> send_buffered(oci::Store& store, oci::Source& source,
                                  const std::function<Result<Digest>()>& digest) {
  Bytes bytes(static_cast<std::size_t>(*source.size()));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto count = TRY(source.read(std::span(bytes).subspan(filled)));
    if (count == 0) break;
    filled += count;
  }
  auto known = TRY(digest());  // it tells when the file became shorter or longer
  oci::Descriptor blob{
      .media_type = "application/octet-stream", .digest = std::move(known), .size = bytes.size()};
  http::TextSource text{std::string(as_text(bytes))};
  return store.push_blob(blob, text);
}

}  // namespace

Result<oci::Pushed> send(oci::Store& store, oci::Source& source, bool hash_first,
                         const std::function<Result<Digest>()>& digest) {
  if (!store.local() && *source.size() <= kBuffered) return send_buffered(store, source, digest);
  if (hash_first) return send_hashed(store, source, digest);
  auto pushed = store.push_stream(source, *source.size(), digest);
  if (!pushed && pushed.error().kind() == ErrorKind::unsupported)
    return send_hashed(store, source, digest);
  return pushed;
}

}  // namespace mpk::modelpack
