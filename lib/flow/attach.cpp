// Statements about an artifact: make, sign, attach.
#include "flow/attach.hpp"

#include "attest/predicate_form.hpp"
#include "attest/predicate_type.hpp"
#include "attest/statement.hpp"
#include "flow/aibom_reference.hpp"
#include "sigstore/attach.hpp"

#include <nlohmann/json.hpp>

namespace mpk::flow {

std::string subject_name(const oci::Reference& reference) {
  if (reference.kind == oci::Reference::Kind::registry) return reference.name();
  auto name = reference.layout.lexically_normal().filename().string();
  return name.empty() || name == "." ? "layout" : name;
}

std::string statement_about(const oci::Reference& reference, const Digest& digest,
                            const std::string& predicate_type, const Json& predicate) {
  return attest::make_statement(
      {{.name = subject_name(reference),
        .digest = {{std::string(to_string(digest.algorithm())), digest.hex()}}}},
      predicate_type, predicate);
}

Result<SignedStatement> sign_statement(oci::Store& store, const oci::Reference& reference,
                                       const Digest& subject, const std::string& predicate_type,
                                       const Json& predicate, sigstore::Signer& signer) {
  auto bundle = signer.sign(statement_about(reference, subject, predicate_type, predicate));
  if (bundle) return SignedStatement{.bundle = bundle.take()};
  if (bundle.error().kind() != ErrorKind::too_large || !attest::is_cyclonedx(predicate_type))
    return std::move(bundle).error();
  auto blob = TRY(push_aibom_blob(store, predicate));
  auto referring = TRY(signer.sign(statement_about(
      reference, subject, std::string(attest::kReference), aibom_reference(reference, blob))));
  return SignedStatement{.bundle = std::move(referring), .aibom = std::move(blob)};
}

Result<AttachedStatement> attach_statement(const Context& context, oci::Store& store,
                                           const oci::Descriptor& subject,
                                           SignedStatement statement) {
  auto& bundle = statement.bundle;
  const auto now = context.clock.now();
  if (statement.aibom) TRY(keep_aibom_blob(store, subject, *statement.aibom, now));
  auto referrer =
      TRY(sigstore::attach_bundle(store, subject, bundle.text, bundle.predicate_type, now));
  return AttachedStatement{.predicate_type = std::move(bundle.predicate_type),
                           .referrer = std::move(referrer),
                           .log_url = std::move(bundle.log_url),
                           .log_index = std::move(bundle.log_index),
                           .aibom = std::move(statement.aibom)};
}

Result<AttachedStatement> sign_and_attach(const Context& context, oci::Store& store,
                                          const oci::Reference& reference,
                                          const oci::Descriptor& subject,
                                          const std::string& predicate_type, const Json& predicate,
                                          sigstore::Signer& signer) {
  auto statement =
      TRY(sign_statement(store, reference, subject.digest, predicate_type, predicate, signer));
  return attach_statement(context, store, subject, std::move(statement));
}

}  // namespace mpk::flow
