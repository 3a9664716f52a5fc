// SCTs: what a log signed verifies, everything next to it does not.
#include "crypto/sct.hpp"

#include "crypto/issue.hpp"
#include "crypto/test_conformance.hpp"
#include "crypto/test_pki.hpp"

namespace mpk::crypto {
namespace {

using namespace testing;

struct Fixture {
  Authority root = make_root();
  PrivateKey log_key = must(PrivateKey::generate(KeyType::ecdsa_p256));
  PrivateKey leaf_key = must(PrivateKey::generate(KeyType::ecdsa_p256));
  CtLog log = make_log(log_key);

  static CtLog make_log(const PrivateKey& key) {
    return {sha256(key.public_key().spki()).bytes(), key.public_key(), kNow.plus_seconds(-60),
            std::nullopt};
  }
  Bytes sct(const Certificate& precertificate, BytesView extensions = {}) const {
    return must(sign_sct(precertificate, root.key.public_key(), log_key, kNow, extensions))
        .serialized;
  }
  /// A leaf whose SCT list is what `change` makes of a good SCT.
  template <class Change>
  Result<Certificate> leaf_with(Change change) const {
    return issue_with_scts(leaf_request(leaf_key.public_key()), root.issuer(),
                           [&](const Certificate& precertificate) -> Result<std::vector<Bytes>> {
                             return change(sct(precertificate));
                           });
  }
  Certificate leaf() const {
    return must(leaf_with([](Bytes sct) { return std::vector<Bytes>{std::move(sct)}; }));
  }
};

TEST_CASE("an embedded SCT verifies against its log, and the leaf against its issuer") {
  const Fixture f;
  const Certificate leaf = f.leaf();
  const auto scts = must(verify_scts(leaf, f.root.certificate, {f.log}));
  REQUIRE(scts.size() == 1);
  CHECK(scts[0].log_id == f.log.id);
  CHECK(scts[0].time == kNow);
  CHECK(verify_chain(leaf, {}, {f.root.certificate}, kNow));
}

TEST_CASE("a precertificate is poisoned and the certificate made from it is not") {
  const Fixture f;
  constexpr const char* kPoison = "1.3.6.1.4.1.11129.2.4.3";
  const auto leaf = must(issue_with_scts(
      leaf_request(f.leaf_key.public_key()), f.root.issuer(),
      [&](const Certificate& precertificate) -> Result<std::vector<Bytes>> {
        CHECK(precertificate.extension(kPoison) == Bytes{0x05, 0x00});
        CHECK(kind_of(verify_chain(precertificate, {}, {f.root.certificate}, kNow)) == "untrusted");
        return std::vector<Bytes>{f.sct(precertificate)};
      }));
  CHECK_FALSE(leaf.extension(kPoison));
  // A log does not sign a finished certificate as if it were a precertificate.
  CHECK(kind_of(sign_sct(leaf, f.root.key.public_key(), f.log_key, kNow)) == "malformed");
}

TEST_CASE("SCT extensions are part of what is signed") {
  const Fixture f;
  const Bytes leaf_index{0, 0, 5, 0, 0, 0, 0, 7};  // static-ct-api, leaf_index 7
  const auto leaf =
      must(issue_with_scts(leaf_request(f.leaf_key.public_key()), f.root.issuer(),
                           [&](const Certificate& precertificate) -> Result<std::vector<Bytes>> {
                             return std::vector<Bytes>{f.sct(precertificate, leaf_index)};
                           }));
  CHECK(verify_scts(leaf, f.root.certificate, {f.log}));

  const auto changed =
      must(issue_with_scts(leaf_request(f.leaf_key.public_key()), f.root.issuer(),
                           [&](const Certificate& precertificate) -> Result<std::vector<Bytes>> {
                             Bytes sct = f.sct(precertificate, leaf_index);
                             sct.at(1 + 32 + 8 + 2 + 7) ^= 1;  // the last byte of the extensions
                             return std::vector<Bytes>{sct};
                           }));
  CHECK(kind_of(verify_scts(changed, f.root.certificate, {f.log})) == "untrusted");
}

TEST_CASE("no SCT verifies with a flipped byte in any part") {
  const Fixture f;
  std::size_t size = 1;
  for (std::size_t i = 0; i < size; ++i) {
    CAPTURE(i);
    const auto leaf = f.leaf_with([&](Bytes sct) {
      size = sct.size();
      // Signatures differ in length; the last one may be shorter than the one before.
      if (i < sct.size()) {
        sct[i] ^= 1;
      } else {
        sct.back() ^= 1;
      }
      return std::vector<Bytes>{std::move(sct)};
    });
    // A length that no longer fits is already refused when the list is put together.
    if (!leaf) {
      CHECK(kind_of(leaf) == "malformed");
      continue;
    }
    CHECK_FALSE(verify_scts(*leaf, f.root.certificate, {f.log}));
  }
  CHECK(size > 100);
}

TEST_CASE("an SCT holds for its certificate, its issuer and its log only") {
  const Fixture f;
  const Certificate leaf = f.leaf();

  Bytes stolen;
  must(f.leaf_with([&](Bytes sct) {
    stolen = sct;
    return std::vector<Bytes>{std::move(sct)};
  }));
  const auto other = must(f.leaf_with([&](const Bytes&) { return std::vector<Bytes>{stolen}; }));
  CHECK(kind_of(verify_scts(other, f.root.certificate, {f.log})) == "untrusted");

  CHECK(kind_of(verify_scts(leaf, make_root().certificate, {f.log})) == "untrusted");

  CtLog garbage = f.log;  // the right id, a key that signed something else
  garbage.key = must(PrivateKey::generate(KeyType::ecdsa_p256)).public_key();
  CHECK(kind_of(verify_scts(leaf, f.root.certificate, {garbage})) == "untrusted");
  garbage.key = must(PrivateKey::generate(KeyType::rsa)).public_key();
  CHECK(kind_of(verify_scts(leaf, f.root.certificate, {garbage})) == "untrusted");

  const auto unknown = verify_scts(leaf, f.root.certificate, {Fixture::make_log(f.leaf_key)});
  CHECK(kind_of(unknown) == "untrusted");
  CHECK(unknown.error().text().find("not among the trusted ones") != std::string::npos);
  CHECK(kind_of(verify_scts(leaf, f.root.certificate, {})) == "untrusted");
}

TEST_CASE("an SCT counts inside its log's validity, both ends included") {
  const Fixture f;
  const Certificate leaf = f.leaf();
  const auto millisecond = [](std::int64_t delta) {
    return Timestamp::from_milliseconds(kNow.milliseconds() + delta);
  };
  const struct {
    Timestamp from;
    std::optional<Timestamp> to;
    bool good;
  } rows[] = {{kNow, std::nullopt, true},
              {kNow, kNow, true},
              {millisecond(1), std::nullopt, false},
              {millisecond(-9), millisecond(-1), false},
              {millisecond(-9), millisecond(1), true}};
  for (const auto& row : rows) {
    CAPTURE(row.from.text());
    CtLog log = f.log;
    log.valid_from = row.from;
    log.valid_to = row.to;
    CHECK(kind_of(verify_scts(leaf, f.root.certificate, {log})) == (row.good ? "" : "untrusted"));
  }

  CtLog past = f.log;
  past.valid_to = kNow.plus_seconds(-1);
  CHECK(verify_scts(leaf, f.root.certificate, {past, f.log}));  // the same key, listed anew
}

TEST_CASE("one good SCT is enough, and one log counts once") {
  const Fixture f;
  const auto mixed = must(f.leaf_with([](const Bytes& sct) {
    Bytes bad = sct;
    bad.back() ^= 1;
    return std::vector<Bytes>{bad, sct, sct};
  }));
  CHECK(must(verify_scts(mixed, f.root.certificate, {f.log})).size() == 1);
}

TEST_CASE("a certificate without a readable SCT list is malformed") {
  const Fixture f;
  const auto request = leaf_request(f.leaf_key.public_key());
  const auto plain = must(issue_certificate(request, f.root.issuer()));
  CHECK(kind_of(verify_scts(plain, f.root.certificate, {f.log})) == "malformed");

  const struct {
    const char* name;
    Bytes value;
  } rows[] = {{"empty extension", {}},
              {"empty list", {0x04, 0x02, 0x00, 0x00}},
              {"length over the end", {0x04, 0x04, 0x00, 0x09, 0x00, 0x01}},
              {"not an octet string", {0x05, 0x00}}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    auto bad = request;
    bad.extensions.push_back({"1.3.6.1.4.1.11129.2.4.2", row.value, false});
    const auto leaf = issue_certificate(bad, f.root.issuer());
    const std::string kind =
        leaf ? kind_of(verify_scts(*leaf, f.root.certificate, {f.log})) : kind_of(leaf);
    CHECK(kind == "malformed");
  }
}

TEST_CASE("a log's failure and its nonsense end the issuing") {
  const Fixture f;
  const auto request = leaf_request(f.leaf_key.public_key());
  const auto down = issue_with_scts(request, f.root.issuer(), [](const Certificate&) {
    return Result<std::vector<Bytes>>(Error(ErrorKind::network, "log is down"));
  });
  CHECK(kind_of(down) == "network");
  CHECK(kind_of(f.leaf_with([](const Bytes&) { return std::vector<Bytes>{}; })) == "malformed");
  CHECK(kind_of(f.leaf_with([](Bytes sct) {
          sct.resize(20);
          return std::vector<Bytes>{std::move(sct)};
        })) == "malformed");
}

TEST_CASE("a log signs with P-256 and gives out the parts of its answer") {
  const Fixture f;
  must(f.leaf_with([](Bytes sct) { return std::vector<Bytes>{std::move(sct)}; }));
  must(issue_with_scts(
      leaf_request(f.leaf_key.public_key()), f.root.issuer(),
      [&](const Certificate& precertificate) -> Result<std::vector<Bytes>> {
        const auto p384 = must(PrivateKey::generate(KeyType::ecdsa_p384));
        CHECK(kind_of(sign_sct(precertificate, f.root.key.public_key(), p384, kNow)) == "usage");
        const auto sct = must(sign_sct(precertificate, f.root.key.public_key(), f.log_key, kNow));
        CHECK(sct.id == f.log.id);
        CHECK(sct.timestamp_ms == kNow.milliseconds());
        REQUIRE(sct.signature.size() > 8);
        CHECK(sct.signature[0] == 4);  // SHA-256
        CHECK(sct.signature[1] == 3);  // ECDSA
        CHECK(sct.signature[2] * 256U + sct.signature[3] == sct.signature.size() - 4);
        CHECK(sct.signature[4] == 0x30);
        return std::vector<Bytes>{sct.serialized};
      }));
}

TEST_CASE("the SCTs of the public bundles are judged as their names say") {
  if (!std::filesystem::exists(conformance_folder())) {
    MESSAGE("skipped: no vectors at " << conformance_folder().string());
    return;
  }
  int good = 0;
  for (const auto& entry : std::filesystem::directory_iterator(conformance_folder())) {
    const std::string name = entry.path().filename();
    if (name.ends_with("_fail") || !std::filesystem::exists(entry.path() / "trusted_root.json")) {
      continue;
    }
    CAPTURE(name);
    const ConformanceBundle bundle(name);
    if (!bundle.has_certificate()) continue;
    CHECK(kind_of(verify_scts(bundle.leaf(), bundle.issuer(), bundle.ct_logs())) == "");
    ++good;
  }
  CHECK(good > 10);

  const ConformanceBundle wrong_key("invalid-ct-key_fail");
  CHECK(kind_of(verify_scts(wrong_key.leaf(), wrong_key.issuer(), wrong_key.ct_logs())) ==
        "untrusted");
}

}  // namespace
}  // namespace mpk::crypto
