// UUID version 5: SHA-1 of the namespace's 16 bytes and the name, cut to 128 bits.
#include "crypto/uuid.hpp"

#include "base/bytes.hpp"
#include "base/encoding.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <new>
#include <optional>

namespace mpk::crypto {
namespace {

constexpr std::size_t kTextSize = 36;
constexpr std::array<std::size_t, 4> kHyphens = {8, 13, 18, 23};

// RFC 9562 §4: 8-4-4-4-12 hexadecimal digits.
std::optional<Bytes> parse_uuid(std::string_view text) {
  if (text.size() != kTextSize) return std::nullopt;
  std::string digits(text);
  for (auto at = kHyphens.rbegin(); at != kHyphens.rend(); ++at) {
    if (digits[*at] != '-') return std::nullopt;
    digits.erase(*at, 1);
  }
  auto bytes = hex_decode(digits);
  if (!bytes) return std::nullopt;
  return bytes.take();
}

std::string uuid_text(BytesView bytes) {
  auto text = hex_encode(bytes);
  for (auto at : kHyphens) text.insert(at, 1, '-');
  return text;
}

}  // namespace

std::string uuid_v5(std::string_view namespace_uuid, std::string_view name) {
  auto input = parse_uuid(namespace_uuid);
  if (!input) return {};
  auto text = as_bytes(name);
  input->insert(input->end(), text.begin(), text.end());
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> value{};
  // SHA-1 names here, it does not protect: an unknown digest is the only failure beside memory.
  if (EVP_Digest(input->data(), input->size(), value.data(), nullptr, EVP_sha1(), nullptr) != 1)
    throw std::bad_alloc();
  value[6] = static_cast<std::uint8_t>((value[6] & 0x0FU) | 0x50U);  // version 5
  value[8] = static_cast<std::uint8_t>((value[8] & 0x3FU) | 0x80U);  // variant 10
  return uuid_text(BytesView(value).first(16));
}

}  // namespace mpk::crypto
