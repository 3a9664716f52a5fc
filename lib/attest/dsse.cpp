// DSSE envelopes.
#include "attest/dsse.hpp"

#include "base/encoding.hpp"

#include <nlohmann/json.hpp>

namespace mpk::attest {

std::string pae(std::string_view payload_type, std::string_view payload) {
  std::string out = "DSSEv1 ";
  out.reserve(payload.size() + payload_type.size() + 48);
  out.append(std::to_string(payload_type.size())).append(" ").append(payload_type).append(" ");
  out.append(std::to_string(payload.size())).append(" ").append(payload);
  return out;
}

Result<Envelope> read_envelope(const json::Field& field) {
  TRY(field.only({"payload", "payloadType", "signatures"}));
  Envelope out;
  out.payload_type = TRY(field.string("payloadType"));
  if (out.payload_type.empty()) return field.error("payloadType is empty");
  auto payload = TRY(field.base64("payload"));
  out.payload.assign(payload.begin(), payload.end());
  for (const auto& item : TRY(field.items("signatures"))) {
    TRY(item.only({"sig", "keyid"}));
    auto sig = TRY(item.base64("sig"));
    if (sig.empty()) return item.error("sig is empty");
    auto keyid = TRY(item.optional_string("keyid")).value_or("");
    out.signatures.push_back({std::move(sig), std::move(keyid)});
  }
  return out;
}

Json to_json(const Envelope& envelope) {
  Json signatures = Json::array();
  for (const auto& signature : envelope.signatures) {
    Json entry = {{"sig", base64_encode(signature.sig)}};
    if (!signature.keyid.empty()) entry["keyid"] = signature.keyid;
    signatures.push_back(std::move(entry));
  }
  return {{"payload", base64_encode(as_bytes(envelope.payload))},
          {"payloadType", envelope.payload_type},
          {"signatures", std::move(signatures)}};
}

}  // namespace mpk::attest
