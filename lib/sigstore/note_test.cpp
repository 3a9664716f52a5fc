// Signed notes and checkpoints are read strictly, signed and checked.
#include "sigstore/note.hpp"

#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "sigstore/test_bundles.hpp"

namespace mpk::sigstore {
namespace {

using namespace testing;

const std::string kRoot = base64_encode(Bytes(32, 7));
const std::string kLine = "\u2014 log.example AAAAAAEC\n";

std::string note_of(const std::string& lines, const std::string& signatures) {
  return lines + "\n" + signatures;
}

TEST_CASE("a checkpoint gives origin, size, root hash and signatures") {
  const auto checkpoint =
      must(parse_checkpoint(note_of("log.example\n12\n" + kRoot + "\nTimestamp: 1\n", kLine)));
  CHECK(checkpoint.origin == "log.example");
  CHECK(checkpoint.size == 12);
  CHECK(checkpoint.root_hash == Bytes(32, 7));
  CHECK(checkpoint.note.text == "log.example\n12\n" + kRoot + "\nTimestamp: 1\n");
  REQUIRE(checkpoint.note.signatures.size() == 1);
  CHECK(checkpoint.note.signatures[0].name == "log.example");
  CHECK(checkpoint.note.signatures[0].key_hint == Bytes{0, 0, 0, 0});
  CHECK(checkpoint.note.signatures[0].signature == Bytes{1, 2});
}

TEST_CASE("a checkpoint that is not formed as the specification says is refused") {
  const std::string lines = "log.example\n12\n" + kRoot + "\n";
  const struct {
    const char* name;
    std::string text;
  } rows[] = {
      {"nothing", ""},
      {"no signature", note_of(lines, "")},
      {"no empty line", lines + kLine},
      {"no end of line", note_of(lines, kLine.substr(0, kLine.size() - 1))},
      {"empty signature line", note_of(lines, kLine + "\n")},
      {"hyphen", note_of(lines, "- log.example AAAAAAEC\n")},
      {"no name", note_of(lines, "\u2014  AAAAAAEC\n")},
      {"plus in a name", note_of(lines, "\u2014 a+b AAAAAAEC\n")},
      {"hint alone", note_of(lines, "\u2014 log.example AAAAAQ==\n")},
      {"no padding", note_of(lines, "\u2014 log.example AAAAAQ\n")},
      {"no root hash", note_of("log.example\n12\n", kLine)},
      {"no origin", note_of("\n12\n" + kRoot + "\n", kLine)},
      {"leading zero", note_of("log.example\n012\n" + kRoot + "\n", kLine)},
      {"sign", note_of("log.example\n+12\n" + kRoot + "\n", kLine)},
      {"short root hash", note_of("log.example\n12\nAAAA\n", kLine)},
      {"carriage return", note_of("log.example\r\n12\n" + kRoot + "\n", kLine)},
      {"not UTF-8", note_of("log\xff\n12\n" + kRoot + "\n", kLine)},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(kind_of(parse_checkpoint(row.text)) == "malformed");
  }
  CHECK(kind_of(parse_checkpoint(note_of("log.example\n0\n" + kRoot + "\n", kLine))) == "");
}

TEST_CASE("a checkpoint over its limits is refused, one at them is not") {
  const std::string lines = "log.example\n12\n" + kRoot + "\n";
  std::string signatures;
  for (std::size_t i = 0; i < limits::kNoteSignatures; ++i) signatures += kLine;
  CHECK(kind_of(parse_checkpoint(note_of(lines, signatures))) == "");
  CHECK(kind_of(parse_checkpoint(note_of(lines, signatures + kLine))) == "too_large");

  const auto padding = limits::kNote - note_of(lines, kLine).size() - 1;
  CHECK(kind_of(parse_checkpoint(note_of(lines + std::string(padding, 'x') + "\n", kLine))) == "");
  CHECK(kind_of(parse_checkpoint(note_of(lines + std::string(padding + 1, 'x') + "\n", kLine))) ==
        "too_large");
}

TEST_CASE("a note signed by Ed25519 and ECDSA keys verifies and nothing else does") {
  using crypto::KeyType;
  const auto text = checkpoint_text("log.example", 12, Bytes(32, 7));
  for (const auto type : {KeyType::ed25519, KeyType::ecdsa_p256, KeyType::ecdsa_p384}) {
    CAPTURE(to_string(type));
    const auto key = must(crypto::PrivateKey::generate(type));
    const auto other = must(crypto::PrivateKey::generate(type));
    const auto id = must(note_key_id("log.example", key.public_key()));
    const auto envelope = must(sign_note(text, "log.example", key));
    auto note = must(parse_checkpoint(envelope)).note;
    CHECK(kind_of(verify_note(note, "log.example", key.public_key(), id)) == "");
    CHECK(kind_of(verify_note(note, "other.example", key.public_key(), id)) == "untrusted");
    CHECK(kind_of(verify_note(note, "log.example", other.public_key(), id)) == "untrusted");
    CHECK(kind_of(verify_note(note, "log.example", key.public_key(), Bytes(32, 9))) == "untrusted");
    note.text += "more\n";
    CHECK(kind_of(verify_note(note, "log.example", key.public_key(), id)) == "untrusted");
  }
}

TEST_CASE("lines of other signers are passed over, a broken one of the log's own is not") {
  const auto key = must(crypto::PrivateKey::generate(crypto::KeyType::ed25519));
  const auto id = must(note_key_id("log.example", key.public_key()));
  const auto envelope =
      must(sign_note(checkpoint_text("log.example", 12, Bytes(32, 7)), "log.example", key));
  auto note = must(parse_checkpoint(envelope)).note;
  const auto own = note.signatures.front();
  note.signatures.insert(note.signatures.begin(), {"witness.example", own.key_hint, Bytes(64, 1)});
  note.signatures.push_back({"log.example", Bytes{9, 9, 9, 9}, Bytes(64, 1)});
  CHECK(kind_of(verify_note(note, "log.example", key.public_key(), id)) == "");
  note.signatures.push_back({"log.example", own.key_hint, Bytes(64, 1)});
  CHECK(kind_of(verify_note(note, "log.example", key.public_key(), id)) == "untrusted");
}

// log2025-1.rekor.sigstore.dev and rekor.sigstore.dev as the embedded root has them.
TEST_CASE("the key ids of the public logs are those that the trusted root names") {
  const auto root = must(parse_trusted_root(embedded_trusted_root().text));
  REQUIRE(root.tlogs.size() == 2);
  for (const auto& log : root.tlogs) CHECK(must(note_key_id(log.origin, log.key)) == log.log_id);
}

TEST_CASE("what cannot be a note is not signed") {
  const auto key = must(crypto::PrivateKey::generate(crypto::KeyType::ed25519));
  CHECK(kind_of(sign_note("text\n", "name", key)) == "");
  CHECK(kind_of(sign_note("text", "name", key)) == "usage");
  CHECK(kind_of(sign_note("te\txt\n", "name", key)) == "usage");
  CHECK(kind_of(sign_note("text\n", "two words", key)) == "usage");
  CHECK(kind_of(sign_note("text\n", "", key)) == "usage");
  const auto rsa = must(crypto::PrivateKey::generate(crypto::KeyType::rsa));
  CHECK(kind_of(sign_note("text\n", "name", rsa)) == "unsupported");
}

}  // namespace
}  // namespace mpk::sigstore
