// Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint).
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::sigstore {

struct NoteSignature {
  std::string name;
  Bytes key_hint;   // 4 bytes
  Bytes signature;  // the rest
};

struct Note {
  std::string text;  // what is signed, with its final line break
  std::vector<NoteSignature> signatures;
};

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Bytes root_hash;  // 32 bytes
  Note note;
};

/// Splits at the last empty line. malformed: no signature line, a broken one, fewer than three text
/// lines, a size with a leading zero, …; unknown extension lines are kept in the text.
Result<Checkpoint> parse_checkpoint(std::string_view envelope);

/// The full checkpoint key id: Ed25519 SHA-256(name ‖ 0A 01 ‖ key), ECDSA SHA-256(SPKI),
/// RSA SHA-256(name ‖ 0A FF ‖ "PKIX-RSA-PKCS#1v1.5" ‖ SPKI). The hint is its first four bytes.
Result<Bytes> note_key_id(std::string_view name, const crypto::PublicKey& key);

/// A signature by (name, key) is there and holds. `key_id`: the log id whose first four bytes are
/// the hint. A line with that name and hint that does not hold is untrusted, none is untrusted too;
/// other lines are ignored.
Result<void> verify_note(const Note& note, std::string_view name, const crypto::PublicKey& key,
                         BytesView key_id);

/// The note text plus one signature line by an Ed25519 or ECDSA key.
Result<std::string> sign_note(std::string_view text, std::string_view name,
                              const crypto::PrivateKey& key);
/// "origin\nsize\nbase64(root)\n"
std::string checkpoint_text(std::string_view origin, std::uint64_t size, BytesView root_hash);

}  // namespace mpk::sigstore
