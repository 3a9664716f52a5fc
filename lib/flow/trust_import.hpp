// Trust import: a trusted root or client trust config of an instance, kept under a name.
#pragma once

#include "flow/context.hpp"
#include "flow/trust_instance.hpp"

#include <filesystem>
#include <string>

namespace mpk::flow {

/// A file: a trusted root or a client trust config. A directory: trust_config.json, or
/// trusted_root.json and signing_config.json if there is one ('-' for '_' is the same). What can't
/// be read as such is not kept (malformed). Replaces what was imported under that name before.
/// usage: the name is none, or one of an instance that TUF updates; nothing of it is there.
Result<TrustInstance> import_trust(const Context& context, const std::string& name,
                                   const std::filesystem::path& from);

}  // namespace mpk::flow
