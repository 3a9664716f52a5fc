// The local store: an OCI image layout of the user's own, where `pack` puts registry references.
#pragma once

#include "flow/context.hpp"

#include <memory>

namespace mpk::flow {

/// ~/.local/share/mpk/store (XDG_DATA_HOME), made with `use.create`. Artifacts are tagged with
/// their whole reference ("ghcr.io/acme/llm:1.0").
Result<std::unique_ptr<oci::Store>> open_local_store(const Context& context, StoreUse use = {});
/// Where that is, for messages.
Result<std::filesystem::path> local_store_path(const Context& context);

}  // namespace mpk::flow
