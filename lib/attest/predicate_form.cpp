// The forms of known predicates, as tables.
#include "attest/predicate_form.hpp"

#include "attest/predicate_members.hpp"
#include "attest/predicate_type.hpp"
#include "attest/vsa.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::attest {
namespace {

// slsa.dev/spec/v1.2/build-provenance
constexpr Member kDefinition[] = {
    {"buildType", Is::uri, true},
    {"externalParameters", Is::any_object, true},
    {"internalParameters", Is::any_object},
    {"resolvedDependencies", Is::descriptors},
};
constexpr Member kBuilder[] = {
    {"id", Is::uri, true},
    {"version", Is::text_map},
    {"builderDependencies", Is::descriptors},
};
constexpr Member kRunMetadata[] = {
    {"invocationId", Is::text},
    {"startedOn", Is::utc_time},
    {"finishedOn", Is::utc_time},
};
constexpr Member kRunDetails[] = {
    {"builder", Is::object, true, kBuilder},
    {"metadata", Is::object, false, kRunMetadata},
    {"byproducts", Is::descriptors},
};
constexpr Member kProvenanceMembers[] = {
    {"buildDefinition", Is::object, true, kDefinition},
    {"runDetails", Is::object, true, kRunDetails},
};

// slsa.dev/spec/v1.2/verification_summary; read_vsa() asks for the rest.
constexpr Member kVsaVerifier[] = {{"id", Is::uri, true}};
constexpr Member kVsaMembers[] = {
    {"verifier", Is::object, true, kVsaVerifier},
    {"timeVerified", Is::utc_time},
    {"policy", Is::descriptor, true},
    {"inputAttestations", Is::descriptors},
};

Result<void> check_vsa(const json::Field& predicate) {
  TRY(read_vsa(predicate.value()));
  return {};
}

// in-toto/attestation, spec/predicates/svr.md
constexpr Member kSvrVerifier[] = {
    {"id", Is::uri, true},
    {"policies", Is::descriptors, true},
};
constexpr Member kSvrMembers[] = {
    {"verifier", Is::object, true, kSvrVerifier},
    {"timeCreated", Is::utc_time, true},
    {"properties", Is::texts, true},
};

// in-toto/attestation, spec/predicates/test-result.md
constexpr std::string_view kTestResults[] = {"PASSED", "WARNED", "FAILED"};
constexpr Member kTestResultMembers[] = {
    {"result", Is::one_of, true, {}, kTestResults},
    {"configuration", Is::descriptors, true},
    {"url", Is::text},
    {"passedTests", Is::texts},
    {"warnedTests", Is::texts},
    {"failedTests", Is::texts},
};

// in-toto/attestation, spec/predicates/scai.md
constexpr Member kScaiAttribute[] = {
    {"attribute", Is::text, true},
    {"target", Is::descriptor},
    {"conditions", Is::any_object},
    {"evidence", Is::descriptor},
};
constexpr Member kScaiMembers[] = {
    {"attributes", Is::objects, true, kScaiAttribute},
    {"producer", Is::descriptor},
};

Result<void> check_scai(const json::Field& predicate) {
  const auto attributes = TRY(predicate.at("attributes"));
  if (TRY(attributes.items()).empty()) return attributes.error("expected one attribute or more");
  return {};
}

// in-toto/attestation, spec/predicates/vulns_02.md; its own example has no URI for a version, and
// lists of severities.
constexpr Member kSeverity[] = {
    {"method", Is::text, true},
    {"score", Is::text, true},
};
constexpr Member kVulnerability[] = {
    {"id", Is::text, true},
    {"severity", Is::objects, true, kSeverity},
};
constexpr Member kVulnsDatabase[] = {
    {"uri", Is::text},
    {"version", Is::text},
    {"lastUpdate", Is::utc_time, true},
};
constexpr Member kVulnsScanner[] = {
    {"uri", Is::uri, true},
    {"version", Is::text},
    {"db", Is::object, true, kVulnsDatabase},
    {"result", Is::objects, true, kVulnerability},
};
constexpr Member kVulnsMetadata[] = {
    {"scanStartedOn", Is::utc_time, true},
    {"scanFinishedOn", Is::utc_time, true},
};
constexpr Member kVulnsMembers[] = {
    {"scanner", Is::object, true, kVulnsScanner},
    {"metadata", Is::object, true, kVulnsMetadata},
};

// in-toto/attestation, spec/predicates/reference.md
constexpr Member kAttester[] = {{"id", Is::uri, true}};
constexpr Member kReferred[] = {
    {"downloadLocation", Is::uri, true},
    {"mediaType", Is::text, true},
};
constexpr Member kReferenceMembers[] = {
    {"attester", Is::object, true, kAttester},
    {"references", Is::descriptors, true, kReferred},
};

// sigstore/cosign, specs/COSIGN_PREDICATE_SPEC.md
constexpr Member kCosignCustomMembers[] = {
    {"Data", Is::anything, true},
    {"Timestamp", Is::utc_time, true},
};

// sigstore/cosign, specs/COSIGN_VULN_ATTESTATION_SPEC.md has "scanners", cosign and the scanners
// write "scanner".
constexpr Member kCosignScanner[] = {
    {"uri", Is::text},
    {"version", Is::text},
    {"db", Is::any_object},
};
constexpr Member kCosignVulnMetadata[] = {
    {"scanStartedOn", Is::time, true},
    {"scanFinishedOn", Is::time, true},
};
constexpr Member kCosignVulnMembers[] = {
    {"invocation", Is::any_object},
    {"scanner", Is::object, false, kCosignScanner},
    {"scanners", Is::objects, false, kCosignScanner},
    {"metadata", Is::object, true, kCosignVulnMetadata},
};

Result<void> check_cosign_vuln(const json::Field& predicate) {
  if (TRY(predicate.find("scanners"))) return {};
  TRY(predicate.at("scanner"));
  return {};
}

// openvex/spec, OPENVEX-SPEC.md: what a document and a statement must have. Products may come from
// the in-toto statement.
constexpr std::string_view kVexStatus[] = {"not_affected", "affected", "fixed",
                                           "under_investigation"};
constexpr Member kVexStatement[] = {
    {"vulnerability", Is::anything, true},
    {"products", Is::anything},
    {"status", Is::one_of, true, {}, kVexStatus},
    {"justification", Is::text},
    {"impact_statement", Is::text},
    {"action_statement", Is::text},
    {"timestamp", Is::time},
};
constexpr Member kOpenVexMembers[] = {
    {"@context", Is::uri, true},   {"@id", Is::uri, true},
    {"author", Is::text, true},    {"timestamp", Is::time, true},
    {"version", Is::number, true}, {"statements", Is::objects, true, kVexStatement},
    {"last_updated", Is::time},
};

Result<void> check_vex_statement(const json::Field& statement) {
  const auto vulnerability = TRY(statement.at("vulnerability"));
  // v0.0.1 has the name alone.
  if (!vulnerability.is_string()) TRY(vulnerability.string("name"));
  const auto status = TRY(statement.string("status"));
  if (status == "not_affected" && !TRY(statement.find("justification")) &&
      !TRY(statement.find("impact_statement")))
    return statement.error("not_affected without justification and impact_statement");
  if (status == "affected") TRY(statement.at("action_statement"));
  return {};
}

Result<void> check_openvex(const json::Field& predicate) {
  for (const auto& statement : TRY(predicate.items("statements")))
    TRY(check_vex_statement(statement));
  return {};
}

struct Form {
  std::string_view type;
  std::span<const Member> members;
  Result<void> (*more)(const json::Field&) = nullptr;
};

constexpr Form kForms[] = {
    {kSlsaProvenance, kProvenanceMembers},
    {kVsa, kVsaMembers, check_vsa},
    {kSvr, kSvrMembers},
    {kTestResult, kTestResultMembers},
    {kScai, kScaiMembers, check_scai},
    {kVulns, kVulnsMembers},
    {kReference, kReferenceMembers},
    {kCosignCustom, kCosignCustomMembers},
    {kCosignVuln, kCosignVulnMembers, check_cosign_vuln},
    {kOpenVex, kOpenVexMembers, check_openvex},
};

}  // namespace

Result<void> check_predicate_form(std::string_view predicate_type, const Json& predicate) {
  const bool versioned = predicate_type.starts_with("https://openvex.dev/ns/");
  const auto form = std::ranges::find(kForms, versioned ? kOpenVex : predicate_type, &Form::type);
  if (form == std::end(kForms)) return {};
  const json::Field root(predicate);
  TRY(root.members());
  TRY(check_members(root, form->members));
  return form->more != nullptr ? form->more(root) : Result<void>();
}

}  // namespace mpk::attest
