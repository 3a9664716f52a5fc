// Caps on what a TUF repository may send (TUF 1.0 §5: the client sets them), each with its reason.
#pragma once

#include <cstddef>

namespace mpk::tuf::limits {

inline constexpr std::size_t kRoot = 512'000;        // as go-tuf: the public root has 6 kB
inline constexpr std::size_t kTimestamp = 16'384;    // as go-tuf: one entry
inline constexpr std::size_t kSnapshot = 2'000'000;  // as go-tuf: a line for each role
inline constexpr std::size_t kTargets = 5'000'000;   // as go-tuf
inline constexpr std::size_t kTarget = 64U << 20;    // a target is held in memory
inline constexpr std::size_t kRootRotations =
    256;                                         // of one update; the public root had 15 in 5 years
inline constexpr std::size_t kDelegations = 32;  // visited for one target, as the peers
inline constexpr std::size_t kSignatures = 256;  // per file
inline constexpr std::size_t kRoleFileName = 250;  // quoted, with ".json": NAME_MAX

}  // namespace mpk::tuf::limits
