// An ImageValidatingPolicy of Kyverno (policies.kyverno.io/v1): attestors, attestations and CEL.
#include "json/value.hpp"
#include "policy/export_plan.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <map>
#include <utility>

namespace mpk::policy {
namespace {

constexpr const char* kImages =
    "(images.containers + images.initContainers + images.ephemeralContainers + images.models)";
constexpr const char* kVolumes =
    "object.spec.?volumes.orValue([]).filter(v, has(v.image) && has(v.image.reference))";

// CEL takes JSON's escapes.
std::string literal(const std::string& text) { return Json(text).dump(); }

std::string name_of(const std::string& image) {
  return "(image(" + image + ").registry() + \"/\" + image(" + image + ").repository())";
}

std::string about(const ExportRule& rule, const std::string& image) {
  if (rule.globs.empty()) return "true";
  std::string out;
  for (const auto& glob : rule.globs) {
    out += (out.empty() ? "" : " || ") + name_of(image) + ".matches(" + literal(glob_regex(glob)) +
           ")";
  }
  return "(" + out + ")";
}

Json attestor(const ExportSigner& signer) {
  Json cosign;
  if (signer.key) {
    cosign["key"] = {{"data", signer.key->pem()}};
  } else {
    cosign["keyless"] = {{"identities", Json::array({identity_of(*signer.identity)})}};
  }
  return {{"name", signer.name}, {"cosign", std::move(cosign)}};
}

class Writer {
 public:
  explicit Writer(const ExportPlan& plan) : plan_(plan) {}

  std::vector<Json> objects() {
    Json validations = Json::array(), matches = Json::array(), attestors = Json::array();
    std::string earlier, any;
    for (std::size_t i = 0; i < plan_.rules.size(); ++i) {
      const auto& rule = plan_.rules[i];
      // The first rule that matches counts.
      const auto mine = earlier + about(rule, "i");
      validations.push_back({{"expression", std::string(kImages) + ".filter(i, " + mine +
                                                ").all(i, " + passes(rule) + ")"},
                             {"message", message(i)}});
      matches.push_back({{"expression", about(rule, "ref")}});
      any += (any.empty() ? "" : " || ") + about(rule, "v.image.reference");
      earlier += "!" + about(rule, "i") + " && ";
    }
    for (const auto& denied : plan_.denied) {
      validations.push_back({{"expression", std::string(kImages) + ".all(i, !i.endsWith(" +
                                                literal("@" + denied.digest.text()) + "))"},
                             {"message", "refused by digest: " + denied.reason}});
    }
    // As mpk's own gate: what is mounted as a model is held to a rule.
    validations.push_back({{"expression", std::string(kVolumes) + ".all(v, " + any + ")"},
                           {"message", "an image volume that no rule of the policy is about"}});
    for (const auto& signer : plan_.signers) attestors.push_back(attestor(signer));
    Json list = Json::array();
    for (const auto& [type, name] : attestations_)
      list.push_back({{"name", name}, {"intoto", {{"type", type}}}});
    return {
        object(std::move(attestors), std::move(list), std::move(matches), std::move(validations))};
  }

 private:
  std::string message(std::size_t rule) const {
    const auto number =
        plan_.rules.size() > 1 ? ", rule " + std::to_string(rule + 1) : std::string();
    return "not as the policy " + plan_.policy + " asks" + number;
  }

  std::string attestation(const ExportDemand& demand) {
    const auto added = attestations_.try_emplace(
        demand.predicate_type, "statement" + std::to_string(attestations_.size() + 1));
    return "attestations." + added.first->second;
  }

  // A signature is one of cosign's type: Kyverno's verifyImageSignatures takes any attestation for
  // one.
  std::string passes(const ExportRule& rule) {
    if (!rule.refusal.empty()) return "false";
    std::string out;
    for (const auto& demand : rule.demands) {
      const auto statement = attestation(demand);
      std::string by;
      for (const auto index : demand.signers)
        by += (by.empty() ? "" : ", ") + ("attestors." + plan_.signers[index].name);
      if (!out.empty()) out += " && ";
      out += fmt::format("verifyAttestationSignatures(i, {}, [{}]) >= {}", statement, by,
                         demand.threshold);
      for (const auto& field : demand.fields) out += " && " + holds(statement, field);
    }
    return out;
  }

  // Releases of Kyverno differ in whether the payload is the statement or its predicate.
  static std::string holds(const std::string& statement, const ExportField& field) {
    std::string member = "(has(p.predicate) ? p.predicate : p)", test;
    for (const auto& name : field.path) member += "." + name;
    for (const auto& allowed : field.allowed) {
      test += (test.empty() ? "" : " || ") + member +
              (allowed.pattern ? ".matches(" + literal(whole(allowed)) + ")"
                               : " == " + literal(allowed.text));
    }
    return "[extractPayload(i, " + statement + ")].all(p, " + test + ")";
  }

  Json object(Json attestors, Json attestations, Json matches, Json validations) const {
    Json spec = {
        {"validationActions", {"Deny"}},
        {"failurePolicy", "Fail"},
        {"webhookConfiguration", {{"timeoutSeconds", 30}}},
        // The Pods of a controller are judged when it makes them, and volumes with them.
        {"autogen", {{"podControllers", {{"controllers", Json::array()}}}}},
        {"matchConstraints",
         {{"resourceRules", Json::array({{{"apiGroups", {""}},
                                          {"apiVersions", {"v1"}},
                                          {"operations", {"CREATE", "UPDATE"}},
                                          {"resources", {"pods", "pods/ephemeralcontainers"}}}})}}},
        {"images",
         Json::array({{{"name", "models"},
                       {"expression", std::string(kVolumes) + ".map(v, v.image.reference)"}}})},
        {"matchImageReferences", std::move(matches)},
        {"validationConfigurations",
         {{"mutateDigest", true}, {"verifyDigest", true}, {"required", true}}},
        {"attestors", std::move(attestors)},
        {"attestations", std::move(attestations)},
        {"validations", std::move(validations)}};
    return {{"apiVersion", "policies.kyverno.io/v1"},
            {"kind", "ImageValidatingPolicy"},
            {"metadata",
             {{"name", plan_.name}, {"annotations", {{"mpk-policy-digest", plan_.digest}}}}},
            {"spec", std::move(spec)}};
  }

  const ExportPlan& plan_;
  std::map<std::string, std::string> attestations_;  // name by type
};

}  // namespace

std::vector<Json> kyverno_objects(const ExportPlan& plan) { return Writer(plan).objects(); }

std::vector<std::string> kyverno_remarks() {
  return {
      "Kyverno looks at Pods: their containers, and their image volumes. It does not see CSI "
      "volumes, KServe's "
      "storageUri, or other kinds.",
      "Signatures are trusted under the public Sigstore instance; add trustedRoot to each attestor "
      "for another.",
      "References must have digests; tags of containers get one, image volumes with a tag are "
      "refused."};
}

}  // namespace mpk::policy
