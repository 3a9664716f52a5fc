// Model signatures beside an artifact: signature first, then the layers.
#include "flow/attached_model.hpp"

#include "flow/model_signing.hpp"
#include "flow/rules.hpp"
#include "flow/signers.hpp"
#include "oms/bundle_form.hpp"
#include "oms/statement.hpp"
#include "sigstore/bundle.hpp"

#include <algorithm>
#include <utility>

namespace mpk::flow {
namespace {

Result<oms::Statement> statement_of(const ReadBundle& read) {
  if (!read.bundle) return read.bundle.error();
  if (!read.bundle->envelope) return Error(ErrorKind::malformed, "bundle signs bytes, not a model");
  return oms::parse_statement(read.bundle->envelope->payload);
}

void fail(CheckedBundle& checked, std::string code, std::string message) {
  checked.report.verified.reset();
  checked.report.steps.push_back(
      {.id = "subject",
       .result = sigstore::Step::Result::fail,
       .code = std::move(code),
       .message = std::move(message),
       .expected = {},
       .found = {},
       .hint = "a model signature is tied to an artifact by its layers: mpk sign REF --oms makes "
               "one of these"});
}

}  // namespace

CheckedBundle check_attached_model(const std::string& bundle,
                                   const std::vector<modelpack::LayerFile>& layers,
                                   const VerifyRequest& request, Timestamp now) {
  const ReadBundle modern(oms::modern_bundle(bundle).value_or(bundle));
  const auto statement = statement_of(modern);
  const auto root = statement ? statement->root : oms::root_digest({});
  auto checked = check_bundle(modern, {.name = {}, .digest = root}, request, now);
  if (!checked.report.verified) return checked;
  if (!statement) {
    fail(checked, "statement-malformed", statement.error().text());
    return checked;
  }
  auto difference = difference_to_layers(*statement, layers);
  if (!difference.empty()) {
    fail(checked, "layers-mismatch", "signed files are not the layers: " + difference);
  }
  return checked;
}

std::optional<policy::Check> model_layers_check(const std::vector<CheckedBundle>& bundles,
                                                const VerifyRequest& request) {
  const std::string type(oms::kPredicateType);
  const bool any = std::ranges::any_of(
      bundles, [&](const auto& bundle) { return bundle.predicate_type == type; });
  if (!any) return std::nullopt;
  std::optional<policy::Check> out;
  for (const auto& signers : signer_sets(request, type)) {
    const Rule rule{
        .id = "model.layers", .label = "oms", .predicate_type = type, .signers = signers};
    auto check = apply_rule(rule, bundles).check;
    if (check.result == policy::CheckResult::pass) {
      check.message = "layers are the files of the model signature · " + check.message;
    } else {
      leave_out(check);
    }
    if (!out || check.result != policy::CheckResult::pass) out = std::move(check);
  }
  return out;
}

}  // namespace mpk::flow
