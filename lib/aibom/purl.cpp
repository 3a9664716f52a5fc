// Package URLs.
#include "aibom/purl.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "base/url.hpp"

#include <algorithm>

namespace mpk::aibom {
namespace {

constexpr std::string_view kOci = "pkg:oci/";
constexpr std::size_t kHubNameLength = 96;

bool is_hub_character(char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; }

// The hub's own rule for user and repository names.
bool is_hub_name(std::string_view name) {
  return !name.empty() && name.size() <= kHubNameLength && name.front() != '.' &&
         name.front() != '-' && name.find("..") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), is_hub_character);
}

// purl-spec, "Rules for each purl component": ':' and '/' need no encoding in a qualifier.
std::string qualifier(std::string_view value) { return percent_encode(value, "/:"); }

}  // namespace

std::string oci_purl(std::string_view repository, const Digest& manifest, std::string_view tag) {
  auto name = lower_ascii(repository.substr(repository.rfind('/') + 1));
  auto out = std::string(kOci) + percent_encode(name) + "@" + percent_encode(manifest.text()) +
             "?repository_url=" + qualifier(repository);
  if (!tag.empty()) out += "&tag=" + qualifier(tag);
  return out;
}

std::string artifact_purl(const std::string& reference) {
  const auto at = reference.rfind('@');
  if (at == std::string::npos) return {};
  auto digest = Digest::parse(std::string_view(reference).substr(at + 1));
  auto repository = reference.substr(0, at);
  const auto slash = repository.find('/');
  if (!digest || slash == std::string::npos || slash == 0) return {};
  std::string tag;
  if (const auto colon = repository.rfind(':'); colon != std::string::npos && colon > slash) {
    tag = repository.substr(colon + 1);
    repository.resize(colon);
  }
  return oci_purl(repository, *digest, tag);
}

bool is_commit(std::string_view revision) {
  return revision.size() == 40 && std::all_of(revision.begin(), revision.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

std::optional<std::string> huggingface_purl(std::string_view model, std::string_view revision) {
  auto parts = split(model, '/');
  if (parts.size() != 2 || !is_hub_name(parts[0]) || !is_hub_name(parts[1])) return std::nullopt;
  auto out = "pkg:huggingface/" + std::string(model);
  if (is_commit(revision)) out += "@" + lower_ascii(revision);
  return out;
}

std::optional<Digest> digest_of_purl(std::string_view purl) {
  if (!purl.starts_with(kOci)) return std::nullopt;
  purl = purl.substr(0, purl.find_first_of("?#"));
  auto at = purl.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  auto version = percent_decode(purl.substr(at + 1));
  if (!version) return std::nullopt;
  auto digest = Digest::parse(*version);
  if (!digest) return std::nullopt;
  return digest.take();
}

std::optional<std::string> reference_of_purl(std::string_view purl) {
  const auto digest = digest_of_purl(purl);
  const auto question = purl.find('?');
  if (!digest || question == std::string_view::npos) return std::nullopt;
  const auto qualifiers = purl.substr(question + 1, purl.find('#') - question - 1);
  constexpr std::string_view kKey = "repository_url=";
  for (const auto qualifier : split(qualifiers, '&')) {
    if (!qualifier.starts_with(kKey)) continue;
    const auto repository = percent_decode(qualifier.substr(kKey.size()));
    if (!repository || repository->empty()) return std::nullopt;
    return *repository + "@" + digest->text();
  }
  return std::nullopt;
}

}  // namespace mpk::aibom
