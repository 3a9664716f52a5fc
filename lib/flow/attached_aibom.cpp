// The aiBOM that is attached to an artifact.
#include "flow/attached_aibom.hpp"

#include "attest/predicate_type.hpp"
#include "attest/statement.hpp"
#include "flow/evidence.hpp"
#include "json/parse.hpp"

namespace mpk::flow {

Result<std::optional<AttachedAibom>> attached_aibom(const Context& context,
                                                    const oci::Reference& reference,
                                                    const sigstore::TrustedRoot& root) {
  auto store = TRY(open_store(context, reference));
  auto descriptor = TRY(resolve(*store, reference));
  VerifyRequest request{.identities = {},
                        .predicate_type = {},
                        .trusted_root = root,
                        .legacy_tags = VerifyRequest::LegacyTags::never};
  AttachedAibom out;
  const CheckedBundle* best = nullptr;
  bool found = false;
  auto bundles = TRY(collect_evidence(*store, descriptor.digest, request, context.clock.now()));
  for (const auto& bundle : bundles) {
    if (!attest::is_cyclonedx(bundle.predicate_type)) continue;
    if (proven_statement(bundle) == nullptr) {
      if (bundle.report.verified) continue;
      if (best == nullptr && !bundle.statement.empty()) {
        auto parsed = json::parse(bundle.statement, {.max_depth = 128});
        if (!parsed) continue;
        out.aibom = parsed.take();
        const auto& failure = *bundle.report.first_failure();
        // Not a fault of the bundle: nobody has given a key here.
        out.problem = failure.code == "key-needed"
                          ? "it was signed with a key; mpk verify REF --key FILE checks it"
                          : failure.message;
        found = true;
      }
    } else if (best == nullptr || newest_time(bundle) > newest_time(*best)) {
      best = &bundle;
    }
  }
  if (best != nullptr) {
    out.aibom = TRY(json::parse(proven_statement(*best)->predicate, {.max_depth = 128}));
    const auto& identity = best->report.verified->identity;
    out.verified_by = identity.subject + " (issuer " + identity.issuer + ")";
    out.problem.clear();
  } else if (!found) {
    return std::optional<AttachedAibom>();
  }
  return std::optional(std::move(out));
}

}  // namespace mpk::flow
