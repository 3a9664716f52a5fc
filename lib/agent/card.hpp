// Card: an A2A 1.0 agent card and its signature (A2A §8.4).
#pragma once

#include "agent/jws.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::agent {

enum class CardSignature {
  none,         // the card has no signature
  not_checked,  // the caller did not want it checked
  verified,
};
std::string_view to_string(CardSignature signature);

struct Skill {
  std::string id, name, description;
};

struct Card {
  std::string name, version, description, provider;
  std::vector<std::string> endpoints;  // of supportedInterfaces, without userinfo and query
  std::vector<Skill> skills;
  std::vector<std::string> scopes;  // of all securityRequirements; sorted, unique
  bool authenticated = false;       // a security requirement is stated
  Digest digest;                    // SHA-256 of the JCS of the card without its signatures
  Digest file_digest;               // of the file's bytes
  CardSignature signature = CardSignature::none;
  std::string key_id;                // of the signature that holds
  std::optional<Digest> jws_digest;  // SHA-256 of "protected.signature" of that signature
};

/// Reads and judges a card. With `keys` one of its signatures must hold under one of them
/// (untrusted: none does, or there is none). Without keys a signed card is refused (usage), unless
/// `insecure_unchecked`. Keys are never fetched: a "jku" is not looked at. malformed: no card.
Result<Card> read_card(std::string_view text, const std::vector<Jwk>& keys,
                       bool insecure_unchecked);

}  // namespace mpk::agent
