// Signed notes and checkpoints: reading and checking them.
#include "sigstore/note.hpp"

#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

#include <algorithm>
#include <string_view>

namespace mpk::sigstore {
namespace {

constexpr std::string_view kSignaturePrefix = "\u2014 ";  // an em dash, not a hyphen
constexpr std::size_t kHintSize = 4;
constexpr std::size_t kRootSize = 32;

Error malformed(std::string message) { return Error(ErrorKind::malformed, std::move(message)); }

// C2SP signed-note: valid UTF-8 without ASCII control characters but the line break.
bool is_note_text(std::string_view text) {
  return is_valid_utf8(text) && std::ranges::none_of(text, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return (byte < 0x20 && c != '\n') || byte == 0x7f;
         });
}

// "— <name> <base64 of hint and signature>"
Result<NoteSignature> parse_signature_line(std::string_view line) {
  if (!line.starts_with(kSignaturePrefix)) {
    return malformed("signature line does not start with an em dash and a space");
  }
  line.remove_prefix(kSignaturePrefix.size());
  const auto space = line.find(' ');
  if (space == 0 || space == std::string_view::npos) {
    return malformed("signature line has no name or no signature");
  }
  const auto name = line.substr(0, space);
  if (name.find('+') != std::string_view::npos) return malformed("signer's name contains a '+'");
  auto blob = base64_decode(line.substr(space + 1));
  if (!blob) return std::move(blob.error()).with("signature of " + printable(name, 80));
  if (blob->size() <= kHintSize) return malformed("signature is too short to hold a key hint");
  const auto split = blob->begin() + kHintSize;
  return NoteSignature{std::string(name), Bytes(blob->begin(), split), Bytes(split, blob->end())};
}

Result<Note> parse_note(std::string_view envelope) {
  if (envelope.size() > limits::kNote) {
    return Error(ErrorKind::too_large, "longer than " + std::to_string(limits::kNote) + " bytes");
  }
  if (!is_note_text(envelope)) return malformed("not plain text");
  const auto border = envelope.rfind("\n\n");
  if (border == std::string_view::npos) return malformed("no empty line before the signatures");
  Note note{std::string(envelope.substr(0, border + 1)), {}};
  auto rest = envelope.substr(border + 2);
  if (rest.empty()) return malformed("no signature");
  if (!rest.ends_with('\n')) return malformed("last line does not end");
  rest.remove_suffix(1);
  for (const auto line : split(rest, '\n')) {
    if (note.signatures.size() == limits::kNoteSignatures) {
      return Error(ErrorKind::too_large,
                   "more than " + std::to_string(limits::kNoteSignatures) + " signatures");
    }
    note.signatures.push_back(TRY(parse_signature_line(line)));
  }
  return note;
}

// C2SP tlog-checkpoint: origin, decimal size, base64 of the root hash, then extension lines.
Result<Checkpoint> read_checkpoint(std::string_view envelope) {
  Checkpoint out;
  out.note = TRY(parse_note(envelope));
  const auto lines = split(std::string_view(out.note.text), '\n');  // the last one is empty
  if (lines.size() < 4) return malformed("fewer than three lines");
  if (lines[0].empty()) return malformed("origin is empty");
  out.origin = lines[0];
  if (lines[1].size() > 1 && lines[1].starts_with('0')) {
    return malformed("size has a leading zero");
  }
  out.size = TRY(parse_u64(lines[1]).with("size"));
  out.root_hash = TRY(base64_decode(lines[2]).with("root hash"));
  if (out.root_hash.size() != kRootSize) {
    return malformed("root hash has " + std::to_string(out.root_hash.size()) + " bytes, expected " +
                     std::to_string(kRootSize));
  }
  return out;
}

void append(Bytes& out, BytesView more) { out.insert(out.end(), more.begin(), more.end()); }

}  // namespace

Result<Checkpoint> parse_checkpoint(std::string_view envelope) {
  return read_checkpoint(envelope).with("checkpoint");
}

Result<Bytes> note_key_id(std::string_view name, const crypto::PublicKey& key) {
  const Bytes& spki = key.spki();
  Bytes input = to_bytes(name);
  switch (key.type()) {
    case crypto::KeyType::ed25519:
      // RFC 8410 §4: the key is the last 32 bytes of the SPKI.
      append(input, Bytes{0x0A, 0x01});
      append(input, BytesView(spki).last(32));
      return crypto::sha256(input).bytes();
    case crypto::KeyType::rsa:
      append(input, Bytes{0x0A, 0xFF});
      append(input, as_bytes("PKIX-RSA-PKCS#1v1.5"));
      append(input, spki);
      return crypto::sha256(input).bytes();
    case crypto::KeyType::ecdsa_p256:
    case crypto::KeyType::ecdsa_p384:
    case crypto::KeyType::ecdsa_p521:
      return crypto::sha256(spki).bytes();
  }
  return Error(ErrorKind::internal, "a key type has no checkpoint key id");
}

Result<void> verify_note(const Note& note, std::string_view name, const crypto::PublicKey& key,
                         BytesView key_id) {
  if (key_id.size() < kHintSize) {
    return Error(ErrorKind::usage, "checkpoint key id is shorter than its hint");
  }
  const auto hint = key_id.first(kHintSize);
  bool found = false;
  for (const auto& line : note.signatures) {
    if (line.name != name || !std::ranges::equal(line.key_hint, hint)) continue;
    auto held = key.verify(as_bytes(note.text), line.signature);
    if (!held) {
      return Error(ErrorKind::untrusted, "signature of " + printable(name, 80) + " does not hold");
    }
    found = true;
  }
  if (found) return {};
  return Error(ErrorKind::untrusted,
               "no signature of " + printable(name, 80) + " with key hint " + hex_encode(hint));
}

Result<std::string> sign_note(std::string_view text, std::string_view name,
                              const crypto::PrivateKey& key) {
  if (!text.ends_with('\n') || text.starts_with('\n') || !is_note_text(text)) {
    return Error(ErrorKind::usage, "text of a note must be whole lines of plain text");
  }
  if (name.empty() || name.find_first_of(" +\n") != std::string_view::npos || !is_note_text(name)) {
    return Error(ErrorKind::usage, "name of a signer must be one word without '+'");
  }
  if (key.type() == crypto::KeyType::rsa) {
    return Error(ErrorKind::unsupported, "notes are signed with Ed25519 or ECDSA keys only");
  }
  const Bytes key_id = TRY(note_key_id(name, key.public_key()));
  const Bytes signature = TRY(key.sign(as_bytes(text)));
  Bytes blob(key_id.begin(), key_id.begin() + kHintSize);
  append(blob, signature);
  std::string out(text);
  out.append("\n").append(kSignaturePrefix).append(name).append(" ");
  out.append(base64_encode(blob)).append("\n");
  return out;
}

std::string checkpoint_text(std::string_view origin, std::uint64_t size, BytesView root_hash) {
  return std::string(origin) + "\n" + std::to_string(size) + "\n" + base64_encode(root_hash) + "\n";
}

}  // namespace mpk::sigstore
