// Reference: what names an artifact: registry/repo[:tag][@digest] or oci:DIR[:TAG].
#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::oci {

struct Reference {
  enum class Kind { registry, layout };
  Kind kind = Kind::registry;
  std::string registry;          // "ghcr.io", "127.0.0.1:5000", "[::1]:5000"
  std::string repository;        // "acme/tiny-llama"
  std::filesystem::path layout;  // of an oci: reference
  std::optional<std::string> tag;
  std::optional<Digest> digest;

  /// Grammar of distribution-spec; "docker.io/x" gets "library/"; no default tag is added. With tag
  /// and digest the digest decides. An oci: reference may carry :TAG or @DIGEST; in "oci:DIR:TAG"
  /// the tag is what follows the last ':' if it has no '/'. usage: with what is wrong and a hint
  /// (upper case in a repository, two digests, a scheme in front, no host, …).
  static Result<Reference> parse(std::string_view text);

  /// Whether a word of the command line is a reference and not a path (DESIGN.md §2): it starts
  /// with "oci:", or has the form HOST/REPO… where HOST is localhost or has a '.' or ':' inside;
  /// "." and ".." are no hosts. Never looks at the disk.
  static bool looks_like(std::string_view word);

  /// "ghcr.io/acme/llm" or "oci:DIR": without tag and digest.
  std::string name() const;
  /// As it would be written.
  std::string text() const;
  /// The same artifact store, named by a digest.
  Reference with_digest(const Digest& digest) const;
  Reference with_tag(std::string tag) const;
  /// "tag" or "digest" in the form that a registry URL uses; empty when there is neither.
  std::string target() const;
};

/// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`
bool is_tag(std::string_view text);

}  // namespace mpk::oci
