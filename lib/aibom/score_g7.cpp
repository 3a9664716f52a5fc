// G7 "SBOM for AI: minimum elements" (2026-05-12): 50 elements in seven clusters.
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
     .evident = true},
    {.group = "MD",
     .id = "MD-03",
     .name = "Data format name",
     .where = "/bomFormat",
     .line = "",
     .evident = true},
    {.group = "MD",
     .id = "MD-04",
     .name = "Data format version",
     .where = "/specVersion",
     .line = "",
     .evident = true},
    {.group = "MD", .id = "MD-05", .name = "Author signature", .where = "/signature", .line = ""},
    {.group = "MD",
     .id = "MD-06",
     .name = "Tool name",
     .where = "/metadata/tools/components/*/name | /metadata/tools/*/name",
     .line = ""},
    {.group = "MD",
     .id = "MD-07",
     .name = "Tool version",
     .where = "/metadata/tools/components/*/version | /metadata/tools/*/version",
     .line = ""},
    {.group = "MD",
     .id = "MD-08",
     .name = "Generation context",
     .where = "/metadata/lifecycles/*/phase",
     .line = ""},
    {.group = "MD", .id = "MD-09", .name = "Timestamp", .where = "/metadata/timestamp", .line = ""},
    {.group = "MD",
     .id = "MD-10",
     .name = "Dependency relationship",
     .where = "/dependencies/*/dependsOn",
     .line = ""},
    {.group = "SLP", .id = "SLP-01", .name = "System name", .where = "@/name", .line = ""},
    {.group = "SLP",
     .id = "SLP-02",
     .name = "System components",
     .where = "@/components | /components",
     .line = ""},
    {.group = "SLP",
     .id = "SLP-03",
     .name = "System producer",
     .where = "@/manufacturer/name | @/supplier/name | @/authors/*/name | @/publisher",
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
     .name = "Data flow",
     .where = "/services/*/data/*/flow",
     .line = ""},
    {.group = "SLP",
     .id = "SLP-07",
     .name = "Data usage",
     .where = "/components/*[type=data]/data/*/governance | "
              "@/modelCard/modelParameters/datasets/*/governance",
     .line = "datasets: [{name: …, owner: …}]"},
    {.group = "SLP",
     .id = "SLP-08",
     .name = "Input and output properties",
     .where = "@/modelCard/modelParameters/inputs/*/format",
     .line = ""},
    {.group = "SLP",
     .id = "SLP-09",
     .name = "Application area",
     .where = "@/modelCard/properties/*[name=mpk:domain]/value | "
              "/metadata/properties/*[name=domain]/value | "
              "/metadata/properties/*[name=spdx:domain]/value | @/properties/*[name=domain]/value "
              "| @/modelCard/properties/*[name=genai:aibom:modelcard:domain]/value | "
              "@/modelCard/considerations/useCases",
     .line = "intendedUse: [ … ]"},
    {.group = "MDL", .id = "MDL-01", .name = "Model name", .where = "@/name", .line = ""},
    {.group = "MDL",
     .id = "MDL-02",
     .name = "Model identifier",
     .where = "@/purl | @/swhid | @/omniborId | @/cpe",
     .line = ""},
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
     .where = "@/manufacturer/name | @/supplier/name | @/authors/*/name | @/publisher",
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
     .line = ""},
    {.group = "MDL",
     .id = "MDL-08",
     .name = "Model hash algorithm",
     .where = "@/hashes/*/alg",
     .line = ""},
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
     .name = "Model input and output",
     .where = "@/modelCard/modelParameters/outputs/*/format | "
              "@/modelCard/modelParameters/inputs/*/format",
     .line = ""},
    {.group = "MDL",
     .id = "MDL-11",
     .name = "Training properties",
     .where = "@/modelCard/properties/*[name=mpk:training-method]/value | "
              "/metadata/properties/*[name=informationAboutTraining]/value | "
              "/metadata/properties/*[name=spdx:informationAboutTraining]/value | "
              "@/properties/*[name=informationAboutTraining]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:informationAboutTraining]/value "
              "| @/modelCard/modelParameters/approach/type | /formulation/*/workflows",
     .line = "trainingMethod: …"},
    {.group = "MDL", .id = "MDL-12", .name = "Model licence", .where = "@/licenses", .line = ""},
    {.group = "MDL",
     .id = "MDL-13",
     .name = "External references",
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
              "/components/+[type=data]/data/+/description | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/description",
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
     .name = "Dataset statistics",
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
     .name = "Dataset dependency",
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
     .name = "Software",
     .where = "/components/*[type=framework]/name | /components/*[type=library]/name | "
              "@/properties/*[name=mpk:library]/value | "
              "@/modelCard/properties/*[name=mpk:software]/value",
     .line = "software: …"},
    {.group = "INF",
     .id = "INF-02",
     .name = "Hardware",
     .where = "/components/*[type=device]/name | @/modelCard/properties/*[name=mpk:hardware]/value",
     .line = "hardware: …"},
    {.group = "SP",
     .id = "SP-01",
     .name = "Security controls",
     .where = "/declarations/claims | @/modelCard/properties/*[name=mpk:security-controls]/value",
     .line = "securityControls: …"},
    {.group = "SP",
     .id = "SP-02",
     .name = "Compliance",
     .where = "/definitions/standards/*/name | @/modelCard/properties/*[name=mpk:standards]/value "
              "| /metadata/properties/*[name=standardCompliance]/value | "
              "/metadata/properties/*[name=spdx:standardCompliance]/value | "
              "@/properties/*[name=standardCompliance]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:standardCompliance]/value",
     .line = "standards: …"},
    {.group = "SP",
     .id = "SP-03",
     .name = "Security policy information",
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
     .name = "Operational performance indicators",
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
