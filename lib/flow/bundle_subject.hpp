// What a bundle from a file is about: a digest that was given, or a file that is hashed for it.
#pragma once

#include "base/parallel.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"
#include "flow/read_bundle.hpp"
#include "flow/verify.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::flow {

/// "sha256:HEX", "sha384:HEX", "sha512:HEX"; nullopt: not a digest.
std::optional<BundleSubject> digest_subject(const std::string& text);

/// Reads the file once, by SHA-256 and by what else the bundles' signatures and statements use; its
/// bytes are kept where an Ed25519 key signed them; `keys` are those that may have. usage: no such
/// file, a directory; too_large: over limits::kEvidence for Ed25519; cancelled.
Result<BundleSubject> file_subject(const std::string& path, const std::vector<ReadBundle>& bundles,
                                   const std::vector<crypto::PublicKey>& keys,
                                   const CancelToken& cancel);

}  // namespace mpk::flow
