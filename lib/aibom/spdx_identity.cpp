// Digests and identifiers of an element (Core/Hash, Core/ExternalIdentifier,
// Software/ContentIdentifier).
#include "aibom/lookup.hpp"
#include "aibom/spdx_draft.hpp"
#include "base/url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace mpk::aibom::spdx {
namespace {

constexpr auto kAlgorithms = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"MD5", "md5"},
    {"SHA-1", "sha1"},
    {"SHA-256", "sha256"},
    {"SHA-384", "sha384"},
    {"SHA-512", "sha512"},
    {"SHA3-256", "sha3_256"},
    {"SHA3-384", "sha3_384"},
    {"SHA3-512", "sha3_512"},
    {"BLAKE2b-256", "blake2b256"},
    {"BLAKE2b-384", "blake2b384"},
    {"BLAKE2b-512", "blake2b512"},
    {"BLAKE3", "blake3"},
});

Json hash(const Json& part) {
  const auto& name = text(part, "alg");
  const auto* found =
      std::ranges::find(kAlgorithms, name, [](const auto& row) { return row.first; });
  Json out = Json::object();
  out["type"] = "Hash";
  out["algorithm"] = found == kAlgorithms.end() ? "other" : found->second;
  out["hashValue"] = text(part, "content");
  if (found == kAlgorithms.end()) out["comment"] = "algorithm: " + name;
  return out;
}

void identify(Json& element, std::string_view type, const std::string& identifier) {
  Json out = Json::object();
  out["type"] = "ExternalIdentifier";
  out["externalIdentifierType"] = type;
  out["identifier"] = identifier;
  append(element, "externalIdentifier", std::move(out));
}

bool is_artifact(const Json& element) {
  const auto& type = text(element, "type");
  return type.starts_with("software_") || type.starts_with("ai_") || type.starts_with("dataset_");
}

// As content of a software artifact where it may be one, else as any identifier.
void identify_content(Json& element, std::string_view type, const std::string& value) {
  if (!is_artifact(element) || !is_uri(value)) {
    identify(element, type, value);
    return;
  }
  Json out = Json::object();
  out["type"] = "software_ContentIdentifier";
  out["software_contentIdentifierType"] = type;
  out["software_contentIdentifierValue"] = value;
  append(element, "software_contentIdentifier", std::move(out));
}

}  // namespace

bool is_uri(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon))) return false;
  // RFC 3987 §2.2 leaves these out; what is above ASCII may stand in an IRI.
  constexpr std::string_view kForbidden = "<>\"{}|\\^`";
  return colon + 1 < text.size() && std::ranges::all_of(text, [&](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte > 0x20 && byte != 0x7f && kForbidden.find(c) == std::string_view::npos;
         });
}

void add_identity(Draft& draft, const Json& part, Json& element) {
  auto& source = draft.source;
  for (const auto& each : items(member(part, "hashes"))) {
    source.use(each);
    append(element, "verifiedUsing", hash(each));
  }
  if (const auto& purl = source.take(part, "purl"); !purl.empty())
    identify(element, "packageUrl", purl);
  if (const auto& cpe = source.take(part, "cpe"); !cpe.empty())
    identify(element, cpe.starts_with("cpe:2.3:") ? "cpe23" : "cpe22", cpe);
  if (const auto& tag = source.take(member(part, "swid"), "tagId"); !tag.empty())
    identify(element, "swid", tag);
  for (const auto& id : items(member(part, "swhid"))) {
    source.use(id);
    identify_content(element, "swhid", text(id));
  }
  for (const auto& id : items(member(part, "omniborId"))) {
    source.use(id);
    identify_content(element, "gitoid", text(id));
  }
}

}  // namespace mpk::aibom::spdx
