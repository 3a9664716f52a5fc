// Envelope: parsed strictly, signatures counted by keyid.
#include "tuf/envelope.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "tuf/canonical.hpp"
#include "tuf/limits.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace mpk::tuf {

Result<Envelope> parse_envelope(std::string_view text, std::size_t cap) {
  Json document = TRY(json::parse(text, {.max_bytes = cap}));
  Envelope out;
  {
    const json::Field top(document);
    const auto signed_part = TRY(top.at("signed"));
    if (!signed_part.is_object()) return signed_part.error("expected an object");
    const auto items = TRY(top.items("signatures"));
    if (items.size() > limits::kSignatures) {
      return Error(ErrorKind::too_large, "$.signatures: " + std::to_string(items.size()) +
                                             " are more than " +
                                             std::to_string(limits::kSignatures));
    }
    std::set<std::string> seen;
    for (const auto& item : items) {
      Signature signature{.keyid = TRY(item.string("keyid")), .value = {}};
      // "The keyid MUST be unique in the signatures array."
      if (!seen.insert(signature.keyid).second) {
        return item.error("a second signature by keyid " + printable(signature.keyid, 80));
      }
      const std::string hex = TRY(item.string("sig"));
      if (auto value = hex_decode(hex)) signature.value = value.take();
      out.signatures.push_back(std::move(signature));
    }
    out.message = TRY(canonical(signed_part.value()));
  }
  out.signed_part = std::move(document["signed"]);
  return out;
}

Result<void> check_signatures(const Envelope& envelope, const Keys& keys, const RoleKeys& role) {
  std::uint64_t valid = 0;
  for (const auto& signature : envelope.signatures) {
    if (std::find(role.keyids.begin(), role.keyids.end(), signature.keyid) == role.keyids.end())
      continue;
    const auto key = keys.find(signature.keyid);
    if (key != keys.end() && key->second.holds(as_bytes(envelope.message), signature.value))
      ++valid;
  }
  if (valid >= role.threshold) return {};
  return Error(ErrorKind::untrusted, "signatures of " + std::to_string(role.threshold) +
                                         " of its " + std::to_string(role.keyids.size()) +
                                         " keys are required, " + std::to_string(valid) + " hold");
}

}  // namespace mpk::tuf
