// Known predicate types.
#include "attest/predicate_type.hpp"

#include "attest/predicate_form.hpp"
#include "attest/vsa.hpp"
#include "base/text.hpp"
#include "base/url.hpp"

#include <array>

namespace mpk::attest {
namespace {

struct Known {
  std::string_view word, uri;
};

// cosign's --type words mean what they mean there, so that the same command line does the same
// (interop); cosign has none for the newer ones.
constexpr std::array<Known, 17> kKnown = {{
    {"cosign", kCosignCustom},
    {"cyclonedx", kCycloneDx},
    {"link", "https://in-toto.io/Link/v1"},
    {"openvex", kOpenVex},
    {"reference", kReference},
    {"scai", kScai},
    {"signature", kCosignSign},
    {"slsaprovenance", "https://slsa.dev/provenance/v0.2"},
    {"slsaprovenance02", "https://slsa.dev/provenance/v0.2"},
    {"slsaprovenance1", kSlsaProvenance},
    {"spdx", "https://spdx.dev/Document"},
    {"spdxjson", "https://spdx.dev/Document"},
    {"svr", kSvr},
    {"test-result", kTestResult},
    {"vsa", kVsa},
    {"vuln", kCosignVuln},
    {"vulns", kVulns},
}};

bool is_absolute_uri(std::string_view word) {
  if (word.starts_with("urn:")) return word.size() > 6 && word.find(' ') == std::string_view::npos;
  return Url::parse(word).has_value();
}

}  // namespace

Result<std::string> predicate_type_uri(std::string_view word) {
  for (const auto& known : kKnown) {
    if (known.word == word) return std::string(known.uri);
  }
  if (is_absolute_uri(word)) return std::string(word);
  auto words = predicate_type_words();
  auto suggestion = nearest(word, words);
  return Error(ErrorKind::usage,
               "predicate type '" + printable(word, 80) + "': neither a known name nor a URI",
               suggestion.empty() ? "for example slsaprovenance1, cyclonedx or https://…"
                                  : "did you mean " + std::string(suggestion) + "?");
}

std::string predicate_type_label(std::string_view uri) {
  if (uri == kCosignSign) return "signature";
  if (is_cyclonedx(uri)) return "aibom";
  if (uri == kSlsaProvenance) return "provenance";
  for (const auto& known : kKnown) {
    if (known.uri == uri) return std::string(known.word);
  }
  return std::string(uri);
}

bool is_cyclonedx(std::string_view uri) {
  return uri == kCycloneDx || uri.starts_with("https://cyclonedx.org/bom/v1.");
}

std::vector<std::string> predicate_type_words() {
  std::vector<std::string> out;
  for (const auto& known : kKnown) out.emplace_back(known.word);
  return out;
}

}  // namespace mpk::attest
