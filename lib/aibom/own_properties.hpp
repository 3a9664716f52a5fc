// Names of the properties that mpk coins; everything else is from the cdx:ai-ml taxonomy.
#pragma once

#include "base/identifiers.hpp"

#include <string>
#include <string_view>

namespace mpk::aibom {

inline constexpr std::string_view kSize = "size";        // bytes of a file
inline constexpr std::string_view kTensors = "tensors";  // how many; "tensors:<type>" of one type
inline constexpr std::string_view kParameters = "parameters";  // counted, exact
inline constexpr std::string_view kFormat = "format";          // "safetensors", "gguf", …
inline constexpr std::string_view kLibrary = "library";        // "transformers"
inline constexpr std::string_view kLanguage = "language";      // not an ISO 639-1 code
inline constexpr std::string_view kChatTemplate = "chat-template:sha256";
inline constexpr std::string_view kEmissions = "co2eq:grams";
inline constexpr std::string_view kFinding = "finding";      // "severity: path: message"
inline constexpr std::string_view kTruncated = "truncated";  // "tags: 256 of 9000 kept"
/// "provenance:<JSON Pointer into this document>" = "<tier>" or "<tier>;source=<file>".
inline constexpr std::string_view kProvenance = "provenance:";

// Of services: what `mpk agent pin` writes about an agent's servers and their tools.
inline constexpr std::string_view kTransport = "mcp:transport";
inline constexpr std::string_view kCommand = "mcp:command";
inline constexpr std::string_view kArguments = "mcp:arguments";  // a JSON array
inline constexpr std::string_view kInstructions = "mcp:instructions";
inline constexpr std::string_view kToolDigest = "mcp:tool:sha256";
inline constexpr std::string_view kHint = "mcp:hint:";  // readOnly, destructive, …: true or false
inline constexpr std::string_view kScope = "oauth:scope";  // separated by spaces
inline constexpr std::string_view kCardSignature = "a2a:card:signature";

inline std::string own(std::string_view name) {
  return std::string(identifiers::kPropertyPrefix).append(name);
}

}  // namespace mpk::aibom
