// Witnesses: who cosigns a log's checkpoints, so that a log can't show two histories.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/key.hpp"
#include "sigstore/note.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::sigstore {

struct Witness {
  std::string name;
  Bytes key_hint;  // 4 bytes
  crypto::PublicKey key;
};

/// `needed` of `witnesses` must have cosigned; different keys, whatever their names.
struct WitnessQuorum {
  std::vector<Witness> witnesses;
  std::size_t needed = 0;
};

/// "name+hash+base64" (C2SP signed-note, verifier keys) of a cosigner: type 04, cosignature/v1 by
/// Ed25519 (C2SP tlog-cosignature). malformed: form, another hash than that of name and key;
/// unsupported: another type of key.
Result<Witness> parse_witness(std::string_view vkey);

/// One verifier key a line; empty lines and those that start with '#' say nothing. malformed with
/// the line's number; no key at all, one key twice.
Result<std::vector<Witness>> parse_witnesses(std::string_view text);

/// The witness's cosignature of the note holds: its time. untrusted: none is there, or one that is
/// does not hold.
Result<Timestamp> verify_cosignature(const Note& note, const Witness& witness);

}  // namespace mpk::sigstore
