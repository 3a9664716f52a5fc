// What `mpk sign` and `mpk verify` do with a model's directory.
#pragma once

#include "base/result.hpp"
#include "flow/signing.hpp"
#include "options/oms_options.hpp"
#include "policy/verdict.hpp"
#include "session.hpp"

#include <optional>
#include <string>

namespace mpk::cli {

/// The signature of a directory when no --bundle was given, as the reference client's.
inline constexpr const char* kModelSignature = "model.sig";

/// Whether the target is a model's directory; a name that looks like a reference is one when it is
/// there.
bool is_model_directory(const std::string& target);

/// `mpk sign DIR`, or a file with --oms: the signature goes to `bundle`.
Result<int> sign_model_target(Session& session, const std::string& target,
                              flow::SigningRequest request, const ModelSignOptions& options,
                              const std::optional<std::string>& bundle);

/// `mpk verify DIR --bundle FILE`, or a file whose bundle is a model's signature.
Result<policy::Verdict> verify_model_target(Session& session, const std::string& target,
                                            const std::string& bundle_path,
                                            const std::string& bundle,
                                            const flow::VerifyRequest& request,
                                            const ModelVerifyOptions& options);

}  // namespace mpk::cli
