// Caps on what a tool server may say; each is far above what any real one does.
#pragma once

#include <cstddef>

namespace mpk::agent::limits {

inline constexpr std::size_t kTools = 10'000;          // of one server; prompts likewise
inline constexpr std::size_t kServers = 1'000;         // of one document
inline constexpr std::size_t kPages = 1'000;           // of one list
inline constexpr std::size_t kMessage = 16U << 20;     // one JSON-RPC message
inline constexpr std::size_t kMessages = 10'000;       // notifications before an answer
inline constexpr std::size_t kList = 64U << 20;        // all pages of a conversation together
inline constexpr std::size_t kNameBytes = 1'024;       // of a tool, a server, a prompt
inline constexpr std::size_t kSessionIdBytes = 1'024;  // it goes into a header

}  // namespace mpk::agent::limits
