// Descriptor: type, digest and size of some content (image-spec, descriptor.md).
#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "json/read.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::oci {

using Annotations = std::map<std::string, std::string>;

struct Descriptor {
  std::string media_type;
  Digest digest;
  std::uint64_t size = 0;
  std::string artifact_type;  // empty: none
  Annotations annotations;
  std::optional<Bytes> data;  // the content itself, inline; proven against digest and size

  /// SHA-256 and size of `content`.
  static Descriptor of(std::string_view media_type, std::string_view content);
};

/// malformed: a missing member, a bad digest, `data` that is not the content.
Result<Descriptor> read_descriptor(const json::Field& field);
Json to_json(const Descriptor& descriptor);
/// The member "annotations" of `owner` (a descriptor, manifest or index); empty when absent.
Result<Annotations> read_annotations(const json::Field& owner);

/// Size and digest of `content` are those of the descriptor, else mismatch with both values.
Result<void> check_content(const Descriptor& descriptor, std::string_view content);

}  // namespace mpk::oci
