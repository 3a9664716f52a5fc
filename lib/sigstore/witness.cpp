// Witnesses: verifier keys and cosignatures (C2SP tlog-cosignature).
#include "sigstore/witness.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace mpk::sigstore {
namespace {

constexpr std::size_t kHintSize = 4, kEd25519Size = 32, kTimeSize = 8;
constexpr std::uint8_t kCosignatureV1 = 0x04;  // C2SP signed-note, signature types
// RFC 8410 §4: what precedes the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo.
const Bytes& spki_prefix() {
  static const Bytes prefix{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
  return prefix;
}

Error malformed(std::string message) {
  return Error(ErrorKind::malformed, std::move(message),
               "a verifier key has the form NAME+HASH+BASE64, as its witness publishes it");
}

Result<Witness> read_witness(std::string_view vkey) {
  const auto first = vkey.find('+');
  const auto second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos || first == 0)
    return malformed("\"" + printable(vkey, 80) + "\" is no verifier key");
  const auto name = vkey.substr(0, first);
  if (name.find_first_of(" \t") != std::string_view::npos)
    return malformed("name of a verifier key has a space");
  const auto hint = hex_decode(vkey.substr(first + 1, second - first - 1));
  if (!hint || hint->size() != kHintSize)
    return malformed(printable(name, 80) + ": the hash is not 8 hexadecimal digits");
  const Bytes typed = TRY(base64_decode(vkey.substr(second + 1)).with(printable(name, 80)));
  if (typed.empty() || typed.front() != kCosignatureV1) {
    return Error(ErrorKind::unsupported,
                 printable(name, 80) + ": verifier key of type " +
                     (typed.empty() ? std::string("none") : std::to_string(typed.front())) +
                     ", supported is 4 (cosignature/v1 by Ed25519)");
  }
  if (typed.size() != 1 + kEd25519Size)
    return malformed(printable(name, 80) + ": an Ed25519 key has 32 bytes");
  Bytes input = to_bytes(name);
  input.push_back(0x0A);
  input.insert(input.end(), typed.begin(), typed.end());
  const Bytes id = crypto::sha256(input).bytes();
  if (!std::equal(hint->begin(), hint->end(), id.begin())) {
    return malformed(printable(name, 80) + ": the hash is " + hex_encode(*hint) +
                     ", that of name and key is " + hex_encode(BytesView(id).first(kHintSize)));
  }
  Bytes spki = spki_prefix();
  spki.insert(spki.end(), typed.begin() + 1, typed.end());
  auto key = TRY(crypto::PublicKey::from_spki(spki).with(printable(name, 80)));
  return Witness{std::string(name), *hint, std::move(key)};
}

// Time (64 bits, big-endian) and signature.
Result<Timestamp> check_line(const Note& note, const Witness& witness, BytesView blob) {
  if (blob.size() <= kTimeSize) return Error(ErrorKind::untrusted, "cosignature is too short");
  std::uint64_t seconds = 0;
  for (const auto byte : blob.first(kTimeSize)) seconds = seconds << 8U | byte;
  if (seconds > std::numeric_limits<std::uint32_t>::max())
    return Error(ErrorKind::untrusted, "cosignature has an impossible time");
  const auto text = "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + note.text;
  TRY(witness.key.verify(as_bytes(text), blob.subspan(kTimeSize)));
  return Timestamp::from_seconds(static_cast<std::int64_t>(seconds));
}

}  // namespace

Result<Witness> parse_witness(std::string_view vkey) { return read_witness(vkey); }

Result<std::vector<Witness>> parse_witnesses(std::string_view text) {
  std::vector<Witness> out;
  std::size_t number = 0;
  for (const auto each : split(text, '\n')) {
    ++number;
    const auto line = trim(each);
    if (line.empty() || line.starts_with('#')) continue;
    auto witness = TRY(parse_witness(line).with("line " + std::to_string(number)));
    if (std::ranges::any_of(out, [&](const Witness& other) { return other.key == witness.key; })) {
      return Error(ErrorKind::malformed,
                   "line " + std::to_string(number) + ": the key is there already");
    }
    out.push_back(std::move(witness));
  }
  if (out.empty()) return malformed("no verifier key");
  return out;
}

Result<Timestamp> verify_cosignature(const Note& note, const Witness& witness) {
  for (const auto& line : note.signatures) {
    if (line.name != witness.name || line.key_hint != witness.key_hint) continue;
    auto held = check_line(note, witness, line.signature);
    if (!held) return std::move(held).error().with("cosignature of " + printable(witness.name, 80));
    return held;
  }
  return Error(ErrorKind::untrusted, "no cosignature of " + printable(witness.name, 80));
}

}  // namespace mpk::sigstore
