// Package URLs (purl-spec): types oci and huggingface.
#pragma once

#include "base/digest.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mpk::aibom {

/// `repository` is "ghcr.io/acme/llm"; `tag` may be empty. The name is lower case, there is no
/// namespace (purl-spec, oci).
std::string oci_purl(std::string_view repository, const Digest& manifest, std::string_view tag);

/// Of "registry/repository[:tag]@sha256:…"; empty when it is none.
std::string artifact_purl(const std::string& reference);

/// Of a "namespace/name" on the hub. The version is there only for a full commit: a branch is
/// nothing that can be compared (purl-spec, huggingface). nullopt: `model` has another form, for
/// example that of a local path.
std::optional<std::string> huggingface_purl(std::string_view model, std::string_view revision);

/// 40 hexadecimal digits.
bool is_commit(std::string_view revision);

/// The manifest digest in an oci purl; nullopt when there is none.
std::optional<Digest> digest_of_purl(std::string_view purl);

/// HOST/REPO@DIGEST of an oci purl that says where the artifact is (repository_url) and which;
/// nullopt: it does not. Not yet proven to be a reference.
std::optional<std::string> reference_of_purl(std::string_view purl);

}  // namespace mpk::aibom
