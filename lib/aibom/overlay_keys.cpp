// The keys of aibom.yaml, and where each stands in CycloneDX 1.6 and 1.7 alike.
#include "aibom/overlay_keys.hpp"

#include <array>

namespace mpk::aibom {
namespace {

constexpr auto kKeys = std::to_array<OverlayKey>({
    {"version", Form::text, "/version", "The model"},
    {"description", Form::text, "/description"},
    {"task", Form::text, "/modelCard/modelParameters/task"},
    {"approach", Form::text, "/modelCard/modelParameters/approach/type"},
    {"architecture", Form::text, "/modelCard/modelParameters/modelArchitecture"},
    {"parameters", Form::property, "cdx:ai-ml:model:parameter:count"},
    {"contextLength", Form::property, "cdx:ai-ml:model:hyperparameter:context_length"},
    {"inputs", Form::special, "@/modelCard/modelParameters/inputs/*/format"},
    {"outputs", Form::special, "@/modelCard/modelParameters/outputs/*/format"},
    {"releaseDate", Form::special, "@/releaseNotes/timestamp"},
    {"license", Form::special,
     "@/licenses/*/license[acknowledgement=concluded]/id | "
     "@/licenses/*/license[acknowledgement=concluded]/name"},
    {"supplier", Form::special, "@/supplier/name", "People"},
    {"manufacturer", Form::special, "@/manufacturer/name"},
    {"authors", Form::special, "/metadata/authors/*/name"},
    {"intendedUse", Form::words, "useCases", "Use and limits"},
    {"users", Form::words, "users"},
    {"outOfScopeUse", Form::special, "@/modelCard/properties/*[name=mpk:out-of-scope-use]/value"},
    {"limitations", Form::words, "technicalLimitations"},
    {"ethicalConsiderations", Form::special,
     "@/modelCard/considerations/ethicalConsiderations/*/name"},
    {"fairness", Form::special, "@/modelCard/considerations/fairnessAssessments/*/groupAtRisk"},
    {"energy", Form::special,
     "@/modelCard/considerations/environmentalConsiderations/energyConsumptions/*/activity"},
    {"datasets", Form::special, "/components/*[type=data]/name", "Data"},
    {"website", Form::link, "website", "Links"},
    {"documentation", Form::link, "documentation"},
    {"sourceCode", Form::link, "vcs"},
    {"download", Form::link, "distribution"},
    {"downloadSha512", Form::special,
     "@/externalReferences/*[type=distribution]/hashes/*[alg=SHA-512]/content"},
    {"support", Form::link, "support"},
    {"securityContact", Form::link, "security-contact"},
    {"securityTxt", Form::link, "rfc-9116"},
    {"advisories", Form::link, "advisories"},
    {"acceptableUsePolicy", Form::link, "other"},
    {"riskAssessment", Form::link, "risk-assessment"},
    {"adversarialTestReport", Form::link, "pentest-report"},
    {"evaluationReport", Form::link, "quality-metrics"},
    {"operationalMetrics", Form::link, "quality-metrics"},
    {"standards", Form::property, "mpk:standards", "In words"},
    {"domain", Form::property, "mpk:domain"},
    {"dataFlow", Form::property, "mpk:data-flow"},
    {"dataUsage", Form::property, "mpk:data-usage"},
    {"autonomy", Form::property, "mpk:autonomy"},
    {"explainability", Form::property, "mpk:explainability"},
    {"trainingMethod", Form::property, "mpk:training-method"},
    {"trainingCompute", Form::property, "mpk:training-compute"},
    {"trainingTime", Form::property, "mpk:training-time"},
    {"dataPreprocessing", Form::property, "mpk:data-preprocessing"},
    {"sensitivePersonalInformation", Form::property, "mpk:sensitive-personal-information"},
    {"decisionThreshold", Form::property, "mpk:decision-threshold"},
    {"integration", Form::property, "mpk:integration"},
    {"hardware", Form::property, "mpk:hardware"},
    {"software", Form::property, "mpk:software"},
    {"distribution", Form::property, "mpk:distribution"},
    {"systemArchitecture", Form::property, "mpk:system-architecture"},
    {"securityControls", Form::property, "mpk:security-controls"},
    {"executable", Form::trait, "bsi:component:executable", "BSI TR-03183-2"},
    {"archive", Form::trait, "bsi:component:archive"},
    {"structured", Form::trait, "bsi:component:structured"},
});

}  // namespace

std::span<const OverlayKey> overlay_keys() { return kKeys; }

std::string told_where(const OverlayKey& key) {
  std::string place(key.place);
  switch (key.form) {
    case Form::text:
      return "@" + place;
    case Form::words:
      return "@/modelCard/considerations/" + place + "/*";
    case Form::link:
      if (key.place == "other")
        return "@/externalReferences/*[comment=" + std::string(kAcceptableUse) + "]/url";
      return "@/externalReferences/*[type=" + place + "]/url";
    case Form::property:
      return "@/modelCard/properties/*[name=" + place + "]/value";
    case Form::trait:
      return "@/properties/*[name=" + place + "]/value";
    case Form::special:
      break;
  }
  return place;
}

}  // namespace mpk::aibom
