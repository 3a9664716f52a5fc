// Card: read, its signature checked by keys that the caller has.
#include "agent/card.hpp"

#include "agent/card_form.hpp"
#include "agent/limits.hpp"
#include "agent/server.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <set>
#include <utility>

namespace mpk::agent {
namespace {

struct Signed {
  std::string protected_header, signature;
};

Result<std::vector<Signed>> read_signatures(const json::Field& card) {
  std::vector<Signed> out;
  for (const auto& each : TRY(card.optional_items("signatures"))) {
    auto header = TRY(each.string("protected"));
    auto signature = TRY(each.string("signature"));
    out.push_back({std::move(header), std::move(signature)});
  }
  return out;
}

// A2A §8.4.3: one signature that holds is enough. The last reason is told when none does.
Result<void> check_signatures(const std::vector<Signed>& signatures, const std::vector<Jwk>& keys,
                              const std::vector<std::string>& forms, Card& card) {
  Error last(ErrorKind::untrusted, "the card has no signature");
  for (const auto& each : signatures) {
    auto header = read_jws_header(each.protected_header);
    if (!header) {
      last = std::move(header).error();
      continue;
    }
    for (const auto& key : keys) {
      if (!key.id.empty() && !header->key_id.empty() && key.id != header->key_id) {
        last = Error(ErrorKind::untrusted,
                     "signed by key " + printable(header->key_id, 80) + ", which was not given");
        continue;
      }
      for (const auto& form : forms) {
        auto held = verify_jws(key, each.protected_header, each.signature, form);
        if (!held) {
          last = std::move(held).error();
          continue;
        }
        card.signature = CardSignature::verified;
        card.key_id = header->key_id;
        card.jws_digest = crypto::sha256(each.protected_header + "." + each.signature);
        return {};
      }
    }
  }
  return Error(ErrorKind::untrusted,
               "no signature of the card holds under the given key: " + last.message(),
               "the card was changed after it was signed, or another key signed it");
}

// A2A 1.0: [{"schemes": {"google": {"list": ["openid"]}}}]; 0.3: [{"google": ["openid"]}].
void collect_scopes(const Json& value, std::set<std::string>& out) {
  if (value.is_string()) out.insert(value.get_ref<const std::string&>());
  if (!value.is_structured()) return;
  for (const auto& item : value) collect_scopes(item, out);
}

Result<void> read_security(const json::Field& owner, std::set<std::string>& scopes, bool& any) {
  for (const char* name : {"securityRequirements", "security"}) {
    const auto list = TRY(owner.optional_items(name));
    any = any || !list.empty();
    for (const auto& requirement : list) collect_scopes(requirement.value(), scopes);
  }
  return {};
}

Result<void> read_endpoints(const json::Field& card, std::vector<std::string>& out) {
  for (const auto& interface : TRY(card.optional_items("supportedInterfaces"))) {
    const auto url = TRY(interface.string("url"));
    auto endpoint = safe_endpoint(url);
    // gRPC interfaces are host:port.
    out.push_back(endpoint ? endpoint.take() : printable(url, 500));
  }
  // A2A 0.3.
  if (const auto url = TRY(card.optional_string("url")); url && out.empty())
    out.push_back(TRY(safe_endpoint(*url)));
  return {};
}

}  // namespace

std::string_view to_string(CardSignature signature) {
  switch (signature) {
    case CardSignature::none:
      return "none";
    case CardSignature::not_checked:
      return "not-checked";
    case CardSignature::verified:
      return "verified";
  }
  return "";
}

Result<Card> read_card(std::string_view text, const std::vector<Jwk>& keys,
                       bool insecure_unchecked) {
  const auto document = TRY(json::parse(text, {.max_bytes = limits::kMessage}));
  const json::Field root(document);
  if (!root.is_object()) return root.error("expected an object");
  auto name = TRY(root.string("name"));
  if (name.empty() || name.size() > limits::kNameBytes)
    return root.error("name is empty or over the limit");
  const auto forms = TRY(card_forms(document));
  Card card{.name = std::move(name),
            .version = TRY(root.optional_string("version")).value_or(""),
            .description = TRY(root.optional_string("description")).value_or(""),
            .digest = crypto::sha256(forms.front()),
            .file_digest = crypto::sha256(text)};
  if (const auto provider = TRY(root.find("provider")); provider && provider->is_object())
    card.provider = TRY(provider->optional_string("organization")).value_or("");
  TRY(read_endpoints(root, card.endpoints));
  std::set<std::string> scopes;
  TRY(read_security(root, scopes, card.authenticated));
  std::set<std::string> ids;
  for (const auto& skill : TRY(root.optional_items("skills"))) {
    TRY(read_security(skill, scopes, card.authenticated));
    auto id = TRY(skill.string("id"));
    if (!ids.insert(id).second)
      return skill.error("there are two skills with the id " + printable(id, 80));
    auto skill_name = TRY(skill.string("name"));
    auto description = TRY(skill.optional_string("description")).value_or("");
    card.skills.push_back({std::move(id), std::move(skill_name), std::move(description)});
  }
  card.scopes = {scopes.begin(), scopes.end()};

  const auto signatures = TRY(read_signatures(root));
  if (!keys.empty()) {
    TRY(check_signatures(signatures, keys, forms, card));
  } else if (!signatures.empty()) {
    if (!insecure_unchecked) {
      return Error(ErrorKind::usage, "the card is signed, and no key was given to check it",
                   "--card-key FILE names a JWK, JWK Set or PEM public key; mpk fetches none");
    }
    card.signature = CardSignature::not_checked;
  }
  return card;
}

}  // namespace mpk::agent
