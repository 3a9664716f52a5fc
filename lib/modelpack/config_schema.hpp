// The grammar of ModelPack configs, as the specification has it now and as of its last release.
#pragma once

#include "json/schema.hpp"

namespace mpk::modelpack {

/// model-spec's main branch: what is written.
const json::Schema& config_schema_main();
/// v0.0.7: what readers in use accept. It has no datasetsURL, and its capabilities are open.
const json::Schema& config_schema_release();

}  // namespace mpk::modelpack
