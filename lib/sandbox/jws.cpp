// ES256 signatures: two numbers of 32 bytes, or a DER sequence of two integers.
#include "sandbox/jws.hpp"

#include <algorithm>

namespace mpk::sandbox {
namespace {

constexpr std::size_t kNumberSize = 32;
constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kInteger = 0x02;

Error malformed() { return Error(ErrorKind::malformed, "not an ECDSA P-256 signature"); }

// With two numbers of 33 bytes at most, every length fits into one byte.
void append_integer(Bytes& out, BytesView number) {
  auto first = std::find_if(number.begin(), number.end() - 1, [](auto byte) { return byte != 0; });
  const bool negative = (*first & 0x80U) != 0;
  out.push_back(kInteger);
  out.push_back(static_cast<std::uint8_t>(number.end() - first + (negative ? 1 : 0)));
  if (negative) out.push_back(0);
  out.insert(out.end(), first, number.end());
}

Result<void> take_integer(BytesView& der, Bytes& out) {
  if (der.size() < 3 || der[0] != kInteger || der[1] == 0 || der[1] > der.size() - 2) {
    return malformed();
  }
  BytesView number = der.subspan(2, der[1]);
  der = der.subspan(2 + number.size());
  if (number[0] == 0 && number.size() > 1) number = number.subspan(1);
  if (number.size() > kNumberSize) return malformed();
  out.insert(out.end(), kNumberSize - number.size(), 0);
  out.insert(out.end(), number.begin(), number.end());
  return {};
}

}  // namespace

Result<Bytes> es256_from_der(BytesView der) {
  if (der.size() < 2 || der[0] != kSequence || der[1] != der.size() - 2) return malformed();
  BytesView rest = der.subspan(2);
  Bytes raw;
  TRY(take_integer(rest, raw));
  TRY(take_integer(rest, raw));
  if (!rest.empty()) return malformed();
  return raw;
}

Result<Bytes> es256_to_der(BytesView raw) {
  if (raw.size() != 2 * kNumberSize) return malformed();
  Bytes numbers;
  append_integer(numbers, raw.first(kNumberSize));
  append_integer(numbers, raw.last(kNumberSize));
  Bytes der{kSequence, static_cast<std::uint8_t>(numbers.size())};
  der.insert(der.end(), numbers.begin(), numbers.end());
  return der;
}

}  // namespace mpk::sandbox
