// The parts of proto3 JSON that sigstore's messages share; only for the sources of lib/sigstore.
#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "crypto/certificate.hpp"
#include "json/read.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace mpk::sigstore {

/// Standard base64 with padding. Line breaks are passed over, as Go's protobuf reader does: people
/// put base64(1)'s output into bundles.
Result<Bytes> read_bytes(const json::Field& field);
/// A required member that is not empty.
Result<Bytes> read_bytes(const json::Field& object, std::string_view key);
/// Absent and empty are the same in proto3.
Result<std::optional<Bytes>> find_bytes(const json::Field& object, std::string_view key);

/// {"keyId": …}; nullopt when the member is absent.
Result<std::optional<Bytes>> find_log_id(const json::Field& object, std::string_view key);
/// HashOutput: {"algorithm": "SHA2_256", "digest": …}.
Result<Digest> read_hash_output(const json::Field& object);
/// X509Certificate: {"rawBytes": DER}.
Result<crypto::Certificate> read_certificate(const json::Field& object);
/// X509CertificateChain: {"certificates": […]}, at least one. `known`:
/// crypto::Certificate::known().
Result<std::vector<crypto::Certificate>> read_certificates(const json::Field& object,
                                                           bool known = false);

}  // namespace mpk::sigstore
