// A string as a reference, as the kubelet, the CSI driver and KServe each read it.
#include "admit/reference_text.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "oci/reference.hpp"

namespace mpk::admit {
namespace {

using Kind = FoundReference::Kind;

// With "://"; empty: the text has none.
std::string_view scheme_of(std::string_view text) {
  const auto end = text.find("://");
  if (end == std::string_view::npos || !is_scheme(text.substr(0, end))) return {};
  return text.substr(0, end + 3);
}

// KServe takes any word after the "+" for a mode and strips it (ParseOciScheme).
bool is_registry_scheme(std::string_view scheme) {
  const auto lower = lower_ascii(scheme);
  return lower == "oci://" || lower.starts_with("oci+");
}

// The rule of the kubelet and of container runtimes (distribution/reference, splitDockerDomain):
// without one of these before the first '/', the name is Docker Hub's.
bool names_host(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const auto first = text.substr(0, slash);
  return first.find_first_of(".:") != std::string_view::npos || first == "localhost" ||
         lower_ascii(first) != first;
}

// Runtimes look such a name up among the images of the node before they ask any registry.
bool is_image_id(std::string_view text) {
  return text.starts_with("sha256:") || (text.size() == 64 && is_lower_hex(text));
}

std::optional<oci::Reference> normalized(Kind kind, std::string_view text) {
  // "oci:5000/x" is a host and its port here, never a local layout.
  if (text.starts_with("oci:") || is_image_id(text)) return std::nullopt;
  const bool hub = !names_host(text);
  // The CSI driver's library takes the first part for the host, whatever it looks like.
  if (hub && kind == Kind::csi) return std::nullopt;
  auto parsed = oci::Reference::parse(hub ? "docker.io/" + std::string(text) : std::string(text));
  if (!parsed) return std::nullopt;
  if (!parsed->tag && !parsed->digest) parsed->tag = "latest";
  return parsed.take();
}

}  // namespace

std::optional<ReferenceText> read_reference(Kind kind, std::string_view text) {
  std::string_view scheme;
  switch (kind) {
    case Kind::container:
    case Kind::image_volume:
    case Kind::csi:
      break;  // no scheme there: one makes it unreadable
    case Kind::storage_uri:
    case Kind::agent:
    case Kind::custom:
      scheme = scheme_of(text);
      // KServe takes what has no scheme for no place at all.
      if (scheme.empty() && kind == Kind::storage_uri) return std::nullopt;
      if (!scheme.empty() && !is_registry_scheme(scheme)) return std::nullopt;
  }
  return ReferenceText{std::string(scheme), normalized(kind, text.substr(scheme.size()))};
}

}  // namespace mpk::admit
