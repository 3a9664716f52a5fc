// Digest: algorithm and value of a content digest (OCI image-spec, descriptor.md#digests).
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <compare>
#include <string>
#include <string_view>

namespace mpk {

enum class DigestAlgorithm { sha256, sha384, sha512 };

/// "sha256", …
std::string_view to_string(DigestAlgorithm algorithm);
/// 32, 48, 64.
std::size_t digest_size(DigestAlgorithm algorithm);

/// A value type that can only hold well-formed digests: safe as a path component.
class Digest {
 public:
  /// "sha256:<64 lower-case hex>" or "sha512:<128 …>" (sha384 is accepted too).
  /// malformed: anything else, upper case included; unsupported: another registered algorithm.
  static Result<Digest> parse(std::string_view text);
  /// `raw` must have digest_size(algorithm) bytes, else malformed.
  static Result<Digest> from_bytes(DigestAlgorithm algorithm, BytesView raw);

  DigestAlgorithm algorithm() const { return algorithm_; }
  /// Lower case, without the algorithm.
  const std::string& hex() const { return hex_; }
  Bytes bytes() const;
  /// "sha256:<hex>"
  std::string text() const;
  /// "sha256:8ed4c0b15b43" (12 digits), for screens.
  std::string brief() const;

  auto operator<=>(const Digest&) const = default;

 private:
  Digest(DigestAlgorithm algorithm, std::string hex)
      : algorithm_(algorithm), hex_(std::move(hex)) {}
  DigestAlgorithm algorithm_;
  std::string hex_;
};

}  // namespace mpk
