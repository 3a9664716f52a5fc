// Statements about an artifact: make, sign, attach.
#include "flow/attach.hpp"

#include "attest/statement.hpp"
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

Result<AttachedStatement> sign_and_attach(const Context& context, oci::Store& store,
                                          const oci::Reference& reference,
                                          const oci::Descriptor& subject,
                                          const std::string& predicate_type, const Json& predicate,
                                          sigstore::Signer& signer) {
  auto bundle =
      TRY(signer.sign(statement_about(reference, subject.digest, predicate_type, predicate)));
  auto referrer = TRY(
      sigstore::attach_bundle(store, subject, bundle.text, predicate_type, context.clock.now()));
  return AttachedStatement{.predicate_type = predicate_type,
                           .referrer = std::move(referrer),
                           .log_url = bundle.log_url,
                           .log_index = bundle.log_index};
}

}  // namespace mpk::flow
