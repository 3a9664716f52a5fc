// What is expected of a build: source, ref, builder, inputs; as people write them.
#pragma once

#include "base/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::policy {

struct SourceRepository {
  std::string host;  // "github.com", lower case
  std::string path;  // "acme/model", "group/sub/project", as written
  std::string url() const { return "https://" + host + "/" + path; }
};
/// "github.com/o/r", with https:// or git+https:// before it; .git at its end is dropped. usage:
/// another scheme, a ref (the hint says which option takes it), a path of one name.
Result<SourceRepository> parse_source_repository(std::string_view text);
/// Who vouches for builds on this host; nullopt: it must be named.
std::optional<std::string> known_ci_issuer(std::string_view host);

/// A builder or workflow: a URL, and the git ref that it is taken from.
struct CiName {
  std::string url;  // without ref
  std::string ref;  // empty: any
  /// Splits at the last '@'.
  static CiName split(std::string_view text);
  /// The URL is the same, and the ref where `this` has one: "v1.2.3" is "refs/tags/v1.2.3", too.
  bool names(const CiName& other) const;
  std::string text() const { return ref.empty() ? url : url + "@" + ref; }
};
/// --builder-id: a URL with or without @REF. usage.
Result<CiName> parse_builder_id(std::string_view text);
/// --signer-workflow: HOST/OWNER/REPO/PATH with or without @REF. usage.
Result<CiName> parse_signer_workflow(std::string_view text);

/// "refs/tags/vX.Y.Z": a release as slsa-verifier asks for it of a shared builder.
bool is_release_ref(std::string_view ref);
/// "v1", "v1.2", "v1.2.3", "v1.2.3-rc1"; build metadata is no part of it. usage.
Result<void> check_version(std::string_view text);
/// Whether a tag is of that version: v1.2.3 of v1 and v1.2; v1.2.3-rc1 of itself alone. False for
/// what is no version.
bool tag_has_version(std::string_view tag, std::string_view version);

struct CiExpectation {
  SourceRepository source;
  std::string issuer;
  std::optional<std::string> branch, tag, versioned_tag, commit;  // names without refs/…/
  std::optional<CiName> builder, signer;
  std::map<std::string, std::string> inputs;
  bool deny_self_hosted = false;
  bool allow_pull_requests = false;
};

}  // namespace mpk::policy
