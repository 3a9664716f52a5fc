// Permissions: the pins as data for policy engines that decide on each call.
#pragma once

#include "agent/server.hpp"
#include "json/value.hpp"

#include <string>
#include <vector>

namespace mpk::agent {

/// Cedar policies: one permit a tool, for the pinned digest only; Cedar denies everything else. The
/// gateway gives the digest of what the server offers now as context.sha256.
std::string cedar_policies(const std::vector<Server>& servers);

/// Cedar entities: servers, and tools with their hints and scopes below them.
Json cedar_entities(const std::vector<Server>& servers);

/// A data document for OPA: {"mcp": {"servers": {NAME: {…, "tools": {NAME: {…}}}}}}.
Json opa_data(const std::vector<Server>& servers);

}  // namespace mpk::agent
