// A string of a Kubernetes object as a reference: schemes, Docker Hub's short names, default tags.
#pragma once

#include "admit/references.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mpk::admit {

struct ReferenceText {
  std::string scheme;                       // as it stands there, with "://"
  std::optional<oci::Reference> reference;  // of a registry, with a tag or digest; nullopt: none
};

/// nullopt: nothing that a registry serves. `text` is not empty.
std::optional<ReferenceText> read_reference(FoundReference::Kind kind, std::string_view text);

}  // namespace mpk::admit
