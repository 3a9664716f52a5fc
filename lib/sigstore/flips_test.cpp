// One changed byte anywhere in a good bundle is refused, by the step that is there for it.
#include "base/encoding.hpp"
#include "sigstore/test_bundles.hpp"

#include <algorithm>

namespace mpk::sigstore {
namespace {

using namespace testing;

// Flips one bit of a base64 member; `at` counts from the end when it is negative.
void flip(Json& member, std::ptrdiff_t at) {
  Bytes bytes = must(base64_decode(member.get<std::string>()));
  const auto size = static_cast<std::ptrdiff_t>(bytes.size());
  bytes[static_cast<std::size_t>(at < 0 ? size + at : at)] ^= 1;
  member = base64_encode(bytes);
}

Json& material(Json& bundle) { return bundle["verificationMaterial"]; }
Json& proof(Json& bundle) { return material(bundle)["tlogEntries"][0]["inclusionProof"]; }
Json& envelope(Json& bundle) { return bundle["dsseEnvelope"]; }

// The place of the SCT list's last byte, the end of the SCT's signature, in the certificate.
std::ptrdiff_t end_of_sct(const std::string& bundle) {
  const auto leaf = must(parse_bundle(bundle)).certificates.front();
  const auto list = leaf.extension("1.3.6.1.4.1.11129.2.4.2");
  REQUIRE(list.has_value());
  const auto found = std::ranges::search(leaf.der(), *list);
  REQUIRE(!found.empty());
  return found.end() - leaf.der().begin() - 1;
}

std::string checkpoint_with(const std::string& envelope_text, std::size_t line,
                            const std::function<void(std::string&)>& edit) {
  std::string out;
  std::size_t index = 0;
  for (const auto part : split(envelope_text, '\n')) {
    std::string text(part);
    if (index++ == line) edit(text);
    out += text + "\n";
  }
  out.pop_back();
  return out;
}

TEST_CASE("one changed byte of a public bundle is refused by its own step") {
  if (!have_vectors()) return;
  const ConformanceCase good("rekor2-dsse-happy-path");
  REQUIRE(failures(good.verify()) == "");
  const auto sct = end_of_sct(good.bundle);
  const auto edit_checkpoint = [](std::size_t line, const std::function<void(std::string&)>& edit) {
    return [=](Json& b) {
      auto& text = proof(b)["checkpoint"]["envelope"];
      text = checkpoint_with(text.get<std::string>(), line, edit);
    };
  };
  const struct {
    const char* name;
    std::function<void(Json&)> edit;
    const char* failures;
  } rows[] = {
      {"signature", [](Json& b) { flip(envelope(b)["signatures"][0]["sig"], -1); },
       "time.tsa=timestamp-imprint-mismatch, log.entry=entry-signature-mismatch, "
       "signature=signature-invalid"},
      {"payload",
       [](Json& b) {
         auto text = must(base64_decode(envelope(b)["payload"].get<std::string>()));
         const auto place = std::ranges::search(text, std::string_view("predicateType"));
         REQUIRE(!place.empty());
         *place.begin() ^= 1;
         envelope(b)["payload"] = base64_encode(text);
       },
       "log.entry=entry-digest-mismatch, signature=signature-invalid, "
       "subject=statement-malformed"},
      {"payload type", [](Json& b) { envelope(b)["payloadType"] = "application/vnd.in-toto+jsoo"; },
       "log.entry=entry-digest-mismatch, signature=signature-invalid, subject=payload-type"},
      {"checkpoint origin", edit_checkpoint(0, [](std::string& t) { t[0] = 'L'; }),
       "log.inclusion=checkpoint-origin"},
      {"checkpoint size", edit_checkpoint(1, [](std::string& t) { t.back() ^= 1; }),
       "log.inclusion=checkpoint-signature"},
      {"checkpoint root",
       edit_checkpoint(2, [](std::string& t) { t[0] = t[0] == 'A' ? 'B' : 'A'; }),
       "log.inclusion=checkpoint-signature"},
      {"proof hash", [](Json& b) { flip(proof(b)["hashes"][0], 5); },
       "log.inclusion=inclusion-proof-mismatch"},
      {"proof index",
       [](Json& b) {
         proof(b)["logIndex"] =
             std::to_string(std::stoull(proof(b)["logIndex"].get<std::string>()) - 1);
       },
       "log.inclusion=inclusion-proof-index"},
      {"proof root", [](Json& b) { flip(proof(b)["rootHash"], 5); },
       "log.inclusion=checkpoint-mismatch"},
      {"proof without a hash", [](Json& b) { proof(b)["hashes"].erase(0); },
       "log.inclusion=inclusion-proof-malformed"},
      {"timestamp",
       [](Json& b) {
         flip(material(b)["timestampVerificationData"]["rfc3161Timestamps"][0]["signedTimestamp"],
              -1);
       },
       "time.tsa=timestamp-untrusted"},
      {"SCT", [&](Json& b) { flip(material(b)["certificate"]["rawBytes"], sct); },
       "certificate.chain=certificate-untrusted, log.entry=entry-certificate-mismatch"},
      {"certificate", [](Json& b) { flip(material(b)["certificate"]["rawBytes"], -1); },
       "certificate.chain=certificate-untrusted, log.entry=entry-certificate-mismatch"},
      {"log id", [](Json& b) { flip(material(b)["tlogEntries"][0]["logId"]["keyId"], 0); },
       "log.inclusion=log-unknown"},
      {"kind", [](Json& b) { material(b)["tlogEntries"][0]["kindVersion"]["kind"] = "dsse"; },
       "log.entry=entry-kind-mismatch"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    ConformanceCase changed = good;
    changed.bundle = edited(good.bundle, row.edit);
    const auto report = changed.verify();
    CHECK(failures(report) == row.failures);
    CHECK(!report.verified.has_value());
  }
}

// The certificate's own signature covers the SCT list, so that a changed SCT alone needs another CT
// key to be seen by its step.
TEST_CASE("an SCT that another key has signed is refused by its own step") {
  if (!have_vectors()) return;
  ConformanceCase changed("rekor2-dsse-happy-path");
  changed.trusted_root = edited(changed.trusted_root, [](Json& root) {
    // Every log gets its neighbour's key and keeps its own id.
    auto& logs = root["ctlogs"];
    const Json last = logs.back()["publicKey"]["rawBytes"];
    const Json last_kind = logs.back()["publicKey"]["keyDetails"];
    for (std::size_t i = logs.size() - 1; i > 0; --i) {
      for (const char* key : {"rawBytes", "keyDetails"}) {
        Json value = logs[i - 1]["publicKey"][key];
        logs[i]["publicKey"][key] = std::move(value);
      }
    }
    logs[0]["publicKey"]["rawBytes"] = last;
    logs[0]["publicKey"]["keyDetails"] = last_kind;
  });
  CHECK(failures(changed.verify()) == "certificate.sct=sct-untrusted");
}

}  // namespace
}  // namespace mpk::sigstore
