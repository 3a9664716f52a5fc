// SHA-256 blocks: the rounds of FIPS 180-4 in the order that the SHA extensions want them.
#include "crypto/sha256_blocks.hpp"

#include <cstdlib>
#include <string_view>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace mpk::crypto {

#if defined(__x86_64__)

namespace {

// Intrinsics are inlined only into functions that name the same instructions.
#define MPK_SHA_TARGET __attribute__((target("sha,sse4.1,ssse3")))
#define MPK_SHA_INLINE MPK_SHA_TARGET __attribute__((always_inline)) inline

constexpr int kGroups = 16;        // of four rounds
constexpr int kGroupsInBlock = 4;  // the message itself; the others come from the schedule

// FIPS 180-4 §4.2.2.
alignas(16) constexpr std::uint32_t kRound[4 * kGroups] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The instructions keep a…h as two registers: a, b, e, f and c, d, g, h.
struct Lane {
  __m128i abef, cdgh;
  __m128i message[kGroupsInBlock];
};

MPK_SHA_INLINE Lane load(const Sha256State& state) {
  Lane lane{};
  const auto* words = reinterpret_cast<const __m128i*>(state.data());
  const __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128(words), 0xB1);
  const __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128(words + 1), 0x1B);
  lane.abef = _mm_alignr_epi8(cdab, efgh, 8);
  lane.cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);
  return lane;
}

MPK_SHA_INLINE void store(const Lane& lane, Sha256State& state) {
  auto* words = reinterpret_cast<__m128i*>(state.data());
  const __m128i feba = _mm_shuffle_epi32(lane.abef, 0x1B);
  const __m128i dchg = _mm_shuffle_epi32(lane.cdgh, 0xB1);
  _mm_storeu_si128(words, _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128(words + 1, _mm_alignr_epi8(dchg, feba, 8));
}

// Words are big-endian (§3.1).
MPK_SHA_INLINE void read_block(Lane& lane, const std::uint8_t* data) {
  const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  for (int i = 0; i < kGroupsInBlock; ++i) {
    lane.message[i] =
        _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(data) + i), order);
  }
}

MPK_SHA_INLINE void four_rounds(Lane& lane, int group) {
  const __m128i round = _mm_load_si128(reinterpret_cast<const __m128i*>(kRound) + group);
  const __m128i sum = _mm_add_epi32(lane.message[group % 4], round);
  lane.cdgh = _mm_sha256rnds2_epu32(lane.cdgh, lane.abef, sum);
  lane.abef = _mm_sha256rnds2_epu32(lane.abef, lane.cdgh, _mm_shuffle_epi32(sum, 0x0E));
}

// The four words of the schedule (§6.2.2 step 1) that replace those just used.
MPK_SHA_INLINE void next_words(Lane& lane, int group) {
  __m128i& words = lane.message[group % 4];
  const __m128i& last = lane.message[(group + 3) % 4];
  const __m128i middle = _mm_alignr_epi8(last, lane.message[(group + 2) % 4], 4);
  words = _mm_sha256msg1_epu32(words, lane.message[(group + 1) % 4]);
  words = _mm_sha256msg2_epu32(_mm_add_epi32(words, middle), last);
}

MPK_SHA_INLINE void add_state(Lane& lane, __m128i abef, __m128i cdgh) {
  lane.abef = _mm_add_epi32(lane.abef, abef);
  lane.cdgh = _mm_add_epi32(lane.cdgh, cdgh);
}

}  // namespace

bool has_sha256_instructions() {
  static const bool has = [] {
    const char* wanted = std::getenv("MPK_SHA_INSTRUCTIONS");
    if (wanted != nullptr && std::string_view(wanted) == "off") return false;
    // g++ 12 has no __builtin_cpu_supports("sha"): CPUID leaf 7, EBX bit 29.
    unsigned eax = 7;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    __asm__("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    return __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("ssse3") &&
           (ebx >> 29U & 1U) != 0;
  }();
  return has;
}

MPK_SHA_TARGET void sha256_blocks(Sha256State& state, const std::uint8_t* data,
                                  std::size_t blocks) {
  Lane lane = load(state);
  for (; blocks != 0; --blocks, data += kSha256Block) {
    const __m128i abef = lane.abef;
    const __m128i cdgh = lane.cdgh;
    read_block(lane, data);
#pragma GCC unroll 16
    for (int group = 0; group < kGroups; ++group) {
      four_rounds(lane, group);
      if (group < kGroups - kGroupsInBlock) next_words(lane, group);
    }
    add_state(lane, abef, cdgh);
  }
  store(lane, state);
}

MPK_SHA_TARGET void sha256_blocks_pair(Sha256State& one, const std::uint8_t* data_one,
                                       Sha256State& two, const std::uint8_t* data_two,
                                       std::size_t blocks) {
  Lane first = load(one);
  Lane second = load(two);
  for (; blocks != 0; --blocks, data_one += kSha256Block, data_two += kSha256Block) {
    const __m128i abef[] = {first.abef, second.abef};
    const __m128i cdgh[] = {first.cdgh, second.cdgh};
    read_block(first, data_one);
    read_block(second, data_two);
#pragma GCC unroll 16
    for (int group = 0; group < kGroups; ++group) {
      four_rounds(first, group);
      four_rounds(second, group);
      if (group < kGroups - kGroupsInBlock) {
        next_words(first, group);
        next_words(second, group);
      }
    }
    add_state(first, abef[0], cdgh[0]);
    add_state(second, abef[1], cdgh[1]);
  }
  store(first, one);
  store(second, two);
}

#else

// ARMv8 has such instructions as well; they are used when there is a machine to test them on.
bool has_sha256_instructions() { return false; }
void sha256_blocks(Sha256State&, const std::uint8_t*, std::size_t) { std::abort(); }
void sha256_blocks_pair(Sha256State&, const std::uint8_t*, Sha256State&, const std::uint8_t*,
                        std::size_t) {
  std::abort();
}

#endif

}  // namespace mpk::crypto
