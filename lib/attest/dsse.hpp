// DSSE envelopes (secure-systems-lab/dsse, protocol.md and envelope.md).
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "json/read.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::attest {

inline constexpr std::string_view kInTotoPayloadType = "application/vnd.in-toto+json";

/// "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body
std::string pae(std::string_view payload_type, std::string_view payload);

struct Envelope {
  std::string payload_type;
  std::string payload;  // decoded: the very bytes that are signed
  struct Signature {
    Bytes sig;
    std::string keyid;  // never a security input
  };
  std::vector<Signature> signatures;
};

/// malformed: bad base64, no payload type, a member of the wrong type.
Result<Envelope> read_envelope(const json::Field& field);
/// keyid is written only when it is not empty.
Json to_json(const Envelope& envelope);

}  // namespace mpk::attest
