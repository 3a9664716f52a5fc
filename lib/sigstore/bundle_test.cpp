// Bundles are read strictly, by the rules of their version, and written as v0.3.
#include "sigstore/bundle.hpp"

#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "sigstore/test_sigstore.hpp"

namespace mpk::sigstore {
namespace {

using namespace testing;

const Digest kArtifact = crypto::sha256("model");

// A good v0.3 bundle, made once.
const std::string& sample() {
  static const std::string text = must(make_bundle(TestSigstore().sign(kArtifact)));
  return text;
}

// The same material in the clothes of v0.1 or v0.2.
std::string sample_of(unsigned minor) {
  return edited(sample(), [&](Json& b) {
    b["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0." + std::to_string(minor);
    auto& material = b["verificationMaterial"];
    Json list = Json::array();
    list.push_back(material["certificate"]);
    material["x509CertificateChain"]["certificates"] = std::move(list);
    material.erase("certificate");
    material["tlogEntries"][0]["inclusionPromise"] = {{"signedEntryTimestamp", "AAAA"}};
  });
}

Json& entry_of(Json& bundle) { return bundle["verificationMaterial"]["tlogEntries"][0]; }

TEST_CASE("a bundle that was made is read back") {
  TestSigstore sigstore;
  const auto parts = sigstore.sign(kArtifact);
  const auto bundle = must(parse_bundle(must(make_bundle(parts))));
  CHECK(bundle.media_type == kBundleType);
  CHECK(bundle.minor_version == 3);
  REQUIRE(bundle.certificates.size() == 1);
  CHECK(bundle.certificates[0] == *parts.certificate);
  REQUIRE(bundle.log_entries.size() == 1);
  const auto& entry = bundle.log_entries[0];
  CHECK(entry.kind == "hashedrekord");
  CHECK(entry.version == "0.0.2");
  CHECK(entry.integrated_time == 0);
  CHECK(!entry.signed_entry_timestamp);
  CHECK(entry.log_index == entry.proof->log_index);
  CHECK(bundle.timestamps == parts.timestamps);
  CHECK(bundle.envelope->payload == parts.envelope.payload);
  CHECK(!bundle.message);
}

TEST_CASE("a bundle by a key carries a hint and no certificate") {
  auto parts = TestSigstore().sign(kArtifact);
  parts.certificate.reset();
  parts.key_hint = "hint";
  parts.log_entry.reset();
  parts.timestamps.clear();
  const auto bundle = must(parse_bundle(must(make_bundle(parts))));
  CHECK(bundle.key_hint == "hint");
  CHECK(bundle.certificates.empty());
  CHECK(bundle.log_entries.empty());
}

TEST_CASE("what would not be read again is not written") {
  auto parts = TestSigstore().sign(kArtifact);
  auto two = parts;
  two.envelope.signatures.push_back(two.envelope.signatures.front());
  CHECK(kind_of(make_bundle(two)) == "malformed");
  parts.log_entry = "{}";
  CHECK(kind_of(make_bundle(parts)) == "malformed");
}

TEST_CASE("the four media types are read and no fifth") {
  CHECK(must(parse_bundle(sample_of(1))).minor_version == 1);
  CHECK(must(parse_bundle(sample_of(2))).minor_version == 2);
  const auto with_type = [](const char* type) {
    return edited(sample(), [&](Json& b) { b["mediaType"] = type; });
  };
  CHECK(kind_of(parse_bundle(with_type("application/vnd.dev.sigstore.bundle+json;version=0.3"))) ==
        "");
  for (const char* type : {"application/vnd.dev.sigstore.bundle.v0.4+json",
                           "application/vnd.dev.sigstore.bundle.v0.2+json",
                           "application/vnd.dev.sigstore.bundle+json; version=0.3", ""}) {
    CAPTURE(type);
    CHECK(kind_of(parse_bundle(with_type(type))) == "malformed");
  }
}

TEST_CASE("each version has its own rules") {
  const auto no_promise = [](Json& b) { entry_of(b).erase("inclusionPromise"); };
  const auto no_proof = [](Json& b) { entry_of(b).erase("inclusionProof"); };
  const auto no_checkpoint = [](Json& b) { entry_of(b)["inclusionProof"].erase("checkpoint"); };
  const struct {
    const char* name;
    unsigned minor;
    std::function<void(Json&)> edit;
    const char* kind;
  } rows[] = {
      {"v0.1 promise alone", 1, no_proof, ""},
      {"v0.1 proof alone", 1, no_promise, "malformed"},
      {"v0.1 without checkpoint", 1, no_checkpoint, ""},
      {"v0.2 proof alone", 2, no_promise, ""},
      {"v0.2 promise alone", 2, no_proof, "malformed"},
      {"v0.2 without checkpoint", 2, no_checkpoint, "malformed"},
      {"v0.3 promise alone", 3, no_proof, "malformed"},
      {"v0.3 without checkpoint", 3, no_checkpoint, "malformed"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto text = row.minor == 3 ? sample() : sample_of(row.minor);
    CHECK(kind_of(parse_bundle(edited(text, row.edit))) == row.kind);
  }
  // The members of one version under the name of another.
  const auto chain = parse_bundle(
      edited(sample_of(2), [](Json& b) { b["mediaType"] = std::string(kBundleType); }));
  CHECK(kind_of(check_certificates(must(chain))) == "malformed");
  CHECK(kind_of(parse_bundle(edited(sample(), [](Json& b) {
          b["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.2";
        }))) == "malformed");
}

TEST_CASE("a bundle with a fault is refused with its place") {
  const struct {
    const char* name;
    std::function<void(Json&)> edit;
    const char* words;
  } rows[] = {
      {"unknown member", [](Json& b) { b["extra"] = 1; }, "extra"},
      {"unknown member of material", [](Json& b) { b["verificationMaterial"]["extra"] = 1; },
       "extra"},
      {"unknown member of an entry", [](Json& b) { entry_of(b)["extra"] = 1; }, "extra"},
      {"unknown member of a proof", [](Json& b) { entry_of(b)["inclusionProof"]["extra"] = 1; },
       "extra"},
      {"unknown member of an envelope", [](Json& b) { b["dsseEnvelope"]["extra"] = 1; }, "extra"},
      {"an envelope alone", [](Json& b) { b = Json(b["dsseEnvelope"]); }, "a bare DSSE envelope"},
      {"no content", [](Json& b) { b.erase("dsseEnvelope"); }, "one of messageSignature"},
      {"two contents", [](Json& b) { b["messageSignature"] = {{"signature", "AAAA"}}; },
       "one of messageSignature"},
      {"no signature", [](Json& b) { b["dsseEnvelope"]["signatures"] = Json::array(); },
       "expected one signature"},
      {"two signatures",
       [](Json& b) {
         auto& list = b["dsseEnvelope"]["signatures"];
         Json copy = list[0];
         list.push_back(std::move(copy));
       },
       "expected one signature"},
      {"no key material", [](Json& b) { b["verificationMaterial"].erase("certificate"); },
       "found 0"},
      {"two key materials",
       [](Json& b) { b["verificationMaterial"]["publicKey"] = {{"hint", "x"}}; }, "found 2"},
      {"no material", [](Json& b) { b.erase("verificationMaterial"); }, "verificationMaterial"},
      {"negative index", [](Json& b) { entry_of(b)["logIndex"] = "-1"; }, "logIndex"},
      {"index over 63 bits", [](Json& b) { entry_of(b)["logIndex"] = "9223372036854775808"; },
       "logIndex"},
      {"short hash",
       [](Json& b) { entry_of(b)["inclusionProof"]["hashes"] = Json::array({"AAAA"}); },
       "32 bytes"},
      {"no log id", [](Json& b) { entry_of(b).erase("logId"); }, "logId"},
      {"empty body", [](Json& b) { entry_of(b)["canonicalizedBody"] = ""; }, "empty"},
      {"base64",
       [](Json& b) {
         b["dsseEnvelope"]["signatures"][0]["sig"] = "INVALID!!!BASE64!!!ENCODING====";
       },
       "sig"},
      {"a member as a list", [](Json& b) { b["verificationMaterial"] = Json::array(); },
       "expected an object"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto bundle = parse_bundle(edited(sample(), row.edit));
    REQUIRE(kind_of(bundle) == "malformed");
    CAPTURE(bundle.error().text());
    CHECK(bundle.error().text().find(row.words) != std::string::npos);
  }
  CHECK(kind_of(parse_bundle(sample().substr(0, sample().size() / 2))) == "malformed");
}

TEST_CASE("a self-signed authority is none of a bundle's, but behind the leaf where it is known") {
  const TestSigstore ours, theirs;
  const auto with = [](const char* version, const std::vector<crypto::Certificate>& behind) {
    return must(parse_bundle(edited(sample(), [&](Json& b) {
      b["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=" + std::string(version);
      auto& material = b["verificationMaterial"];
      Json list = Json::array({material["certificate"]});
      for (const auto& each : behind) list.push_back({{"rawBytes", base64_encode(each.der())}});
      material["x509CertificateChain"]["certificates"] = list;
      material.erase("certificate");
    })));
  };
  CHECK(check_certificates(with("0.2", {})));
  CHECK(check_certificates(with("0.2", {ours.ca}), {theirs.ca, ours.ca}));
  for (const auto& known : {std::vector<crypto::Certificate>{}, {theirs.ca}}) {
    const auto refused = check_certificates(with("0.2", {ours.ca}), known);
    CHECK(kind_of(refused) == "malformed");
    CHECK(refused.error().text().find("self-signed") != std::string::npos);
  }
  CHECK(kind_of(check_certificates(with("0.3", {}))) == "malformed");
  // As the leaf it is refused, known or not.
  const auto alone = must(parse_bundle(edited(sample(), [&](Json& b) {
    b["verificationMaterial"]["certificate"]["rawBytes"] = base64_encode(ours.ca.der());
  })));
  CHECK(kind_of(check_certificates(alone, {ours.ca})) == "malformed");
}

TEST_CASE("null members and zeros left out mean what they mean in protobuf") {
  const auto bundle = must(parse_bundle(edited(sample(), [](Json& b) {
    b["messageSignature"] = nullptr;
    entry_of(b).erase("integratedTime");
    entry_of(b).erase("logIndex");
    entry_of(b)["inclusionProof"].erase("hashes");
  })));
  CHECK(bundle.log_entries[0].log_index == 0);
  CHECK(bundle.log_entries[0].proof->hashes.empty());
}

TEST_CASE("line breaks inside base64 are passed over, other white space is not") {
  const auto with = [](const char* gap) {
    return edited(sample(), [&](Json& b) {
      auto& stamp = b["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"][0]
                     ["signedTimestamp"];
      stamp = stamp.get<std::string>().insert(8, gap);
    });
  };
  CHECK(kind_of(parse_bundle(with("\n"))) == "");
  CHECK(kind_of(parse_bundle(with("\r\n"))) == "");
  CHECK(kind_of(parse_bundle(with(" "))) == "malformed");
}

TEST_CASE("a bundle may hold as many entries and timestamps as the limits say and not one more") {
  const auto with = [](std::size_t entries, std::size_t timestamps) {
    return edited(sample(), [&](Json& b) {
      const auto repeat = [](Json& list, std::size_t count) {
        const Json first = list[0];
        list = Json::array();
        for (std::size_t i = 0; i < count; ++i) list.push_back(first);
      };
      auto& material = b["verificationMaterial"];
      repeat(material["tlogEntries"], entries);
      repeat(material["timestampVerificationData"]["rfc3161Timestamps"], timestamps);
    });
  };
  CHECK(kind_of(parse_bundle(with(limits::kLogEntries, limits::kTimestamps))) == "");
  CHECK(kind_of(parse_bundle(with(limits::kLogEntries + 1, 1))) == "too_large");
  CHECK(kind_of(parse_bundle(with(1, limits::kTimestamps + 1))) == "too_large");
}

TEST_CASE("a flood of values or of certificates is too large, whatever it says") {
  std::string flood = R"({"mediaType":[)";
  for (std::size_t i = 0; i < limits::kBundleValues; ++i) flood += "{},";
  flood += "{}]}";
  CHECK(kind_of(parse_bundle(flood)) == "too_large");
  const auto chain = [](std::size_t count) {
    return edited(sample(), [&](Json& b) {
      b["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.2";
      auto& material = b["verificationMaterial"];
      material["x509CertificateChain"]["certificates"] =
          Json::array_t(count, Json(material["certificate"]));
      material.erase("certificate");
    });
  };
  CHECK(kind_of(parse_bundle(chain(limits::kBundleCertificates))) == "");
  CHECK(kind_of(parse_bundle(chain(limits::kBundleCertificates + 1))) == "too_large");
}

TEST_CASE("the digest of a message is read with its algorithm") {
  const auto with = [](const char* algorithm, std::size_t size) {
    return edited(sample(), [&](Json& b) {
      b.erase("dsseEnvelope");
      b["messageSignature"] = {
          {"signature", "AAAA"},
          {"messageDigest", {{"algorithm", algorithm}, {"digest", base64_encode(Bytes(size))}}}};
    });
  };
  CHECK(must(parse_bundle(with("SHA2_256", 32))).message->digest->algorithm() ==
        DigestAlgorithm::sha256);
  CHECK(must(parse_bundle(with("SHA2_512", 64))).message->digest->algorithm() ==
        DigestAlgorithm::sha512);
  CHECK(kind_of(parse_bundle(with("SHA2_256", 31))) == "malformed");
  CHECK(kind_of(parse_bundle(with("SHA3_256", 32))) == "malformed");
}

}  // namespace
}  // namespace mpk::sigstore
