// The texts of an agent card that a signer may have signed. Internal to agent/.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <string>
#include <vector>

namespace mpk::agent {

/// RFC 8785 texts of the card without "signatures", each once: as it was served; with what Protocol
/// Buffers' presence drops (A2A §8.4.1); and without any empty value, as the reference SDKs of A2A
/// write it. They differ in nothing that has a value. malformed: a number that JCS can't write.
Result<std::vector<std::string>> card_forms(const Json& card);

}  // namespace mpk::agent
