// What signing and verifying of a model share: which files count, how they are hashed.
#pragma once

#include "flow/model_signing.hpp"
#include "oms/hash_files.hpp"
#include "oms/tree.hpp"

#include <filesystem>

namespace mpk::flow {

/// usage: an ignored path that is none below the model, or a model that is not there.
Result<oms::TreeRules> tree_rules(const std::filesystem::path& model, const ModelRules& rules);

oms::HashOptions hash_options(const Context& context);

}  // namespace mpk::flow
