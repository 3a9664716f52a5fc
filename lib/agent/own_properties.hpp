// Names of the properties that hold an agent's permissions; docs/agents.md explains each.
#pragma once

#include "aibom/own_properties.hpp"
#include "base/identifiers.hpp"

#include <string>
#include <string_view>

namespace mpk::agent {

// Those that a page shows, too.
using aibom::kArguments;  // a JSON array
using aibom::kCardSignature;
using aibom::kCommand;
using aibom::kInstructions;
using aibom::kScope;  // separated by spaces
using aibom::kToolDigest;
using aibom::kTransport;
using aibom::own;

inline constexpr std::string_view kServer = "mcp:server";  // the name it is pinned under
inline constexpr std::string_view kSaidName = "mcp:server:name";
inline constexpr std::string_view kEnvironment = "mcp:environment";  // a JSON array of names
inline constexpr std::string_view kHeaders = "mcp:headers";          // likewise
inline constexpr std::string_view kToolCount = "mcp:tools";
inline constexpr std::string_view kPromptCount = "mcp:prompts";
inline constexpr std::string_view kToolDefinition = "mcp:tool:definition";  // its JSON
inline constexpr std::string_view kReadOnly = "mcp:hint:readOnly";
inline constexpr std::string_view kDestructive = "mcp:hint:destructive";
inline constexpr std::string_view kIdempotent = "mcp:hint:idempotent";
inline constexpr std::string_view kOpenWorld = "mcp:hint:openWorld";
inline constexpr std::string_view kPromptOf = "mcp:prompt";  // of a prompt: its server's name
inline constexpr std::string_view kTemplate = "prompt";      // of a template: its file's name
inline constexpr std::string_view kCard = "a2a:card:sha256";
inline constexpr std::string_view kCardSigner = "a2a:card:key";
inline constexpr std::string_view kCardJws = "a2a:card:jws:sha256";

}  // namespace mpk::agent
