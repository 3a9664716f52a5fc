// Regulation (EU) 2024/1689 (AI Act), Annexes XI and XII: documentation of general-purpose models.
#include "aibom/score_profiles.hpp"

#include <array>

namespace mpk::aibom {
namespace {

constexpr auto kGroups = std::to_array<Group>({{"elements", 0}});

constexpr auto kAnnexXi = std::to_array<Element>({
    {.group = "elements",
     .id = "1.1.a-tasks",
     .name = "Tasks the model is intended to perform, and systems it can be integrated in",
     .where = "@/modelCard/considerations/useCases | @/modelCard/modelParameters/task",
     .line = "intendedUse: [ … ]"},
    {.group = "elements",
     .id = "1.1.b-acceptable-use",
     .name = "Acceptable use policies",
     .where = "@/externalReferences/*[comment=acceptable use policy]/url",
     .line = "acceptableUsePolicy: https://…"},
    {.group = "elements",
     .id = "1.1.c-release",
     .name = "Date of release",
     .where = "@/releaseNotes/timestamp",
     .line = "releaseDate: 2026-01-31"},
    {.group = "elements",
     .id = "1.1.c-distribution",
     .name = "Methods of distribution",
     .where = "@/modelCard/properties/*[name=mpk:distribution]/value | "
              "@/externalReferences/*[type=distribution]/url",
     .line = "distribution: …"},
    {.group = "elements",
     .id = "1.1.d-architecture",
     .name = "Architecture",
     .where = "@/modelCard/modelParameters/modelArchitecture | "
              "@/modelCard/modelParameters/architectureFamily",
     .line = "architecture: …"},
    {.group = "elements",
     .id = "1.1.d-parameters",
     .name = "Number of parameters",
     .where = "@/modelCard/properties/*[name=cdx:ai-ml:model:parameter:count]/value | "
              "@/properties/*[name=mpk:parameters]/value",
     .line = "parameters: …"},
    {.group = "elements",
     .id = "1.1.e-input",
     .name = "Modality and format of inputs",
     .where = "@/modelCard/modelParameters/inputs/*/format",
     .line = "inputs: [text]"},
    {.group = "elements",
     .id = "1.1.e-output",
     .name = "Modality and format of outputs",
     .where = "@/modelCard/modelParameters/outputs/*/format",
     .line = "outputs: [text]"},
    {.group = "elements",
     .id = "1.1.f-licence",
     .name = "Licence",
     .where = "@/licenses",
     .line = "license: Apache-2.0"},
    {.group = "elements",
     .id = "1.2.a-integration",
     .name = "Technical means for integration",
     .where =
         "@/modelCard/properties/*[name=mpk:integration]/value | "
         "/metadata/properties/*[name=informationAboutApplication]/value | "
         "/metadata/properties/*[name=spdx:informationAboutApplication]/value | "
         "@/properties/*[name=informationAboutApplication]/value | "
         "@/modelCard/properties/*[name=genai:aibom:modelcard:informationAboutApplication]/value",
     .line = "integration: …"},
    {.group = "elements",
     .id = "1.2.b-design",
     .name = "Design specifications and training process",
     .where = "@/modelCard/properties/*[name=mpk:training-method]/value | "
              "/metadata/properties/*[name=informationAboutTraining]/value | "
              "/metadata/properties/*[name=spdx:informationAboutTraining]/value | "
              "@/properties/*[name=informationAboutTraining]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:informationAboutTraining]/value",
     .line = "trainingMethod: …"},
    {.group = "elements",
     .id = "1.2.c-data",
     .name = "Data used for training, testing and validation",
     .where = "@/modelCard/modelParameters/datasets",
     .line = "datasets: [{name: …}]"},
    {.group = "elements",
     .id = "1.2.c-provenance",
     .name = "Provenance of the data",
     .where = "/components/+[type=data]/data/+/governance | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/governance | "
              "/components/+[type=data]/data/+/contents/url | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/contents/url",
     .line = "datasets: [{name: …, owner: …}]"},
    {.group = "elements",
     .id = "1.2.c-curation",
     .name = "Curation methodologies",
     .where = "@/modelCard/properties/*[name=mpk:data-preprocessing]/value | "
              "/metadata/properties/*[name=modelDataPreprocessing]/value | "
              "/metadata/properties/*[name=spdx:modelDataPreprocessing]/value | "
              "@/properties/*[name=modelDataPreprocessing]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:modelDataPreprocessing]/value",
     .line = "dataPreprocessing: …"},
    {.group = "elements",
     .id = "1.2.c-size",
     .name = "Number of data points, scope and main characteristics",
     .where = "/components/+[type=data]/data/+/contents/properties | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/contents/properties",
     .line = "datasets: [{name: …, statistics: …}]"},
    {.group = "elements",
     .id = "1.2.c-bias",
     .name = "Measures to detect biases",
     .where = "@/modelCard/considerations/fairnessAssessments/*/mitigationStrategy | "
              "@/modelCard/considerations/ethicalConsiderations/*/name",
     .line = "fairness: [{groupAtRisk: …, harms: …, mitigation: …}]"},
    {.group = "elements",
     .id = "1.2.d-compute",
     .name = "Computational resources used to train (FLOPs)",
     .where = "@/modelCard/properties/*[name=mpk:training-compute]/value",
     .line = "trainingCompute: …"},
    {.group = "elements",
     .id = "1.2.d-time",
     .name = "Training time",
     .where = "@/modelCard/properties/*[name=mpk:training-time]/value",
     .line = "trainingTime: …"},
    {.group = "elements",
     .id = "1.2.e-energy",
     .name = "Known or estimated energy consumption",
     .where = "@/modelCard/considerations/environmentalConsiderations/energyConsumptions/*/"
              "activityEnergyCost/value",
     .line = "energy: [{activity: training, kWh: …}]"},
    {.group = "elements",
     .id = "2.1-evaluation",
     .name = "Evaluation strategies and results (systemic risk)",
     .where = "@/modelCard/quantitativeAnalysis/performanceMetrics/*/value | "
              "@/externalReferences/*[type=quality-metrics]/url",
     .line = "evaluationReport: https://…"},
    {.group = "elements",
     .id = "2.2-adversarial",
     .name = "Adversarial testing (systemic risk)",
     .where = "@/externalReferences/*[type=pentest-report]/url | "
              "@/externalReferences/*[type=adversary-model]/url",
     .line = "adversarialTestReport: https://…"},
    {.group = "elements",
     .id = "2.3-system",
     .name = "System architecture (systemic risk)",
     .where = "@/modelCard/properties/*[name=mpk:system-architecture]/value",
     .line = "systemArchitecture: …"},
});

constexpr auto kAnnexXii = std::to_array<Element>({
    {.group = "elements",
     .id = "1.a-tasks",
     .name = "Tasks the model is intended to perform, and systems it can be integrated in",
     .where = "@/modelCard/considerations/useCases | @/modelCard/modelParameters/task",
     .line = "intendedUse: [ … ]"},
    {.group = "elements",
     .id = "1.b-acceptable-use",
     .name = "Acceptable use policies",
     .where = "@/externalReferences/*[comment=acceptable use policy]/url",
     .line = "acceptableUsePolicy: https://…"},
    {.group = "elements",
     .id = "1.c-release",
     .name = "Date of release",
     .where = "@/releaseNotes/timestamp",
     .line = "releaseDate: 2026-01-31"},
    {.group = "elements",
     .id = "1.c-distribution",
     .name = "Methods of distribution",
     .where = "@/modelCard/properties/*[name=mpk:distribution]/value | "
              "@/externalReferences/*[type=distribution]/url",
     .line = "distribution: …"},
    {.group = "elements",
     .id = "1.d-interaction",
     .name = "Interaction with hardware or software that is not part of the model",
     .where = "@/modelCard/properties/*[name=mpk:hardware]/value",
     .line = "hardware: …"},
    {.group = "elements",
     .id = "1.e-software",
     .name = "Versions of relevant software",
     .where = "@/modelCard/properties/*[name=mpk:software]/value",
     .line = "software: …"},
    {.group = "elements",
     .id = "1.f-architecture",
     .name = "Architecture",
     .where = "@/modelCard/modelParameters/modelArchitecture | "
              "@/modelCard/modelParameters/architectureFamily",
     .line = "architecture: …"},
    {.group = "elements",
     .id = "1.f-parameters",
     .name = "Number of parameters",
     .where = "@/modelCard/properties/*[name=cdx:ai-ml:model:parameter:count]/value | "
              "@/properties/*[name=mpk:parameters]/value",
     .line = "parameters: …"},
    {.group = "elements",
     .id = "1.g-input",
     .name = "Modality and format of inputs",
     .where = "@/modelCard/modelParameters/inputs/*/format",
     .line = "inputs: [text]"},
    {.group = "elements",
     .id = "1.g-output",
     .name = "Modality and format of outputs",
     .where = "@/modelCard/modelParameters/outputs/*/format",
     .line = "outputs: [text]"},
    {.group = "elements",
     .id = "1.h-licence",
     .name = "Licence",
     .where = "@/licenses",
     .line = "license: Apache-2.0"},
    {.group = "elements",
     .id = "2.a-integration",
     .name = "Technical means for integration",
     .where =
         "@/modelCard/properties/*[name=mpk:integration]/value | "
         "/metadata/properties/*[name=informationAboutApplication]/value | "
         "/metadata/properties/*[name=spdx:informationAboutApplication]/value | "
         "@/properties/*[name=informationAboutApplication]/value | "
         "@/modelCard/properties/*[name=genai:aibom:modelcard:informationAboutApplication]/value",
     .line = "integration: …"},
    {.group = "elements",
     .id = "2.b-maximum",
     .name = "Maximum size of inputs and outputs",
     .where =
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:context_length]/value | "
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:max_position_embeddings]/"
         "value | @/modelCard/properties/*[name=genai:aibom:modelcard:context_length]/value",
     .line = "contextLength: …"},
    {.group = "elements",
     .id = "2.c-data",
     .name = "Data used for training, testing and validation",
     .where = "@/modelCard/modelParameters/datasets",
     .line = "datasets: [{name: …}]"},
    {.group = "elements",
     .id = "2.c-provenance",
     .name = "Provenance of the data",
     .where = "/components/+[type=data]/data/+/governance | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/governance | "
              "/components/+[type=data]/data/+/contents/url | "
              "@/modelCard/modelParameters/datasets/+[type=dataset]/contents/url",
     .line = "datasets: [{name: …, owner: …}]"},
    {.group = "elements",
     .id = "2.c-curation",
     .name = "Curation methodologies",
     .where = "@/modelCard/properties/*[name=mpk:data-preprocessing]/value | "
              "/metadata/properties/*[name=modelDataPreprocessing]/value | "
              "/metadata/properties/*[name=spdx:modelDataPreprocessing]/value | "
              "@/properties/*[name=modelDataPreprocessing]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:modelDataPreprocessing]/value",
     .line = "dataPreprocessing: …"},
});

}  // namespace

Profile eu_xi_profile() {
  return {.name = "eu-xi",
          .title = "EU AI Act, Annex XI (authorities)",
          .groups = kGroups,
          .elements = kAnnexXi};
}

Profile eu_xii_profile() {
  return {.name = "eu-xii",
          .title = "EU AI Act, Annex XII (downstream providers)",
          .groups = kGroups,
          .elements = kAnnexXii};
}

}  // namespace mpk::aibom
