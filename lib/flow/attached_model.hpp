// Model signatures that are attached to an artifact: they name no manifest, so its layers must be
// what they list.
#pragma once

#include "flow/evidence.hpp"
#include "flow/verify.hpp"
#include "modelpack/artifact.hpp"
#include "policy/verdict.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::flow {

/// As check_bundle(), for a bundle that is_model_bundle(): verified about its own root digest, and
/// held against the layers. Its failure is "layers-mismatch" where those differ.
CheckedBundle check_attached_model(const std::string& bundle,
                                   const std::vector<modelpack::LayerFile>& layers,
                                   const VerifyRequest& request, Timestamp now);

/// "model.layers": passes when such a signature by an allowed signer holds, and is skipped when
/// none does, because nobody asked for one; a policy asks by an attestation rule of its type.
/// nullopt: none is attached.
std::optional<policy::Check> model_layers_check(const std::vector<CheckedBundle>& bundles,
                                                const VerifyRequest& request);

}  // namespace mpk::flow
