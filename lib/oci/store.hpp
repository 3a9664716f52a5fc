// Store: one repository of content by digest, in a registry, a layout or memory.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "oci/descriptor.hpp"
#include "oci/reference.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::oci {

/// What is pushed: re-readable bytes. Shared with http, so that a file streams without a copy.
using Source = http::BodySource;
/// What a fetched blob goes to; an error stops the transfer and is returned.
using Sink = std::function<Result<void>(BytesView)>;

enum class Pushed { uploaded, already_there, mounted };

/// Everything that comes out was proven against its digest and size, ranges apart. Thread-safe.
class Store {
 public:
  virtual ~Store() = default;
  /// For messages: "ghcr.io/acme/llm", "oci:./store".
  virtual std::string name() const = 0;
  /// Reading costs no round trip: what is stored is read in full, copies for speed are not used.
  virtual bool local() const { return false; }

  /// What a tag or digest names. not_found (exit code 11), unauthorized, denied, network.
  virtual Result<Descriptor> resolve(const std::string& tag_or_digest) = 0;
  /// The manifest's bytes. too_large over limits::kManifest; mismatch.
  virtual Result<std::string> fetch_manifest(const Descriptor& descriptor) = 0;
  /// Streams the blob; the sink sees bytes before they are proven, success means that they were.
  virtual Result<void> fetch_blob(const Descriptor& descriptor, const Sink& sink) = 0;
  /// `length` bytes of the blob from `offset` on (within its size), in order, each once. They are
  /// *not* proven: whoever puts the ranges together does that. unsupported: the host gives no
  /// ranges; never so from offset 0. Unless a store knows better, the blob is read from its start.
  virtual Result<void> fetch_range(const Descriptor& descriptor, std::uint64_t offset,
                                   std::uint64_t length, const Sink& sink);
  virtual Result<bool> has_blob(const Descriptor& descriptor) = 0;

  /// Sends the blob unless it is there. `mount_from`: repositories of the same registry that may
  /// have it.
  virtual Result<Pushed> push_blob(const Descriptor& descriptor, Source& source,
                                   const std::vector<std::string>& mount_from = {}) = 0;
  /// Sends a blob of known size whose digest only the end of the stream tells: reads `source` once,
  /// then calls `digest`, which answers for the very bytes that were read (a local store does not
  /// hash them again, a registry does). unsupported when the host does not take streamed uploads,
  /// at most a part of the source having been read: the caller hashes first and calls push_blob.
  virtual Result<Pushed> push_stream(Source& source, std::uint64_t size,
                                     const std::function<Result<Digest>()>& digest) = 0;
  /// By digest, and under `tag` if given. A manifest with a subject also becomes a referrer (API,
  /// fallback tag or layout entries).
  virtual Result<void> push_manifest(const Descriptor& descriptor, const std::string& bytes,
                                     const std::optional<std::string>& tag) = 0;

  virtual Result<std::vector<std::string>> tags() = 0;  // sorted
  virtual Result<void> tag(const Descriptor& descriptor, const std::string& tag) = 0;
  virtual Result<void> remove_tag(const std::string& tag) = 0;
  /// And its entry in the referrers of its subject. unsupported when the registry refuses deletion.
  virtual Result<void> remove_manifest(const Descriptor& descriptor) = 0;

  /// Every manifest whose subject is `subject`, each once, sorted by digest. Empty when there are
  /// none; errors are never read as "none". `artifact_type` empty: all.
  virtual Result<std::vector<Descriptor>> referrers(const Digest& subject,
                                                    std::string_view artifact_type = {}) = 0;
  /// Those that `wanted` takes, by what their lists say of them; others are not even counted, so
  /// that many of them refuse nothing.
  virtual Result<std::vector<Descriptor>> referrers_where(
      const Digest& subject, const std::function<bool(const Descriptor&)>& wanted);
  /// Those of them that one question finds: for who is content with any one, and else asks for all.
  virtual Result<std::vector<Descriptor>> referrers_at_hand(
      const Digest& subject, const std::function<bool(const Descriptor&)>& wanted);
};

/// The whole blob in memory. too_large over `cap`.
Result<std::string> fetch_text(Store& store, const Descriptor& descriptor, std::size_t cap);
/// push_blob of bytes in memory; returns their descriptor.
Result<Descriptor> push_text(Store& store, std::string_view media_type, const std::string& content);

}  // namespace mpk::oci
