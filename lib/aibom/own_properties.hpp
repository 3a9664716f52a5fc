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
inline constexpr std::string_view kFinding = "finding";  // "severity: path#pointer: message [code]"
inline constexpr std::string_view kTruncated = "truncated";  // "tags: 256 of 9000 kept"
/// "provenance:<JSON Pointer into this document>" = "<tier>" or "<tier>;source=<file>".
inline constexpr std::string_view kProvenance = "provenance:";
inline constexpr std::string_view kTierSource = ";source=";

inline constexpr std::string_view kRevision = "revision";  // a branch or tag, which may move
/// Of a base model: "finetune", "merge", …
inline constexpr std::string_view kRelation = "relation";
/// In `pedigree.notes`: the relations of all its ancestors together.
inline constexpr std::string_view kRelationNote = "base_model_relation=";
inline constexpr std::string_view kDataset = "dataset:";    // "role", and what a card says of one
inline constexpr std::string_view kTraining = "training:";  // "activity", "method", "flops", …
inline constexpr std::string_view kHardware = "hardware:";  // "count", "hours", …

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
