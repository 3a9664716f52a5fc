// The referrers tag schema of distribution-spec: names of the fallback tags.
#include "oci/referrers_tag.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace mpk::oci {
namespace {

// distribution-spec, "Referrers Tag Schema": the encoded part is cut to 64 characters.
constexpr std::size_t kEncoded = 64;

}  // namespace

std::string referrers_tag(const Digest& subject) {
  return fmt::format("{}-{}", to_string(subject.algorithm()),
                     std::string_view(subject.hex()).substr(0, kEncoded));
}

bool is_referrers_tag(std::string_view tag) {
  constexpr std::array kAlgorithms = {DigestAlgorithm::sha256, DigestAlgorithm::sha384,
                                      DigestAlgorithm::sha512};
  const auto dash = tag.find('-');
  if (dash == std::string_view::npos) return false;
  const auto algorithm = tag.substr(0, dash);
  const auto encoded = tag.substr(dash + 1);
  return std::ranges::any_of(kAlgorithms, [&](auto a) { return to_string(a) == algorithm; }) &&
         encoded.size() == kEncoded &&
         encoded.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace mpk::oci
