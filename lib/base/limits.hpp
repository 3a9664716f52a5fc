// Every cap on input, in one place, each with its reason.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mpk::limits {

inline constexpr std::size_t kJsonDepth = 64;  // OCI, Sigstore and CycloneDX nest under 30
inline constexpr std::size_t kJsonDocument = 64U << 20;  // the largest document that anyone signs
inline constexpr std::size_t kJsonValues = 4'000'000;  // a value takes 100 bytes of memory and more
inline constexpr std::size_t kManifest = 4U << 20;  // distribution-spec: registries must take 4 MiB
inline constexpr std::size_t kManifestEmit = 3U << 20;  // what mpk writes stays below with room
inline constexpr std::size_t kConfigBlob = 4U << 20;    // a ModelPack config is a few KiB
inline constexpr std::size_t kBundle = 16U << 20;       // a bundle with an inline aiBOM
inline constexpr std::size_t kBundleValues = 20'000;    // its aiBOM is one string
inline constexpr std::size_t kBundleCertificates = 10;  // chains have two or three
inline constexpr std::size_t kEvidence = 64U << 20;     // all bundles of an artifact together
inline constexpr std::size_t kApiResponse = 4U << 20;   // token, Fulcio, Rekor, TSA answers
inline constexpr std::size_t kErrorBody = 64U << 10;    // as much of an error page as is read
inline constexpr std::size_t kHeaderBytes = 64U << 10;
inline constexpr std::size_t kYamlDocument = 1U
                                             << 20;  // policies and model cards are typed by people
inline constexpr std::size_t kPolicyRules = 256;     // each is read with what it has from the file
inline constexpr std::size_t kRegexMemory = 1U << 20;
inline constexpr std::size_t kTrustedRoot = 4U << 20;
inline constexpr std::size_t kLogEntries = 32;      // per bundle, as sigstore-go
inline constexpr std::size_t kTimestamps = 32;      // per bundle, as sigstore-go
inline constexpr std::size_t kSubjects = 1024;      // per statement, as sigstore-go
inline constexpr std::size_t kSubjectDigests = 32;  // per subject, as sigstore-go
inline constexpr std::size_t kNote = 64U << 10;     // a checkpoint with all its cosignatures
inline constexpr std::size_t kNoteSignatures = 64;
inline constexpr std::size_t kMerkleProof = 64;     // a tree of 2^64 leaves
inline constexpr std::size_t kToken = 64U << 10;    // an OIDC token with group claims
inline constexpr std::size_t kModelFiles = 32'768;  // an aiBOM names each
inline constexpr std::size_t kPathBytes = 1024;
inline constexpr std::size_t kTreeDepth = 64;
inline constexpr std::size_t kSafetensorsHeader = 100U << 20;  // the format's own limit
inline constexpr std::size_t kGgufMetadata = 256U << 20;       // a vocabulary of a million tokens
inline constexpr std::uint64_t kGgufEntries = 100'000;         // key/value pairs; tensors likewise
inline constexpr std::size_t kTextFile = 16U << 20;  // config.json, cards, licences, tokenizers
inline constexpr std::uint64_t kHeads = 1U << 30;  // what is kept of all files of a model together
inline constexpr std::size_t kArchiveEntries = 200'000;  // of one tar layer; each is remembered
inline constexpr std::uint64_t kArchiveBytes = std::uint64_t{16} << 40;  // of one layer, unpacked
inline constexpr std::uint64_t kArchiveRatio = 200;  // text packs 10:1; a bomb 1000:1 and more
inline constexpr std::uint64_t kArchiveSlack = 256U << 20;  // unpacked before the ratio counts
inline constexpr std::size_t kReferrerPages = 64;
inline constexpr std::size_t kReferrers = 1024;
inline constexpr std::size_t kRedirects = 10;
inline constexpr std::size_t kHelperOutput = 1U << 20;  // credential helpers

}  // namespace mpk::limits
