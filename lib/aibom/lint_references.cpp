// References: bom-refs exist once, and what points at one finds it.
#include "aibom/lint.hpp"
#include "aibom/lookup.hpp"
#include "base/text.hpp"
#include "base/url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace mpk::aibom {
namespace {

// The members that hold a bom-ref, or a list of them, whenever they hold strings.
constexpr std::array<std::string_view, 33> kReferring = {"algorithm",
                                                         "algorithmRef",
                                                         "algorithms",
                                                         "assemblies",
                                                         "asserter",
                                                         "assessor",
                                                         "attributedTo",
                                                         "auth",
                                                         "claims",
                                                         "counterClaims",
                                                         "counterEvidence",
                                                         "cryptoRefArray",
                                                         "dependencies",
                                                         "dependsOn",
                                                         "encr",
                                                         "evidence",
                                                         "integ",
                                                         "ke",
                                                         "members",
                                                         "mitigationStrategies",
                                                         "parent",
                                                         "patentRefs",
                                                         "prf",
                                                         "process",
                                                         "provides",
                                                         "ref",
                                                         "requirement",
                                                         "requirements",
                                                         "signatureAlgorithmRef",
                                                         "subjectPublicKeyRef",
                                                         "subjects",
                                                         "target",
                                                         "vulnerabilities"};

bool is_reference(const Spot& spot) {
  return spot.value.is_string() &&
         std::find(kReferring.begin(), kReferring.end(), spot.key) != kReferring.end();
}

/// The bom-ref that `reference` names in this document; a BOM-Link into another one names none.
std::optional<std::string> local_ref(const Json& bom, const std::string& reference) {
  constexpr std::string_view kLink = "urn:cdx:";
  constexpr std::string_view kSerial = "urn:uuid:";
  if (!reference.starts_with(kLink)) return reference;
  const auto& serial = text(bom, "serialNumber");
  const auto& version = member(bom, "version");
  if (!serial.starts_with(kSerial) || !version.is_number_integer()) return std::nullopt;
  auto self = std::string(kLink) + serial.substr(kSerial.size()) + "/" + version.dump() + "#";
  if (!reference.starts_with(self)) return std::nullopt;
  auto ref = percent_decode(std::string_view(reference).substr(self.size()));
  return ref ? *ref : reference;
}

// The specification's own citations of 1.7 name a formula and its workflow alike. Whoever refers to
// the one may mean the other, which is no contradiction.
bool is_formula_with_workflow(const std::string& first, const std::string& second) {
  const auto formula = [](const std::string& pointer) {
    constexpr std::string_view kHead = "/formulation/";
    const auto end = pointer.find('/', kHead.size());
    return pointer.starts_with(kHead) && end != std::string::npos ? pointer.substr(0, end + 1)
                                                                  : std::string();
  };
  const auto& place = formula(first);
  if (place.empty() || formula(second) != place) return false;
  const auto is_own = [&](const std::string& pointer) { return pointer == place + "bom-ref"; };
  const auto is_workflow = [&](const std::string& pointer) {
    const auto list = place + "workflows/";
    return pointer.starts_with(list) && pointer.find('/', list.size()) == pointer.rfind('/') &&
           pointer.ends_with("/bom-ref");
  };
  return (is_own(first) && is_workflow(second)) || (is_workflow(first) && is_own(second));
}

}  // namespace

void lint_references(const Json& bom, Findings& out) {
  std::map<std::string, std::string, std::less<>> known;  // bom-ref → first pointer
  walk(bom, [&](const Spot& spot) {
    if (spot.key != "bom-ref" || !spot.value.is_string()) return;
    auto [first, is_new] = known.emplace(text(spot.value), spot.pointer);
    if (is_new) return;
    auto message = "bom-ref " + printable(first->first, 100) + " is already at " +
                   printable(first->second, 200);
    if (is_formula_with_workflow(first->second, spot.pointer)) {
      out.warning("duplicate-bom-ref", spot.pointer, std::move(message));
    } else {
      out.error("duplicate-bom-ref", spot.pointer, std::move(message));
    }
  });
  walk(bom, [&](const Spot& spot) {
    bool is_link = spot.key == "url" && text(spot.value).starts_with("urn:cdx:");
    if (!is_reference(spot) && !is_link) return;
    auto ref = local_ref(bom, text(spot.value));
    if (ref && !known.contains(*ref)) {
      out.error("dangling-ref", spot.pointer,
                "no element has the bom-ref " + printable(text(spot.value), 100));
    }
  });
}

}  // namespace mpk::aibom
