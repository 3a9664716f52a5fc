// Caps on what a cluster may ask of the gate, each with its reason.
#pragma once

#include <cstddef>

namespace mpk::admit::limits {

// The API server takes objects of up to 3 MiB, and sends the old one, too.
inline constexpr std::size_t kAdmissionReview = 8U << 20;
inline constexpr std::size_t kAdmissionValues = 1'000'000;  // of its JSON; real ones have 10,000
inline constexpr std::size_t kUidBytes = 256;               // a UUID has 36
inline constexpr std::size_t kReferences = 10'000;   // of one object that are judged; a Pod has ten
inline constexpr std::size_t kProviderKeys = 1'000;  // of one request; Gatekeeper sends tens
inline constexpr std::size_t kReferenceRows = 1'000;      // that a user adds
inline constexpr std::size_t kPathBytes = 1'024;          // of one row
inline constexpr std::size_t kPathSteps = 64;             // as deep as JSON is read
inline constexpr std::size_t kWarningBytes = 256;         // the API server cuts there
inline constexpr std::size_t kMessageCharacters = 4'096;  // of a refusal: a screen of kubectl's
// Of a dump: a few thousand Pods. Who has more dumps namespace by namespace.
inline constexpr std::size_t kDumpBytes = 64U << 20;
inline constexpr std::size_t kDumpValues = 4'000'000;  // a value takes 100 bytes of memory and more

}  // namespace mpk::admit::limits
