// What `mpk sign` and `mpk verify` do with a model's directory.
#pragma once

#include "base/result.hpp"
#include "flow/sign_batch.hpp"
#include "flow/signing.hpp"
#include "options/oms_options.hpp"
#include "policy/verdict.hpp"
#include "session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::cli {

/// The signature of a directory when no --bundle was given, as the reference client's.
inline constexpr const char* kModelSignature = "model.sig";

/// Whether the one target is a directory, or a file with --oms. usage: options that only models
/// have beside targets that are none.
Result<bool> signs_model(const std::vector<std::string>& targets, const ModelSignOptions& options);
/// Whether the target is a directory, or a file whose bundle is a model's signature.
bool verifies_model(const std::string& target, const std::vector<flow::ReadBundle>& bundles);

/// The model signature of an artifact, from its layers; also written to `bundle` where there is
/// one.
Result<flow::SignJob> sign_layers_job(const flow::Context& context, oci::Store& store,
                                      const oci::Reference& reference,
                                      const oci::Descriptor& subject,
                                      const std::optional<std::string>& bundle, bool overwrite);

/// `mpk sign DIR`, or a file with --oms: the signature goes to `bundle`.
Result<int> sign_model_target(Session& session, const std::string& target,
                              flow::SigningRequest request, const ModelSignOptions& options,
                              const std::optional<std::string>& bundle, bool overwrite);

/// `mpk verify DIR --bundle FILE`.
Result<policy::Verdict> verify_model_target(Session& session, const std::string& target,
                                            const std::string& bundle_path,
                                            const std::string& bundle,
                                            const flow::VerifyRequest& request,
                                            const ModelVerifyOptions& options);

}  // namespace mpk::cli
