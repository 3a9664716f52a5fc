// in-toto's common field types.
#include "attest/field_types.hpp"

#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "base/url.hpp"

#include <algorithm>

namespace mpk::attest {

Result<DigestSet> read_digest_set(const json::Field& field) {
  auto members = TRY(field.members());
  if (members.empty()) return field.error("digest is empty");
  if (members.size() > limits::kSubjectDigests) return field.error("too many digests");
  DigestSet out;
  for (const auto& [algorithm, value] : members) {
    auto text = TRY(value.string());
    // spec/v1/digest_set.md: the named algorithms are lower-case hex without a prefix.
    if (algorithm.starts_with("sha") && (text.empty() || !is_lower_hex(text)))
      return value.error("expected lower-case hex");
    out[algorithm] = std::move(text);
  }
  return out;
}

bool has_scheme(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return false;
  return is_scheme(text.substr(0, colon)) &&
         std::ranges::none_of(text, [](char c) { return (c >= 0 && c <= ' ') || c == '\x7f'; });
}

Result<void> check_uri(const json::Field& field) {
  if (has_scheme(TRY(field.string()))) return {};
  return field.error("expected a URI");
}

Result<void> check_timestamp(const json::Field& field) {
  TRY(field.timestamp());
  const auto text = TRY(field.string());
  if (text.ends_with('Z') || text.ends_with('z')) return {};
  return field.error("expected a time in UTC that ends with Z");
}

Result<void> check_resource_descriptor(const json::Field& field) {
  for (const char* key : {"name", "downloadLocation", "mediaType"}) TRY(field.optional_string(key));
  const auto uri = TRY(field.optional_string("uri")).value_or("");
  const auto digest = TRY(field.find("digest"));
  const auto content = TRY(field.optional_base64("content"));
  if (digest) TRY(read_digest_set(*digest));
  if (const auto annotations = TRY(field.find("annotations"))) TRY(annotations->members());
  if (uri.empty() && !digest && !content)
    return field.error("none of uri, digest and content is there");
  return {};
}

}  // namespace mpk::attest
