// Digest: the one place where a digest's text is taken apart.
#include "base/digest.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace mpk {
namespace {

constexpr std::array kAlgorithms = {DigestAlgorithm::sha256, DigestAlgorithm::sha384,
                                    DigestAlgorithm::sha512};

}  // namespace

std::string_view to_string(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::sha256:
      return "sha256";
    case DigestAlgorithm::sha384:
      return "sha384";
    case DigestAlgorithm::sha512:
      return "sha512";
  }
  return "sha256";
}

std::size_t digest_size(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::sha256:
      return 32;
    case DigestAlgorithm::sha384:
      return 48;
    case DigestAlgorithm::sha512:
      return 64;
  }
  return 32;
}

Result<Digest> Digest::parse(std::string_view text) {
  // Long enough to show a sha512 whole.
  const auto shown = [&] { return printable(text, 140); };
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    return Error{ErrorKind::malformed,
                 fmt::format("digest \"{}\" has no algorithm, expected sha256:<hex>", shown())};
  }
  const auto name = text.substr(0, colon);
  const auto hex = text.substr(colon + 1);
  for (const auto algorithm : kAlgorithms) {
    if (name != to_string(algorithm)) continue;
    const std::size_t digits = 2 * digest_size(algorithm);
    // OCI image-spec, descriptor.md#sha-256: the encoded portion MUST match /[a-f0-9]{64}/.
    if (hex.size() != digits || !is_lower_hex(hex)) {
      return Error{
          ErrorKind::malformed,
          fmt::format("digest \"{}\": expected {} lower-case hex digits", shown(), digits)};
    }
    return Digest(algorithm, std::string(hex));
  }
  if (name == "blake3" && hex.size() == 64 && is_lower_hex(hex)) {
    return Error{ErrorKind::unsupported,
                 fmt::format("digest \"{}\": blake3 is not supported", shown()),
                 "use sha256 or sha512"};
  }
  return Error{ErrorKind::malformed,
               fmt::format("digest \"{}\": unknown algorithm, expected sha256 or sha512", shown())};
}

Result<Digest> Digest::from_bytes(DigestAlgorithm algorithm, BytesView raw) {
  if (raw.size() != digest_size(algorithm)) {
    return Error{ErrorKind::malformed,
                 fmt::format("{} digest of {} bytes, expected {}", to_string(algorithm), raw.size(),
                             digest_size(algorithm))};
  }
  return Digest(algorithm, hex_encode(raw));
}

Bytes Digest::bytes() const {
  // The constructor's callers let only hex in.
  return hex_decode(hex_).take();
}

std::string Digest::text() const { return fmt::format("{}:{}", to_string(algorithm_), hex_); }

std::string Digest::brief() const {
  return fmt::format("{}:{}", to_string(algorithm_), std::string_view(hex_).substr(0, 12));
}

}  // namespace mpk
