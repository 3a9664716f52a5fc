// Policy: the YAML file, strictly.
#include "policy/policy.hpp"

#include "attest/predicate_type.hpp"
#include "base/file.hpp"
#include "base/identifiers.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "json/read.hpp"
#include "json/yaml.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace mpk::policy {
namespace {

class Parser {
 public:
  Parser(const json::YamlDocument& document, std::string_view file)
      : document_(document), file_(file) {}

  Result<Policy> parse(std::string_view text) {
    json::Field root(*document_.value);
    if (!root.is_object())
      return at(root, "expected a policy, a mapping that starts with apiVersion");
    TRY(known(root, {"apiVersion", "name", "signature", "signers", "threshold", "evidence",
                     "attestations", "aibom"}));
    auto version = TRY(located(root.string("apiVersion")));
    if (version != identifiers::kPolicyApiVersion) {
      return at(TRY(located(root.at("apiVersion"))),
                "apiVersion is \"" + printable(version, 40) + "\", this release reads " +
                    std::string(identifiers::kPolicyApiVersion));
    }
    Policy out{.name = {}, .digest = crypto::sha256(text), .file = std::string(file_)};
    out.name = TRY(located(root.optional_string("name"))).value_or(std::string(file_));
    out.signers = TRY(signers(root, "signers"));
    if (out.signers.empty()) return at(root, "no signers: a policy must say who may sign");
    out.threshold = TRY(threshold(root, "threshold", out.signers.size(), "signers"));
    out.signature_required = TRY(signature(root));
    TRY(evidence(root, out));
    TRY(attestations(root, out));
    TRY(aibom(root, out));
    bool requires_something =
        out.signature_required || !out.attestations.empty() || (out.aibom && out.aibom->required);
    if (!requires_something)
      return at(root, "this policy requires nothing, so everything would pass");
    return out;
  }

 private:
  // Every error of the reader starts with the field's path; people want file:line:column.
  template <class T>
  Result<T> located(Result<T> result) const {
    if (result) return result;
    const auto& message = result.error().message();
    auto path = message.substr(0, message.find(": "));
    return Error(ErrorKind::usage, document_.where(file_, path) + ": " + message,
                 result.error().hint());
  }
  Error at(const json::Field& field, const std::string& message) const {
    return Error(ErrorKind::usage, document_.where(file_, field.path()) + ": " + message,
                 "docs/policy.md shows a whole policy");
  }
  Result<void> known(const json::Field& field, std::initializer_list<std::string_view> keys) const {
    auto checked = field.only(keys);
    if (checked) return has_values(field);
    // The reader names the mapping; people want the line of the key itself.
    for (const auto& [name, member] : TRY(field.members())) {
      if (std::find(keys.begin(), keys.end(), name) != keys.end()) continue;
      return Error(ErrorKind::usage,
                   document_.where(file_, member.path()) + ": " + checked.error().message(),
                   checked.error().hint());
    }
    return located(std::move(checked));
  }

  // A section that was left empty must not silently demand nothing.
  Result<void> has_values(const json::Field& field) const {
    for (const auto& [name, member] : TRY(field.members())) {
      if (!member.value().is_null()) continue;
      return at(member, name + " has no value").with_hint("leave the key out, or say what it is");
    }
    return {};
  }

  Result<sigstore::Matcher> matcher(const json::Field& entry, const char* exact,
                                    const char* pattern) const {
    auto text = TRY(located(entry.optional_string(exact)));
    auto expression = TRY(located(entry.optional_string(pattern)));
    if (text.has_value() == expression.has_value())
      return at(entry, std::string("expected either ") + exact + " or " + pattern);
    if (text && text->empty()) return at(entry, std::string(exact) + " is empty");
    if (text) return sigstore::Matcher{*text, std::nullopt};
    auto compiled = Regex::compile(*expression);
    if (!compiled) return at(entry, std::string(pattern) + ": " + compiled.error().message());
    return sigstore::Matcher{*expression, *compiled};
  }

  Result<std::string> key_file(const json::Field& field) const {
    const auto name = TRY(located(field.string()));
    if (name.empty()) return at(field, "keyFile is empty");
    auto pem = read_file(std::filesystem::path(file_).parent_path() / name, limits::kToken);
    if (pem) return pem;
    return at(field, "keyFile: " + pem.error().message())
        .with_hint("the name is taken from the policy's directory on; key takes the PEM itself");
  }

  Result<crypto::PublicKey> public_key(const json::Field& field, const std::string& pem) const {
    if (pem.find("PRIVATE KEY") != std::string::npos) {
      return at(field, "a private key, and verifying needs none")
          .with_hint("give the public key: whoever verifies should not have the other");
    }
    if (pem.find("-----BEGIN") == std::string::npos) {
      return at(field, "expected a public key as PEM")
          .with_hint("key takes the PEM itself (key: |), keyFile the name of a file that has it");
    }
    auto key = crypto::PublicKey::from_pem(pem);
    if (!key) return at(field, key.error().text()).with_hint(key.error().hint());
    return key;
  }

  // nullopt: the entry names no key.
  Result<std::optional<crypto::PublicKey>> key_signer(const json::Field& entry) const {
    const auto inline_pem = TRY(located(entry.find("key")));
    const auto file = TRY(located(entry.find("keyFile")));
    if (!inline_pem && !file) return std::optional<crypto::PublicKey>();
    if (TRY(located(entry.members())).size() != 1) {
      return at(entry, "a key stands alone: it has no identity, issuer or claims")
          .with_hint("give each signer an entry of its own");
    }
    if (file) return std::optional(TRY(public_key(*file, TRY(key_file(*file)))));
    return std::optional(TRY(public_key(*inline_pem, TRY(located(inline_pem->string())))));
  }

  Result<SignerList> signers(const json::Field& parent, std::string_view key) const {
    SignerList out;
    for (const auto& entry : TRY(located(parent.optional_items(key)))) {
      TRY(known(entry, {"identity", "identityPattern", "issuer", "issuerPattern", "claims",
                        "claimPatterns", "key", "keyFile"}));
      if (auto named = TRY(key_signer(entry))) {
        if (std::ranges::find(out.keys, *named) != out.keys.end())
          return at(entry, "the key is there twice");
        out.keys.push_back(*std::move(named));
        continue;
      }
      sigstore::IdentityMatcher signer{
          .subject = TRY(matcher(entry, "identity", "identityPattern")),
          .issuer = TRY(matcher(entry, "issuer", "issuerPattern"))};
      TRY(claims(entry, "claims", false, signer));
      TRY(claims(entry, "claimPatterns", true, signer));
      out.identities.push_back(std::move(signer));
    }
    return out;
  }

  Result<void> claims(const json::Field& entry, std::string_view key, bool patterns,
                      sigstore::IdentityMatcher& out) const {
    const auto field = TRY(located(entry.find(key)));
    if (!field) return {};
    for (const auto& [word, value] : TRY(located(field->members()))) {
      auto name = sigstore::parse_claim_name(word);
      if (!name) return at(value, name.error().message()).with_hint(name.error().hint());
      sigstore::Matcher wanted{TRY(located(value.string())), std::nullopt};
      if (patterns) {
        auto compiled = Regex::compile(wanted.text);
        if (!compiled) return at(value, word + ": " + compiled.error().message());
        wanted.pattern = *compiled;
      }
      if (!out.claims.emplace(*name, std::move(wanted)).second)
        return at(value, "the claim " + *name + " is there twice");
    }
    return {};
  }

  // How many of `most`; nobody can reach zero or more than there are.
  Result<std::size_t> threshold(const json::Field& parent, std::string_view key, std::size_t most,
                                const std::string& of) const {
    const auto wanted = TRY(located(parent.optional_unsigned(key)));
    if (!wanted) return std::size_t{1};
    if (*wanted >= 1 && *wanted <= most) return static_cast<std::size_t>(*wanted);
    return at(TRY(located(parent.at(key))), std::string(key) + " is " + std::to_string(*wanted) +
                                                ", expected 1 to " + std::to_string(most) +
                                                ", the number of " + of);
  }

  Result<void> evidence(const json::Field& root, Policy& out) const {
    const auto field = TRY(located(root.find("evidence")));
    if (!field) return {};
    TRY(known(*field, {"logs", "timestamps", "witnesses"}));
    for (const auto& [key, target] :
         {std::pair{"logs", &out.logs}, std::pair{"timestamps", &out.timestamps}}) {
      if (!TRY(located(field->find(key)))) continue;
      *target = static_cast<unsigned>(
          TRY(threshold(*field, key, limits::kLogEntries, "entries that a bundle may have")));
    }
    const auto witnesses = TRY(located(field->find("witnesses")));
    if (!witnesses) return {};
    TRY(known(*witnesses, {"quorum", "keys"}));
    sigstore::WitnessQuorum quorum;
    for (const auto& each : TRY(located(witnesses->items("keys")))) {
      auto witness = sigstore::parse_witness(TRY(located(each.string())));
      if (!witness) return at(each, witness.error().text()).with_hint(witness.error().hint());
      const bool twice = std::ranges::any_of(quorum.witnesses, [&](const sigstore::Witness& other) {
        return other.key == witness->key;
      });
      if (twice) return at(each, "the key is there twice");
      quorum.witnesses.push_back(witness.take());
    }
    if (quorum.witnesses.empty()) return at(*witnesses, "no keys: a quorum of nobody");
    quorum.needed = quorum.witnesses.size();
    if (TRY(located(witnesses->find("quorum"))))
      quorum.needed = TRY(threshold(*witnesses, "quorum", quorum.witnesses.size(), "keys"));
    out.witnesses = std::move(quorum);
    return {};
  }

  Result<bool> signature(const json::Field& root) const {
    auto field = TRY(located(root.find("signature")));
    if (!field) return true;
    TRY(known(*field, {"required"}));
    return TRY(located(field->optional_boolean("required"))).value_or(true);
  }

  Result<void> attestations(const json::Field& root, Policy& out) const {
    for (const auto& entry : TRY(located(root.optional_items("attestations")))) {
      TRY(known(entry, {"type", "signers", "threshold"}));
      auto word = TRY(located(entry.string("type")));
      auto type = attest::predicate_type_uri(word);
      if (!type) {
        auto hint = type.error().hint();
        return at(TRY(located(entry.at("type"))), type.error().message()).with_hint(hint);
      }
      AttestationRule rule;
      rule.predicate_type = type.take();
      rule.signers = TRY(signers(entry, "signers"));
      if (TRY(located(entry.find("signers"))) && rule.signers.empty())
        return at(entry, "signers is empty: leave it out to take the policy's own");
      const auto among = rule.signers.empty() ? out.signers.size() : rule.signers.size();
      rule.threshold = rule.signers.empty() ? out.threshold : 1;
      if (TRY(located(entry.find("threshold"))))
        rule.threshold = TRY(threshold(entry, "threshold", among, "signers"));
      auto position = document_.positions.find(entry.path());
      if (position != document_.positions.end()) rule.line = position->second.line;
      out.attestations.push_back(std::move(rule));
    }
    return {};
  }

  Result<void> aibom(const json::Field& root, Policy& out) const {
    auto field = TRY(located(root.find("aibom")));
    if (!field) return {};
    TRY(known(*field, {"required", "agreesWithLayers"}));
    out.aibom =
        AibomRule{.required = TRY(located(field->optional_boolean("required"))).value_or(true),
                  .agrees_with_layers =
                      TRY(located(field->optional_boolean("agreesWithLayers"))).value_or(true)};
    return {};
  }

  const json::YamlDocument& document_;
  std::string_view file_;
};

}  // namespace

Result<Policy> parse_policy(std::string_view text, std::string_view file) {
  auto document = json::parse_yaml(text, file);
  if (!document) return std::move(document).error().with_kind(ErrorKind::usage);
  return Parser(*document, file).parse(text);
}

}  // namespace mpk::policy
