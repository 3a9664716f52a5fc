// ClusterImagePolicies of Sigstore's policy-controller (policy.sigstore.dev/v1beta1), one for each
// demand: all that fit an image must hold, and of the authorities of one any is enough.
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "json/value.hpp"
#include "policy/export_plan.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace mpk::policy {
namespace {

constexpr std::size_t kVariants = 16;  // of one glob

// Its globs know * and ** alone, ** crosses whatever it stands beside, and "/**/" is at least one
// part. Where a glob can't be had as it is, a wider one is: more images are held to the policy.
Result<std::vector<std::string>> globs_of(const std::string& glob) {
  const bool known = std::ranges::all_of(glob, [](char c) {
    return is_letter_or_digit(c) || std::string_view("-_:/*.?").find(c) != std::string_view::npos;
  });
  if (!known) {
    return Error(ErrorKind::unsupported, "the glob " + printable(glob, 100) +
                                             " has a character that policy-controller refuses");
  }
  auto start = glob.starts_with("docker.io/") ? "index." + glob : glob;
  std::ranges::replace(start, '?', '*');
  std::vector<std::string> out = {start}, settled;
  while (!out.empty()) {
    auto each = std::move(out.back());
    out.pop_back();
    const auto at = each.find("/**/");
    if (at == std::string::npos) {
      std::string text;
      for (const char c : each) text += c == '#' ? std::string("**") : std::string(1, c);
      settled.push_back(std::move(text));
      continue;
    }
    if (out.size() + settled.size() >= kVariants) {
      return Error(ErrorKind::unsupported,
                   "the glob " + printable(glob, 100) + " has too many parts **",
                   "policy-controller needs two globs for each of them");
    }
    // '#' stands for a "**" that was looked at.
    out.push_back(std::string(each).replace(at, 4, "/"));
    out.push_back(each.replace(at, 4, "/#/"));
  }
  return settled;
}

Result<Json> images_of(const ExportRule& rule) {
  Json out = Json::array();
  if (rule.globs.empty()) out.push_back({{"glob", "**"}});
  for (const auto& glob : rule.globs) {
    for (const auto& each : TRY(globs_of(glob))) {
      // Behind the name comes a tag or a digest.
      if (each.ends_with("**")) {
        out.push_back({{"glob", each}});
        continue;
      }
      out.push_back({{"glob", each + "@**"}});
      out.push_back({{"glob", each + ":**"}});
    }
  }
  return out;
}

// Not CUE: there a member that is missing takes the value that it should have. Rego takes JSON's
// escapes.
std::string rego(const ExportDemand& demand) {
  std::string out =
      "package sigstore\n\nimport rego.v1\n\ndefault isCompliant := false\n\nisCompliant if {\n";
  for (std::size_t i = 0; i < demand.fields.size(); ++i) {
    const auto& field = demand.fields[i];
    Json patterns = Json::array();
    for (const auto& allowed : field.allowed) patterns.push_back(whole(allowed));
    const auto name = "pattern" + std::to_string(i + 1);
    out += fmt::format("  some {0} in {1}\n  regex.match({0}, input.predicate.{2})\n", name,
                       patterns.dump(), join(field.path, "."));
  }
  return out + "}\n";
}

Json authority(const ExportSigner& signer, const ExportDemand& demand) {
  Json statement = {{"name", demand.what}, {"predicateType", demand.predicate_type}};
  if (!demand.fields.empty()) statement["policy"] = {{"type", "rego"}, {"data", rego(demand)}};
  Json out = {{"name", signer.name}, {"attestations", Json::array({std::move(statement)})}};
  if (signer.key) {
    // Bundles are read for certificates alone, and cosign's earlier signatures are no attestations.
    if (demand.what == "signature") out.erase("attestations");
    out["key"] = {{"data", signer.key->pem()}};
    out["signatureFormat"] = "legacy";
    return out;
  }
  out["keyless"] = {{"url", "https://fulcio.sigstore.dev"},
                    {"identities", Json::array({identity_of(*signer.identity)})}};
  out["signatureFormat"] = "bundle";
  return out;
}

Json object(const ExportPlan& plan, const std::string& suffix, Json spec) {
  spec["mode"] = "enforce";
  return {{"apiVersion", "policy.sigstore.dev/v1beta1"},
          {"kind", "ClusterImagePolicy"},
          {"metadata",
           {{"name", plan.name + suffix}, {"annotations", {{"mpk-policy-digest", plan.digest}}}}},
          {"spec", std::move(spec)}};
}

Json refusal(const std::string& why) {
  return Json::array({{{"name", "refused"}, {"static", {{"action", "fail"}, {"message", why}}}}});
}

}  // namespace

Result<std::vector<Json>> policy_controller_objects(const ExportPlan& plan) {
  std::vector<Json> out;
  for (std::size_t i = 0; i < plan.rules.size(); ++i) {
    const auto& rule = plan.rules[i];
    const auto number = plan.rules.size() > 1 ? "-" + std::to_string(i + 1) : std::string();
    const auto images = TRY(images_of(rule));
    if (!rule.refusal.empty()) {
      out.push_back(object(plan, number + "-refused",
                           {{"images", images}, {"authorities", refusal(rule.refusal)}}));
      continue;
    }
    for (std::size_t d = 0; d < rule.demands.size(); ++d) {
      const auto& demand = rule.demands[d];
      Json authorities = Json::array();
      for (const auto index : demand.signers)
        authorities.push_back(authority(plan.signers[index], demand));
      Json spec = {{"images", images}, {"authorities", std::move(authorities)}};
      if (demand.threshold > 1) {
        spec["policy"] = {{"type", "rego"},
                          {"data",
                           "package sigstore\n\nimport rego.v1\n\ndefault isCompliant := false\n\n"
                           "isCompliant if count(input.authorityMatches) >= " +
                               std::to_string(demand.threshold) + "\n"}};
      }
      out.push_back(
          object(plan, number + "-" + std::to_string(d + 1) + "-" + demand.what, std::move(spec)));
    }
  }
  for (std::size_t i = 0; i < plan.denied.size(); ++i) {
    Json images = Json::array({{{"glob", "**@" + plan.denied[i].digest.text()}}});
    out.push_back(
        object(plan, "-denied-" + std::to_string(i + 1),
               {{"images", std::move(images)}, {"authorities", refusal(plan.denied[i].reason)}}));
  }
  return out;
}

std::vector<std::string> policy_controller_remarks() {
  return {
      "policy-controller looks at Pods and their templates, and since June 2026 at their image "
      "volumes. It does not "
      "see CSI volumes, KServe's storageUri, or other kinds.",
      "It judges namespaces with the label policy.sigstore.dev/include=true only; what no policy "
      "is about is let "
      "pass unless its ConfigMap says no-match-policy: deny.",
      "Signatures are trusted under the public Sigstore instance; add trustRootRef to each "
      "authority for another."};
}

}  // namespace mpk::policy
