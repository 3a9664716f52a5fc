// ReadBundle: the forms of a bundle file.
#include "flow/read_bundle.hpp"

#include "sigstore/bundle_file.hpp"

namespace mpk::flow {

Result<std::vector<ReadBundle>> read_bundles(const std::string& text) {
  std::vector<ReadBundle> out;
  out.emplace_back(text);
  if (out.front().bundle) return out;
  auto parts = sigstore::split_bundles(text);
  if (!parts) {
    if (parts.error().kind() == ErrorKind::malformed) return out;
    return parts.error();
  }
  out.clear();
  for (auto& part : *parts) out.emplace_back(std::move(part));
  return out;
}

}  // namespace mpk::flow
