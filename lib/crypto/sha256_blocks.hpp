// SHA-256's compression of whole blocks (FIPS 180-4 §6.2.2) with the processor's own instructions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mpk::crypto {

/// The hash value between two blocks, a…h.
using Sha256State = std::array<std::uint32_t, 8>;

inline constexpr std::size_t kSha256Block = 64;  // bytes
inline constexpr Sha256State kSha256Start = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                             0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/// Whether this processor has the instructions (x86-64 SHA extensions with SSE4.1). Without them
/// the functions below must not be called. MPK_SHA_INSTRUCTIONS=off in the environment of the
/// process says no, too: for tests, and for a processor or emulator that gets them wrong.
bool has_sha256_instructions();

/// `blocks` × 64 bytes from `data` into `state`.
void sha256_blocks(Sha256State& state, const std::uint8_t* data, std::size_t blocks);

/// The same for two independent streams in the time of one: an instruction has a latency of four
/// cycles and can start every two, so that one stream leaves half of the unit idle.
void sha256_blocks_pair(Sha256State& one, const std::uint8_t* data_one, Sha256State& two,
                        const std::uint8_t* data_two, std::size_t blocks);

}  // namespace mpk::crypto
