// Every URI and namespace that mpk coins; docs/identifiers.md lists them for readers.
#pragma once

#include <string_view>

namespace mpk::identifiers {

inline constexpr std::string_view kPolicyApiVersion = "mpk/v1";
inline constexpr std::string_view kBuilderLocal = "urn:mpk:builder:local";
inline constexpr std::string_view kBuildType = "urn:mpk:buildtype:pack:v1";
inline constexpr std::string_view kPropertyPrefix = "mpk:";
/// UUIDv5 namespace of aiBOM serial numbers (the name is the manifest's digest).
inline constexpr std::string_view kSerialNamespace = "8c1f4a52-6f0e-5b57-9f7c-2f1d0a6f3f10";
/// Manifest annotation that carries the bundle itself (base64), so that a reader of ours needs one
/// round trip.
inline constexpr std::string_view kAnnotationBundle = "urn:mpk:bundle";
/// Of an aiBOM that is attested by reference: who refers to it, and how many bytes it has.
inline constexpr std::string_view kAttester = "urn:mpk:attester";
inline constexpr std::string_view kAnnotationSize = "urn:mpk:size";
/// One machine's share of a model between `push --part` and `push --join`: artifact type and
/// document, and the heads of its files.
inline constexpr std::string_view kPartType = "application/vnd.mpk.part.v1+json";
inline constexpr std::string_view kPartHeadsType = "application/vnd.mpk.part.heads.v1";

}  // namespace mpk::identifiers
