// Witnesses: verifier keys in C2SP's form, cosignatures, and quorums over a log's checkpoint.
#include "sigstore/witness.hpp"

#include "base/encoding.hpp"
#include "sigstore/test_sigstore.hpp"

namespace mpk::sigstore {
namespace {

using namespace testing;

struct TestWitness {
  explicit TestWitness(std::string who) : name(std::move(who)) {}

  std::string name;
  crypto::PrivateKey key = must(crypto::PrivateKey::generate(crypto::KeyType::ed25519));

  Bytes typed_key() const {
    Bytes out{0x04};
    const auto& spki = key.public_key().spki();
    out.insert(out.end(), spki.end() - 32, spki.end());
    return out;
  }
  Bytes hint() const {
    Bytes input = to_bytes(name + "\n");
    const auto typed = typed_key();
    input.insert(input.end(), typed.begin(), typed.end());
    auto id = crypto::sha256(input).bytes();
    id.resize(4);
    return id;
  }
  std::string vkey() const {
    return name + "+" + hex_encode(hint()) + "+" + base64_encode(typed_key());
  }
  Witness witness() const { return must(parse_witness(vkey())); }

  /// The note with this witness's line.
  std::string cosign(const std::string& envelope, Timestamp at) const {
    const auto text = envelope.substr(0, envelope.rfind("\n\n") + 1);
    const auto message = "cosignature/v1\ntime " + std::to_string(at.seconds()) + "\n" + text;
    Bytes blob = hint();
    for (int shift = 56; shift >= 0; shift -= 8)
      blob.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(at.seconds()) >> shift));
    const auto signature = must(key.sign(as_bytes(message)));
    blob.insert(blob.end(), signature.begin(), signature.end());
    return envelope + "\u2014 " + name + " " + base64_encode(blob) + "\n";
  }
};

const Digest kArtifact = crypto::sha256("model");

std::string witnessed(const std::string& bundle, const std::vector<const TestWitness*>& by,
                      Timestamp at) {
  return edited(bundle, [&](Json& top) {
    auto& envelope =
        top["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]["checkpoint"]["envelope"];
    for (const auto* witness : by) envelope = witness->cosign(envelope.get<std::string>(), at);
  });
}

Report judge(const std::string& bundle, const TrustedRoot& root,
             const std::vector<WitnessQuorum>& quorums) {
  Evidence evidence;
  evidence.witnesses = quorums;
  return TestSigstore::verify(bundle, kArtifact, root, evidence);
}

TEST_CASE("a verifier key is read in C2SP's form, and each of its parts must be right") {
  const TestWitness good("witness.example/one");
  CHECK(good.witness().name == "witness.example/one");
  const auto refused = [](const std::string& vkey) { return kind_of(parse_witness(vkey)); };
  CHECK(refused("witness.example") == "malformed");
  CHECK(refused("+00000000+AAAA") == "malformed");
  CHECK(refused(good.name + "+00000000+" + base64_encode(good.typed_key())) == "malformed");
  CHECK(refused("other" + good.vkey()) == "malformed");
  CHECK(refused(good.name + "+" + hex_encode(good.hint()) + "+AQ==") == "unsupported");
  CHECK(refused(good.name + "+" + hex_encode(good.hint()) + "+BAA=") == "malformed");
}

TEST_CASE("a file of keys has one a line, and none twice") {
  const TestWitness a("a"), b("b");
  CHECK(must(parse_witnesses("# ours\n\n" + a.vkey() + "\n" + b.vkey() + "\n")).size() == 2);
  CHECK(kind_of(parse_witnesses("# nobody\n")) == "malformed");
  const auto twice = parse_witnesses(a.vkey() + "\n" + a.vkey() + "\n");
  REQUIRE(!twice);
  CHECK(twice.error().text().find("line 2") != std::string::npos);
}

TEST_CASE("a quorum of witnesses passes, and one fewer is refused with who was missed") {
  TestSigstore sigstore;
  const TestWitness a("witness.a"), b("witness.b"), c("witness.c");
  const auto plain = must(make_bundle(sigstore.sign(kArtifact)));
  const auto two = witnessed(plain, {&a, &b}, TestSigstore::kTime);
  const std::vector<Witness> all{a.witness(), b.witness(), c.witness()};
  const auto report = judge(two, sigstore.root(), {{all, 2}});
  CHECK(failures(report) == "");
  CHECK(report.verified->witnesses == std::vector<std::string>{"witness.a", "witness.b"});
  CHECK(step_of(report, "log.witness").message == "2 of 3 witnesses");

  const auto three = judge(two, sigstore.root(), {{all, 3}});
  CHECK(failures(three) == "log.witness=witness-quorum");
  const auto& step = step_of(three, "log.witness");
  CHECK(step.expected.front() == "3 of witness.a, witness.b, witness.c");
  CHECK(step.found == "witness.a, witness.b");
  CHECK(step.hint != "");
  CHECK(failures(judge(plain, sigstore.root(), {{all, 1}})) == "log.witness=witness-quorum");
  // Each quorum counts for itself.
  CHECK(failures(judge(two, sigstore.root(), {{all, 2}, {{c.witness()}, 1}})) ==
        "log.witness=witness-quorum");
  CHECK(step_of(judge(plain, sigstore.root(), {}), "log.witness").message == "none named");
}

TEST_CASE("a cosignature that is forged, of the future or of a namesake does not count") {
  TestSigstore sigstore;
  const TestWitness a("witness.a"), namesake("witness.a");
  const auto plain = must(make_bundle(sigstore.sign(kArtifact)));
  const std::vector<WitnessQuorum> quorum{{{a.witness()}, 1}};
  CHECK(failures(judge(witnessed(plain, {&a}, TestSigstore::kTime), sigstore.root(), quorum)) ==
        "");
  CHECK(failures(judge(witnessed(plain, {&namesake}, TestSigstore::kTime), sigstore.root(),
                       quorum)) == "log.witness=witness-quorum");
  CHECK(failures(judge(witnessed(plain, {&a}, TestSigstore::kTime.plus_seconds(86400)),
                       sigstore.root(), quorum)) == "log.witness=witness-quorum");
}

TEST_CASE("witnesses that were named are missed where the log is not asked, too") {
  TestSigstore sigstore;
  const TestWitness a("witness.a");
  auto root = sigstore.root();
  const auto bundle =
      witnessed(must(make_bundle(sigstore.sign(kArtifact))), {&a}, TestSigstore::kTime);
  root.tlogs.clear();
  CHECK(failures(judge(bundle, root, {{{a.witness()}, 1}})) == "log.witness=witness-quorum");
}

TEST_CASE("where several logs are asked for, each must be watched, not one of them twice") {
  // Two entries of one log for one signature: an honest one, and one with another body.
  TestSigstore watched, unwatched;
  const TestWitness a("witness.a");
  auto parts = watched.sign(kArtifact);
  const auto& signature = parts.envelope.signatures.front().sig;
  const auto pae = attest::pae(parts.envelope.payload_type, parts.envelope.payload);
  parts.further_log_entries.push_back(watched.log(
      crypto::hash(DigestAlgorithm::sha512, as_bytes(pae)), signature, *parts.certificate));
  parts.further_log_entries.push_back(
      unwatched.log(crypto::sha256(pae), signature, *parts.certificate));
  const auto cosigned = [&](const std::vector<std::size_t>& entries) {
    return edited(must(make_bundle(parts)), [&](Json& top) {
      for (const auto i : entries) {
        auto& envelope = top["verificationMaterial"]["tlogEntries"][i]["inclusionProof"]
                            ["checkpoint"]["envelope"];
        envelope = a.cosign(envelope.get<std::string>(), TestSigstore::kTime);
      }
    });
  };
  auto root = watched.root();
  root.tlogs.front().operated_by = "one";
  root.tlogs.push_back(unwatched.root().tlogs.front());
  root.tlogs.back().operated_by = "other";
  const Evidence evidence{.logs = 2, .witnesses = {{{a.witness()}, 1}}};
  CHECK(failures(TestSigstore::verify(cosigned({0, 1, 2}), kArtifact, root, evidence)) == "");
  CHECK(failures(TestSigstore::verify(cosigned({0, 2}), kArtifact, root, evidence)) == "");
  CHECK(failures(TestSigstore::verify(cosigned({0, 1}), kArtifact, root, evidence)) ==
        "log.witness=witness-quorum");
}

TEST_CASE("a log is no witness of itself") {
  TestSigstore sigstore;
  TestWitness log("witness.log");
  const TestWitness other("witness.a");
  log.key = sigstore.log_key;
  const auto bundle =
      witnessed(must(make_bundle(sigstore.sign(kArtifact))), {&log, &other}, TestSigstore::kTime);
  CHECK(failures(judge(bundle, sigstore.root(), {{{log.witness(), other.witness()}, 2}})) ==
        "log.witness=witness-quorum");
  CHECK(failures(judge(bundle, sigstore.root(), {{{log.witness(), other.witness()}, 1}})) == "");
}

}  // namespace
}  // namespace mpk::sigstore
