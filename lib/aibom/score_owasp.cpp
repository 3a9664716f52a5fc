// OWASP aibom-generator: its registry of fields, their categories, points and tiers. Its own places
// in a document, the spec's and mpk's are alternatives.
#include "aibom/score_places.hpp"
#include "aibom/score_profiles.hpp"

#include <array>

namespace mpk::aibom {
namespace {

constexpr auto kGroups = std::to_array<Group>({{"required_fields", 20},
                                               {"metadata", 20},
                                               {"component_basic", 20},
                                               {"component_model_card", 30},
                                               {"external_references", 10}});

constexpr auto kElements = std::to_array<Element>({
    {.group = "required_fields",
     .id = "bomFormat",
     .name = "bomFormat",
     .where = "/bomFormat",
     .line = "",
     .command = "mpk aibom create writes it",
     .weight = Weight::critical,
     .evident = true},
    {.group = "required_fields",
     .id = "specVersion",
     .name = "specVersion",
     .where = "/specVersion",
     .line = "",
     .command = "mpk aibom create writes it",
     .weight = Weight::critical,
     .evident = true},
    {.group = "required_fields",
     .id = "serialNumber",
     .name = "serialNumber",
     .where = "/serialNumber",
     .line = "",
     .command = "mpk aibom create writes it",
     .weight = Weight::critical,
     .evident = true},
    {.group = "required_fields",
     .id = "version",
     .name = "version",
     .where = "/version",
     .line = "",
     .command = "mpk aibom create writes it",
     .weight = Weight::critical,
     .evident = true},
    {.group = "metadata",
     .id = "primaryPurpose",
     .name = "primaryPurpose",
     .where = "@/modelCard/modelParameters/task",
     .line = "task: …",
     .weight = Weight::critical},
    {.group = "metadata",
     .id = "suppliedBy",
     .name = "suppliedBy",
     .where = places::kSupplier,
     .line = "supplier: {name: …, url: https://…}",
     .weight = Weight::critical},
    {.group = "metadata",
     .id = "standardCompliance",
     .name = "standardCompliance",
     .where = "@/modelCard/properties/*[name=mpk:standards]/value | "
              "/metadata/properties/*[name=standardCompliance]/value | "
              "/metadata/properties/*[name=spdx:standardCompliance]/value | "
              "@/properties/*[name=standardCompliance]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:standardCompliance]/value | "
              "/definitions/standards/*/name",
     .line = "standards: …",
     .weight = Weight::supplementary},
    {.group = "metadata",
     .id = "domain",
     .name = "domain",
     .where = "@/modelCard/properties/*[name=mpk:domain]/value | "
              "/metadata/properties/*[name=domain]/value | "
              "/metadata/properties/*[name=spdx:domain]/value | @/properties/*[name=domain]/value "
              "| @/modelCard/properties/*[name=genai:aibom:modelcard:domain]/value",
     .line = "domain: …",
     .weight = Weight::supplementary},
    {.group = "metadata",
     .id = "autonomyType",
     .name = "autonomyType",
     .where = "@/modelCard/properties/*[name=mpk:autonomy]/value | "
              "/metadata/properties/*[name=autonomyType]/value | "
              "/metadata/properties/*[name=spdx:autonomyType]/value | "
              "@/properties/*[name=autonomyType]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:autonomyType]/value",
     .line = "autonomy: …",
     .weight = Weight::supplementary},
    {.group = "component_basic",
     .id = "name",
     .name = "name",
     .where = "@/name",
     .line = "",
     .command = "in README.md: model_name: …",
     .weight = Weight::critical},
    {.group = "component_basic",
     .id = "type",
     .name = "type",
     .where = "@/type",
     .line = "",
     .command = "mpk aibom create writes it",
     .weight = Weight::critical},
    {.group = "component_basic",
     .id = "component_version",
     .name = "component_version",
     .where = "@/version",
     .line = "version: …",
     .weight = Weight::critical},
    {.group = "component_basic",
     .id = "purl",
     .name = "purl",
     .where = "@/purl",
     .line = "",
     .command = "mpk aibom create REF, of an artifact in a registry"},
    {.group = "component_basic",
     .id = "description",
     .name = "description",
     .where = "@/description",
     .line = "description: …"},
    {.group = "component_basic",
     .id = "licenses",
     .name = "licenses",
     .where = "@/licenses",
     .line = "license: Apache-2.0"},
    {.group = "component_basic",
     .id = "external_references",
     .name = "external_references",
     .where = "@/externalReferences",
     .line = "website: https://…",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "datasets",
     .name = "datasets",
     .where = "@/modelCard/modelParameters/datasets",
     .line = "datasets: [{name: …}]"},
    {.group = "component_model_card",
     .id = "ethicalConsiderations",
     .name = "ethicalConsiderations",
     .where = "@/modelCard/considerations/ethicalConsiderations/*/name",
     .line = "ethicalConsiderations: [{name: …, mitigation: …}]"},
    {.group = "component_model_card",
     .id = "energyConsumption",
     .name = "energyConsumption",
     .where = "@/modelCard/considerations/environmentalConsiderations/energyConsumptions/*/"
              "activityEnergyCost/value | @/modelCard/properties/*[name=mpk:energy]/value | "
              "/metadata/properties/*[name=energyConsumption]/value | "
              "/metadata/properties/*[name=spdx:energyConsumption]/value | "
              "@/properties/*[name=energyConsumption]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:energyConsumption]/value",
     .line = "energy: [{activity: training, kWh: …}]"},
    {.group = "component_model_card",
     .id = "hyperparameter",
     .name = "hyperparameter",
     .where = "@/modelCard/properties/*[name^=cdx:ai-ml:model:hyperparameter:]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:hyperparameter]/value",
     .line = "",
     .command = "mpk aibom create reads them from config.json or a GGUF header"},
    {.group = "component_model_card",
     .id = "technicalLimitations",
     .name = "technicalLimitations",
     .where = "@/modelCard/considerations/technicalLimitations",
     .line = "limitations: [ … ]"},
    {.group = "component_model_card",
     .id = "safetyRiskAssessment",
     .name = "safetyRiskAssessment",
     .where = "@/externalReferences/*[type=risk-assessment]/url | "
              "@/modelCard/properties/*[name=mpk:safety-risk-assessment]/value | "
              "/metadata/properties/*[name=safetyRiskAssessment]/value | "
              "/metadata/properties/*[name=spdx:safetyRiskAssessment]/value | "
              "@/properties/*[name=safetyRiskAssessment]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:safetyRiskAssessment]/value",
     .line = "riskAssessment: https://…"},
    {.group = "component_model_card",
     .id = "intendedUse",
     .name = "intendedUse",
     .where = "@/modelCard/considerations/useCases",
     .line = "intendedUse: [ … ]"},
    {.group = "component_model_card",
     .id = "typeOfModel",
     .name = "typeOfModel",
     .where = places::kArchitecture,
     .line = "architecture: …"},
    {.group = "component_model_card",
     .id = "modelExplainability",
     .name = "modelExplainability",
     .where = "@/modelCard/properties/*[name=mpk:explainability]/value | "
              "/metadata/properties/*[name=modelExplainability]/value | "
              "/metadata/properties/*[name=spdx:modelExplainability]/value | "
              "@/properties/*[name=modelExplainability]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:modelExplainability]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:modelCardExplainability]/value",
     .line = "explainability: …",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "energyQuantity",
     .name = "energyQuantity",
     .where = "@/modelCard/considerations/environmentalConsiderations/energyConsumptions/*/"
              "activityEnergyCost/value | @/modelCard/properties/*[name=mpk:energy-quantity]/value "
              "| /metadata/properties/*[name=energyQuantity]/value | "
              "/metadata/properties/*[name=spdx:energyQuantity]/value | "
              "@/properties/*[name=energyQuantity]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:energyQuantity]/value",
     .line = "energy: [{activity: training, kWh: …}]",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "energyUnit",
     .name = "energyUnit",
     .where = "@/modelCard/considerations/environmentalConsiderations/energyConsumptions/*/"
              "activityEnergyCost/unit | @/modelCard/properties/*[name=mpk:energy-unit]/value | "
              "/metadata/properties/*[name=energyUnit]/value | "
              "/metadata/properties/*[name=spdx:energyUnit]/value | "
              "@/properties/*[name=energyUnit]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:energyUnit]/value",
     .line = "energy: [{activity: training, kWh: …}]",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "informationAboutTraining",
     .name = "informationAboutTraining",
     .where = places::kTraining,
     .line = "trainingMethod: …",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "informationAboutApplication",
     .name = "informationAboutApplication",
     .where = places::kIntegration,
     .line = "integration: …",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "metric",
     .name = "metric",
     .where = "@/modelCard/quantitativeAnalysis/performanceMetrics/*/value | "
              "@/modelCard/properties/*[name=mpk:metric]/value | "
              "/metadata/properties/*[name=metric]/value | "
              "/metadata/properties/*[name=spdx:metric]/value | @/properties/*[name=metric]/value "
              "| @/modelCard/properties/*[name=genai:aibom:modelcard:metric]/value",
     .line = "",
     .command = "in README.md: model-index: […]",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "metricDecisionThreshold",
     .name = "metricDecisionThreshold",
     .where = "@/modelCard/properties/*[name=mpk:decision-threshold]/value | "
              "/metadata/properties/*[name=metricDecisionThreshold]/value | "
              "/metadata/properties/*[name=spdx:metricDecisionThreshold]/value | "
              "@/properties/*[name=metricDecisionThreshold]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:metricDecisionThreshold]/value",
     .line = "decisionThreshold: …",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "modelDataPreprocessing",
     .name = "modelDataPreprocessing",
     .where = places::kPreprocessing,
     .line = "dataPreprocessing: …",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "useSensitivePersonalInformation",
     .name = "useSensitivePersonalInformation",
     .where =
         "@/modelCard/properties/*[name=mpk:sensitive-personal-information]/value | "
         "/metadata/properties/*[name=useSensitivePersonalInformation]/value | "
         "/metadata/properties/*[name=spdx:useSensitivePersonalInformation]/value | "
         "@/properties/*[name=useSensitivePersonalInformation]/value | "
         "@/modelCard/properties/*[name=genai:aibom:modelcard:useSensitivePersonalInformation]/"
         "value | /components/*[type=data]/data/*/sensitiveData",
     .line = "sensitivePersonalInformation: …",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "vocab_size",
     .name = "vocab_size",
     .where = "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:vocab_size]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:vocab_size]/value",
     .line = "",
     .command = "in config.json: \"vocab_size\": …",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "tokenizer_class",
     .name = "tokenizer_class",
     .where =
         "@/modelCard/properties/*[name=cdx:ai-ml:tokenizer:hyperparameter:tokenizer_class]/value "
         "| @/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:tokenizer_class]/value | "
         "@/modelCard/properties/*[name=genai:aibom:modelcard:tokenizer_class]/value",
     .line = "",
     .command = "in tokenizer_config.json: \"tokenizer_class\": …",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "context_length",
     .name = "context_length",
     .where = places::kContextLength,
     .line = "contextLength: …",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "embedding_length",
     .name = "embedding_length",
     .where =
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:embedding_length]/value | "
         "@/modelCard/properties/"
         "*[name=cdx:ai-ml:model:hyperparameter:_undefined:embedding_length]/value | "
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:hidden_size]/value | "
         "@/modelCard/properties/*[name=genai:aibom:modelcard:embedding_length]/value",
     .line = "",
     .command = "in config.json: \"hidden_size\": …",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "block_count",
     .name = "block_count",
     .where =
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:block_count]/value | "
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:_undefined:block_count]/"
         "value | "
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:num_hidden_layers]/value | "
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:num_layers]/value | "
         "@/modelCard/properties/*[name=genai:aibom:modelcard:block_count]/value",
     .line = "",
     .command = "in config.json: \"num_hidden_layers\": …",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "attention_head_count",
     .name = "attention_head_count",
     .where =
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:attention_head_count]/value "
         "| "
         "@/modelCard/properties/"
         "*[name=cdx:ai-ml:model:hyperparameter:_undefined:attention.head_count]/value | "
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:num_attention_heads]/value "
         "| @/modelCard/properties/*[name=genai:aibom:modelcard:attention_head_count]/value",
     .line = "",
     .command = "in config.json: \"num_attention_heads\": …",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "attention_head_count_kv",
     .name = "attention_head_count_kv",
     .where =
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:attention_head_count_kv]/"
         "value | "
         "@/modelCard/properties/"
         "*[name=cdx:ai-ml:model:hyperparameter:_undefined:attention.head_count_kv]/value | "
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:num_key_value_heads]/value "
         "| @/modelCard/properties/*[name=genai:aibom:modelcard:attention_head_count_kv]/value",
     .line = "",
     .command = "in config.json: \"num_key_value_heads\": …",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "feed_forward_length",
     .name = "feed_forward_length",
     .where =
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:feed_forward_length]/value "
         "| "
         "@/modelCard/properties/"
         "*[name=cdx:ai-ml:model:hyperparameter:_undefined:feed_forward_length]/value | "
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:intermediate_size]/value | "
         "@/modelCard/properties/*[name=genai:aibom:modelcard:feed_forward_length]/value",
     .line = "",
     .command = "in config.json: \"intermediate_size\": …",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "rope_dimension_count",
     .name = "rope_dimension_count",
     .where =
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:rope_dimension_count]/value "
         "| "
         "@/modelCard/properties/"
         "*[name=cdx:ai-ml:model:hyperparameter:_undefined:rope.dimension_count]/value | "
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:_undefined:head_dim]/value "
         "| @/modelCard/properties/*[name=genai:aibom:modelcard:rope_dimension_count]/value",
     .line = "",
     .command = "in config.json: \"head_dim\": …",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "quantization_version",
     .name = "quantization_version",
     .where = "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:quantization_version]/"
              "value | "
              "@/modelCard/properties/"
              "*[name=cdx:ai-ml:model:hyperparameter:_undefined:quantization_version]/value | "
              "@/modelCard/properties/*[name=genai:aibom:modelcard:quantization_version]/value",
     .line = "",
     .command = "of a GGUF file: general.quantization_version",
     .weight = Weight::supplementary},
    {.group = "component_model_card",
     .id = "quantization_file_type",
     .name = "quantization_file_type",
     .where =
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:quantization_file_type]/"
         "value | "
         "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:_undefined:file_type]/value "
         "| @/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:quantization]/value | "
         "@/modelCard/properties/*[name=genai:aibom:modelcard:quantization_file_type]/value",
     .line = "",
     .command = "of a GGUF file: general.file_type",
     .weight = Weight::supplementary},
    {.group = "external_references",
     .id = "vcs",
     .name = "vcs",
     .where = "@/externalReferences/*[type=vcs]/url",
     .line = "sourceCode: https://…",
     .weight = Weight::supplementary},
    {.group = "external_references",
     .id = "website",
     .name = "website",
     .where = "@/externalReferences/*[type=website]/url",
     .line = "website: https://…",
     .weight = Weight::supplementary},
    {.group = "external_references",
     .id = "paper",
     .name = "paper",
     .where = "@/externalReferences/*[type=documentation]/url",
     .line = "documentation: https://…",
     .weight = Weight::supplementary},
    {.group = "external_references",
     .id = "downloadLocation",
     .name = "downloadLocation",
     .where =
         "@/externalReferences/*[type=distribution]/url | @/externalReferences/*[type=website]/url",
     .line = "download: https://…"},
});

}  // namespace

Profile owasp_profile() {
  return {.name = "owasp",
          .title = "OWASP AIBOM generator completeness",
          .groups = kGroups,
          .elements = kElements,
          .penalties = true};
}

}  // namespace mpk::aibom
