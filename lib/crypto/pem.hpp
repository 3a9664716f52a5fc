// PEM text (RFC 7468) in and out.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::crypto {

struct PemBlock {
  std::string label;  // "CERTIFICATE", "PUBLIC KEY", …
  bool encrypted;     // RFC 1421 headers say so (Proc-Type: 4,ENCRYPTED)
  Bytes der;
};

/// All blocks in order, at least one. Explanatory text is allowed before a block (RFC 7468 §5.2),
/// after the last one only white space. malformed, or too_large.
Result<std::vector<PemBlock>> read_pem(std::string_view text);

std::string write_pem(std::string_view label, BytesView der);

}  // namespace mpk::crypto
