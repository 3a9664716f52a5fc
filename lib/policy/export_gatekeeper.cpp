// Gatekeeper: a Provider that is mpk, a ConstraintTemplate that asks it about every model, and its
// constraint.
#include "base/encoding.hpp"
#include "json/value.hpp"
#include "policy/export_plan.hpp"

#include <nlohmann/json.hpp>

namespace mpk::policy {
namespace {

constexpr const char* kKind = "MpkModels";
constexpr const char* kPackage = "mpkmodels";

// In the version of Rego that every release of Gatekeeper has. Who is refused is told by what has
// not passed, so that nothing undefined lets anything pass.
constexpr std::string_view kRules = R"(
driver := "model.csi.modelpack.org"

# What is mounted or fetched as a model, wherever it stands.
models[reference] {
  walk(input.review.object, [path, reference])
  is_string(reference)
  path[count(path) - 1] == "reference"
  path[count(path) - 2] == "image"
}

models[reference] {
  walk(input.review.object, [path, reference])
  is_string(reference)
  path[count(path) - 1] == concat("/", [driver, "reference"])
}

models[reference] {
  walk(input.review.object, [path, uri])
  is_string(uri)
  {"storageUri", "uri", "sourceModelUri"}[path[count(path) - 1]]
  regex.match("^oci(\\+[a-z]+)?://", uri)
  reference := regex.replace(uri, "^oci(\\+[a-z]+)?://", "")
}

# Images of containers that the policy is about; others run as ever.
models[reference] {
  walk(input.review.object, [path, reference])
  is_string(reference)
  path[count(path) - 1] == "image"
  regex.match(patterns[_], name(reference))
}

name(reference) = out {
  out := regex.replace(full(split(reference, "@")[0]), ":[^/]*$", "")
}

full(text) = text {
  has_host(text)
}

full(text) = concat("", ["docker.io/", text]) {
  not has_host(text)
  contains(text, "/")
}

full(text) = concat("", ["docker.io/library/", text]) {
  not has_host(text)
  not contains(text, "/")
}

has_host(text) {
  contains(text, "/")
  regex.match("^(localhost|[^/]*[.:][^/]*)$", split(text, "/")[0])
}

answer := external_data({"provider": provider, "keys": [reference | models[reference]]})

passed(reference) {
  pair := answer.responses[_]
  pair[0] == reference
  pair[1].verdict == "passed"
}

reason(reference) = text {
  pair := answer.errors[_]
  pair[0] == reference
  text := pair[1]
} else = text {
  answer.system_error != ""
  text := answer.system_error
} else = "mpk has not answered that it has passed"

# A tag may name something else when the node pulls.
violation[{"msg": msg}] {
  models[reference]
  not regex.match("@sha(256|512):[0-9a-f]+$", reference)
  msg := sprintf("%v: has no digest", [reference])
}

violation[{"msg": msg}] {
  models[reference]
  not passed(reference)
  msg := sprintf("%v: %v", [reference, reason(reference)])
}
)";

std::string rego(const ExportPlan& plan) {
  Json patterns = Json::array();
  for (const auto& rule : plan.rules) {
    if (rule.globs.empty()) patterns.push_back("");
    for (const auto& glob : rule.globs) patterns.push_back(glob_regex(glob));
  }
  return "package " + std::string(kPackage) + "\n\nprovider := " + Json(plan.name).dump() +
         "\n\n# HOST/REPO of the policy's rules.\npatterns := " + patterns.dump() + "\n" +
         std::string(kRules);
}

Json object(const char* version, const char* kind, const std::string& name, const ExportPlan& plan,
            Json spec) {
  return {{"apiVersion", version},
          {"kind", kind},
          {"metadata", {{"name", name}, {"annotations", {{"mpk-policy-digest", plan.digest}}}}},
          {"spec", std::move(spec)}};
}

}  // namespace

std::vector<Json> gatekeeper_objects(const ExportPlan& plan, const ExportOptions& options) {
  Json provider = {{"url", options.provider_url}, {"timeout", 2}};
  if (!options.provider_ca.empty())
    provider["caBundle"] = base64_encode(as_bytes(options.provider_ca));
  const Json target = {{"target", "admission.k8s.gatekeeper.sh"}, {"rego", rego(plan)}};
  Json match = {{"kinds", Json::array({{{"apiGroups", {"*"}}, {"kinds", {"*"}}}})}};
  return {object("externaldata.gatekeeper.sh/v1beta1", "Provider", plan.name, plan,
                 std::move(provider)),
          object("templates.gatekeeper.sh/v1", "ConstraintTemplate", kPackage, plan,
                 {{"crd", {{"spec", {{"names", {{"kind", kKind}}}}}}},
                  {"targets", Json::array({target})}}),
          object("constraints.gatekeeper.sh/v1beta1", kKind, plan.name, plan,
                 {{"enforcementAction", "deny"}, {"match", std::move(match)}})};
}

std::vector<std::string> gatekeeper_remarks(const ExportOptions& options) {
  std::vector<std::string> out = {
      "mpk itself judges, by the policy that it was started with: mpk admit serve --policy FILE. "
      "Nothing of a policy is "
      "lost, but whether it is this one is known there alone.",
      "Gatekeeper keeps answers for three minutes (--external-data-provider-response-cache-ttl), "
      "and lets pass what its "
      "webhook does not see: failurePolicy must be Fail.",
      "Apply the template before its constraint: Gatekeeper makes the constraint's kind from it."};
  if (options.provider_ca.empty()) {
    out.emplace_back(
        "spec.caBundle of the Provider is missing (the CA of mpk's certificate, PEM in base64): "
        "Gatekeeper refuses a "
        "Provider without.");
  }
  return out;
}

}  // namespace mpk::policy
