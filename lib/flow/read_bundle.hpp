// ReadBundle: a bundle's bytes with what they say, read once for all who look at them.
#pragma once

#include "base/result.hpp"
#include "sigstore/bundle.hpp"

#include <string>
#include <utility>
#include <vector>

namespace mpk::flow {

struct ReadBundle {
  explicit ReadBundle(std::string bytes)
      : text(std::move(bytes)), bundle(sigstore::parse_bundle(text)) {}
  std::string text;
  Result<sigstore::Bundle> bundle;
};

/// Of a file: one bundle, or one of the forms of sigstore/bundle_file.hpp. What can't be taken
/// apart is one that can't be read, so that its report says what is wrong. too_large: more than
/// limits::kReferrers.
Result<std::vector<ReadBundle>> read_bundles(const std::string& text);

}  // namespace mpk::flow
