// G7 "SBOM for AI: minimum elements" (2026-05-12): 50 elements in seven clusters.
#include "aibom/score_places.hpp"
#include "aibom/score_profiles.hpp"

#include <array>

namespace mpk::aibom {
namespace {

constexpr auto kGroups = std::to_array<Group>(
    {{"MD", 0}, {"SLP", 0}, {"MDL", 0}, {"DP", 0}, {"INF", 0}, {"SP", 0}, {"KPI", 0}});

constexpr auto kElements = std::to_array<Element>({
    {.group = "MD",
     .id = "MD-01",
     .name = "SBOM author",
     .where = "/metadata/authors/*/name | /metadata/manufacturer/name",
     .line = "authors: [{name: …, email: …}]"},
    {.group = "MD",
     .id = "MD-02",
     .name = "SBOM version",
     .where = "/version",
     .line = "",
     .command = "mpk aibom create writes it",
     .evident = true},
    {.group = "MD",
     .id = "MD-03",
     .name = "SBOM data format name",
     .where = "/bomFormat",
     .line = "",
     .command = "mpk aibom create writes it",
     .evident = true},
    {.group = "MD",
     .id = "MD-04",
     .name = "SBOM data format version",
     .where = "/specVersion",
     .line = "",
     .command = "mpk aibom create writes it",
     .evident = true},
    {.group = "MD",
     .id = "MD-05",
     .name = "SBOM author signature",
     .where = "/signature",
     .line = "",
     .command =
         "mpk attest REF --type cyclonedx --predicate FILE signs it; then: mpk aibom score REF"},
    {.group = "MD",
     .id = "MD-06",
     .name = "SBOM tool name",
     .where = "/metadata/tools/components/*/name | /metadata/tools/*/name",
     .line = "",
     .command = "mpk aibom create writes it"},
    {.group = "MD",
     .id = "MD-07",
     .name = "SBOM tool version",
     .where = "/metadata/tools/components/*/version | /metadata/tools/*/version",
     .line = "",
     .command = "mpk aibom create writes it"},
    {.group = "MD",
     .id = "MD-08",
     .name = "SBOM generation context",
     .where = "/metadata/lifecycles/*/phase",
     .line = "",
     .command = "mpk aibom create writes it"},
    {.group = "MD",
     .id = "MD-09",
     .name = "SBOM timestamp",
     .where = "/metadata/timestamp",
     .line = "",
     .command = "mpk aibom create … --created 2026-01-31T12:00:00Z"},
    {.group = "MD",
     .id = "MD-10",
     .name = "SBOM dependency relationship",
     .where = "/dependencies/*/dependsOn",
     .line = "",
     .command = "mpk aibom create writes it"},
    {.group = "SLP",
     .id = "SLP-01",
     .name = "System name",
     .where = "@/name",
     .line = "",
     .command = "in README.md: model_name: …"},
    {.group = "SLP",
     .id = "SLP-02",
     .name = "System components",
     .where = "@/components | /components",
     .line = "",
     .command = "mpk aibom create writes it"},
    {.group = "SLP",
     .id = "SLP-03",
     .name = "System producer",
     .where = places::kProducer,
     .line = "manufacturer: {name: …, url: https://…}"},
    {.group = "SLP",
     .id = "SLP-04",
     .name = "System version",
     .where = "@/version",
     .line = "version: …"},
    {.group = "SLP",
     .id = "SLP-05",
     .name = "System timestamp",
     .where = "@/releaseNotes/timestamp",
     .line = "releaseDate: 2026-01-31"},
    {.group = "SLP",
     .id = "SLP-06",
     .name = "System data flow",
     .where = "@/modelCard/properties/*[name=mpk:data-flow]/value | /services/*/data/*/flow",
     .line = "dataFlow: …"},
    {.group = "SLP",
     .id = "SLP-07",
     .name = "System data usage",
     .where = "@/modelCard/properties/*[name=mpk:data-usage]/value | "
              "/components/*[type=data]/data/*/governance | "
              "@/modelCard/modelParameters/datasets/*/governance",
     .line = "dataUsage: …"},
    {.group = "SLP",
     .id = "SLP-08",
     .name = "System input/output properties",
     .where = "@/modelCard/modelParameters/inputs/*/format",
     .line = "inputs: [text]"},
    {.group = "SLP",
     .id = "SLP-09",
     .name = "Intended application area",
     .where = "@/modelCard/properties/*[name=mpk:domain]/value | "
              "/metadata/properties/*[name=domain]/value | "
              "/metadata/properties/*[name=spdx:domain]/value | @/properties/*[name=domain]/value "
              "| @/modelCard/properties/*[name=genai:aibom:modelcard:domain]/value | "
              "@/modelCard/considerations/useCases",
     .line = "intendedUse: [ … ]"},
    {.group = "MDL",
     .id = "MDL-01",
     .name = "Model name",
     .where = "@/name",
     .line = "",
     .command = "in README.md: model_name: …"},
    {.group = "MDL",
     .id = "MDL-02",
     .name = "Model identifier",
     .where = "@/purl | @/swhid | @/omniborId | @/cpe",
     .line = "",
     .command = "mpk aibom create REF, of an artifact in a registry"},
    {.group = "MDL",
     .id = "MDL-03",
     .name = "Model version",
     .where = "@/version",
     .line = "version: …"},
    {.group = "MDL",
     .id = "MDL-04",
     .name = "Model timestamp",
     .where = "@/releaseNotes/timestamp",
     .line = "releaseDate: 2026-01-31"},
    {.group = "MDL",
     .id = "MDL-05",
     .name = "Model producer",
     .where = places::kProducer,
     .line = "manufacturer: {name: …, url: https://…}"},
    {.group = "MDL",
     .id = "MDL-06",
     .name = "Model description",
     .where = "@/description",
     .line = "description: …"},
    {.group = "MDL",
     .id = "MDL-07",
     .name = "Model hash value",
     .where = "@/hashes/*/content",
     .line = "",
     .command = "mpk aibom create writes it"},
    {.group = "MDL",
     .id = "MDL-08",
     .name = "Model hash algorithm",
     .where = "@/hashes/*/alg",
     .line = "",
     .command = "mpk aibom create writes it"},
    {.group = "MDL",
     .id = "MDL-09",
     .name = "Model properties",
     .where = "@/modelCard/properties/*[name=mpk:explainability]/value | "
              "/metadata/properties/*[name=modelExplainability]/value | "
              "/metadata/properties/*[name=spdx:modelExplainability]/value | "
              "@/properties/*[name=modelExplainability]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:modelExplainability]/value | "
              "@/modelCard/properties/*[name=mpk:autonomy]/value | "
              "/metadata/properties/*[name=autonomyType]/value | "
              "/metadata/properties/*[name=spdx:autonomyType]/value | "
              "@/properties/*[name=autonomyType]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:autonomyType]/value | "
              "@/modelCard/considerations/environmentalConsiderations/energyConsumptions/*/"
              "activityEnergyCost/value | @/modelCard/modelParameters/modelArchitecture | "
              "@/modelCard/modelParameters/architectureFamily",
     .line = "explainability: …"},
    {.group = "MDL",
     .id = "MDL-10",
     .name = "Model input/output properties",
     .where = "@/modelCard/modelParameters/outputs/*/format | "
              "@/modelCard/modelParameters/inputs/*/format",
     .line = "outputs: [text]"},
    {.group = "MDL",
     .id = "MDL-11",
     .name = "Model training properties",
     .where = "@/modelCard/properties/*[name=mpk:training-method]/value | "
              "/metadata/properties/*[name=informationAboutTraining]/value | "
              "/metadata/properties/*[name=spdx:informationAboutTraining]/value | "
              "@/properties/*[name=informationAboutTraining]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:informationAboutTraining]/value "
              "| @/modelCard/modelParameters/approach/type | /formulation/*/workflows",
     .line = "trainingMethod: …"},
    {.group = "MDL",
     .id = "MDL-12",
     .name = "Model licence",
     .where = "@/licenses",
     .line = "license: Apache-2.0"},
    {.group = "MDL",
     .id = "MDL-13",
     .name = "Model external references",
     .where = "@/externalReferences",
     .line = "website: https://…"},
    {.group = "DP",
     .id = "DP-01",
     .name = "Dataset name",
     .where = "/components/+[type=data]/name | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/name",
     .line = "datasets: [{name: …}]"},
    {.group = "DP",
     .id = "DP-02",
     .name = "Dataset description",
     .where = "/components/+[type=data]/description | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/description | "
              "/components/+[type=data]/data/+/description",
     .line = "datasets: [{name: …, description: …}]"},
    {.group = "DP",
     .id = "DP-03",
     .name = "Dataset content",
     .where = "/components/+[type=data]/data/+/contents/url | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/contents/url",
     .line = "datasets: [{name: …, url: https://…}]"},
    {.group = "DP",
     .id = "DP-04",
     .name = "Dataset identifier",
     .where = "/components/+[type=data]/purl | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/purl | "
              "/components/+[type=data]/version | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/version",
     .line = "datasets: [{name: …, version: …}]"},
    {.group = "DP",
     .id = "DP-05",
     .name = "Dataset hash",
     .where = "/components/+[type=data]/hashes | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/hashes",
     .line = "datasets: [{name: …, sha256: …}]"},
    {.group = "DP",
     .id = "DP-06",
     .name = "Dataset provenance",
     .where = "/components/+[type=data]/data/+/governance | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/governance | "
              "/components/+[type=data]/pedigree | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/pedigree",
     .line = "datasets: [{name: …, owner: …}]"},
    {.group = "DP",
     .id = "DP-07",
     .name = "Dataset statistical properties",
     .where = "/components/+[type=data]/data/+/contents/properties | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/contents/properties | "
              "/components/+[type=data]/data/+/graphics | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/graphics",
     .line = "datasets: [{name: …, statistics: …}]"},
    {.group = "DP",
     .id = "DP-08",
     .name = "Dataset sensitivity",
     .where = "/components/+[type=data]/data/+/sensitiveData | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/sensitiveData | "
              "/components/+[type=data]/data/+/classification | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/classification",
     .line = "datasets: [{name: …, sensitiveData: [ … ]}]"},
    {.group = "DP",
     .id = "DP-09",
     .name = "Dataset dependency relationship",
     .where = "@/modelCard/modelParameters/datasets/*/ref",
     .line = "datasets: [{name: …}]"},
    {.group = "DP",
     .id = "DP-10",
     .name = "Dataset licence",
     .where = "/components/+[type=data]/licenses | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/licenses",
     .line = "datasets: [{name: …, license: …}]"},
    {.group = "INF",
     .id = "INF-01",
     .name = "Infrastructure software",
     .where = "/components/*[type=framework]/name | /components/*[type=library]/name | "
              "@/properties/*[name=mpk:library]/value | "
              "@/modelCard/properties/*[name=mpk:software]/value",
     .line = "software: …"},
    {.group = "INF",
     .id = "INF-02",
     .name = "Infrastructure hardware",
     .where = "/components/*[type=device]/name | @/modelCard/properties/*[name=mpk:hardware]/value",
     .line = "hardware: …"},
    {.group = "SP",
     .id = "SP-01",
     .name = "Security controls",
     .where = "/declarations/claims | @/modelCard/properties/*[name=mpk:security-controls]/value",
     .line = "securityControls: …"},
    {.group = "SP",
     .id = "SP-02",
     .name = "Security compliance",
     .where = "/definitions/standards/*/name | @/modelCard/properties/*[name=mpk:standards]/value "
              "| /metadata/properties/*[name=standardCompliance]/value | "
              "/metadata/properties/*[name=spdx:standardCompliance]/value | "
              "@/properties/*[name=standardCompliance]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:standardCompliance]/value",
     .line = "standards: …"},
    {.group = "SP",
     .id = "SP-03",
     .name = "Cybersecurity policy information",
     .where = "@/externalReferences/*[type=rfc-9116]/url | "
              "@/externalReferences/*[type=security-contact]/url",
     .line = "securityTxt: https://…/.well-known/security.txt"},
    {.group = "SP",
     .id = "SP-04",
     .name = "Vulnerability referencing",
     .where = "@/externalReferences/*[type=advisories]/url | "
              "@/externalReferences/*[type=exploitability-statement]/url | "
              "@/externalReferences/*[type=vulnerability-assertion]/url",
     .line = "advisories: https://…"},
    {.group = "KPI",
     .id = "KPI-01",
     .name = "Security metrics",
     .where = "@/modelCard/quantitativeAnalysis/performanceMetrics/*[slice^=security]/value | "
              "@/externalReferences/*[type=pentest-report]/url",
     .line = "adversarialTestReport: https://…"},
    {.group = "KPI",
     .id = "KPI-02",
     .name = "Operational performance KPIs",
     .where = "@/externalReferences/*[type=quality-metrics]/url | "
              "@/modelCard/quantitativeAnalysis/performanceMetrics/*/value",
     .line = "evaluationReport: https://…"},
});

}  // namespace

Profile g7_profile() {
  return {.name = "g7",
          .title = "G7 SBOM for AI, minimum elements (2026-05-12)",
          .groups = kGroups,
          .elements = kElements};
}

}  // namespace mpk::aibom
