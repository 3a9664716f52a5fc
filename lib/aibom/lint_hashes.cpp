// Hashes: the length that the algorithm has, no OCI prefix, no two values of one algorithm.
#include "aibom/lint.hpp"
#include "aibom/lookup.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <map>

namespace mpk::aibom {
namespace {

std::size_t hex_digits(std::string_view algorithm) {
  static const std::map<std::string_view, std::size_t> kDigits = {
      {"MD5", 32},          {"SHA-1", 40},        {"SHA-256", 64},     {"SHA-384", 96},
      {"SHA-512", 128},     {"SHA3-256", 64},     {"SHA3-384", 96},    {"SHA3-512", 128},
      {"BLAKE3", 64},       {"BLAKE2b-256", 64},  {"BLAKE2b-384", 96}, {"BLAKE2b-512", 128},
      {"Streebog-256", 64}, {"Streebog-512", 128}};
  auto found = kDigits.find(algorithm);
  return found == kDigits.end() ? 0 : found->second;
}

void lint_hash(const Json& hash, const std::string& pointer, Findings& out) {
  const auto& algorithm = text(hash, "alg");
  const auto& content = text(hash, "content");
  if (content.find(':') != std::string::npos) {
    out.error("hash-prefix", pointer + "/content",
              "hash " + printable(content, 40) + ": expected hexadecimal digits without a prefix");
    return;
  }
  auto digits = hex_digits(algorithm);
  // BLAKE3's output has any length; 256 bits is its default.
  bool fits = content.size() == digits || (algorithm == "BLAKE3" && content.size() >= digits);
  if (digits != 0 && !content.empty() && !fits) {
    out.error("hash-length", pointer + "/content",
              algorithm + ": expected " + std::to_string(digits) + " hexadecimal digits, found " +
                  std::to_string(content.size()));
  }
}

}  // namespace

void lint_hashes(const Json& bom, Findings& out) {
  walk(bom, [&](const Spot& spot) {
    if (spot.key != "hashes" || !spot.value.is_array()) return;
    std::map<std::string, std::string> seen;
    std::size_t index = 0;
    for (const auto& hash : items(spot.value)) {
      auto pointer = spot.pointer + "/" + std::to_string(index++);
      lint_hash(hash, pointer, out);
      const auto& algorithm = text(hash, "alg");
      if (algorithm.empty()) continue;
      auto [first, is_new] = seen.emplace(algorithm, lower_ascii(text(hash, "content")));
      if (!is_new && first->second != lower_ascii(text(hash, "content"))) {
        out.error("hash-conflict", pointer,
                  "two different " + printable(algorithm, 20) + " values");
      }
    }
  });
}

}  // namespace mpk::aibom
