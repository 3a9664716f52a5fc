// Places that several profiles ask for (score_locate.hpp's paths). Internal to aibom/.
#pragma once

#include <string_view>

namespace mpk::aibom::places {

inline constexpr std::string_view kSupplier =
    "@/supplier/name | "
    "/metadata/supplier/name | "
    "@/manufacturer/name | "
    "@/publisher | "
    "@/authors/*/name";
inline constexpr std::string_view kArchitecture =
    "@/modelCard/modelParameters/modelArchitecture | "
    "@/modelCard/modelParameters/architectureFamily";
inline constexpr std::string_view kTraining =
    "@/modelCard/properties/*[name=mpk:training-method]/value | "
    "/metadata/properties/*[name=informationAboutTraining]/value | "
    "/metadata/properties/*[name=spdx:informationAboutTraining]/value | "
    "@/properties/*[name=informationAboutTraining]/value | "
    "@/modelCard/properties/*[name=genai:aibom:modelcard:informationAboutTraining]/value";
inline constexpr std::string_view kIntegration =
    "@/modelCard/properties/*[name=mpk:integration]/value | "
    "/metadata/properties/*[name=informationAboutApplication]/value | "
    "/metadata/properties/*[name=spdx:informationAboutApplication]/value | "
    "@/properties/*[name=informationAboutApplication]/value | "
    "@/modelCard/properties/*[name=genai:aibom:modelcard:informationAboutApplication]/value";
inline constexpr std::string_view kPreprocessing =
    "@/modelCard/properties/*[name=mpk:data-preprocessing]/value | "
    "/metadata/properties/*[name=modelDataPreprocessing]/value | "
    "/metadata/properties/*[name=spdx:modelDataPreprocessing]/value | "
    "@/properties/*[name=modelDataPreprocessing]/value | "
    "@/modelCard/properties/*[name=genai:aibom:modelcard:modelDataPreprocessing]/value";
inline constexpr std::string_view kContextLength =
    "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:context_length]/value | "
    "@/modelCard/properties/*[name=cdx:ai-ml:model:hyperparameter:max_position_embeddings]/value | "
    "@/modelCard/properties/*[name=genai:aibom:modelcard:context_length]/value";
inline constexpr std::string_view kPurpose =
    "@/modelCard/considerations/useCases | "
    "@/modelCard/modelParameters/task";
inline constexpr std::string_view kDistribution =
    "@/modelCard/properties/*[name=mpk:distribution]/value | "
    "@/externalReferences/*[type=distribution]/url";
inline constexpr std::string_view kParameterCount =
    "@/modelCard/properties/*[name=cdx:ai-ml:model:parameter:count]/value | "
    "@/properties/*[name=mpk:parameters]/value";
inline constexpr std::string_view kGovernance =
    "/components/+[type=data]/data/+/governance | "
    "@/modelCard/modelParameters/datasets/+[type=dataset]/governance | "
    "/components/+[type=data]/data/+/contents/url | "
    "@/modelCard/modelParameters/datasets/+[type=dataset]/contents/url";
inline constexpr std::string_view kProducer =
    "@/manufacturer/name | "
    "@/supplier/name | "
    "@/authors/*/name | "
    "@/publisher";

}  // namespace mpk::aibom::places
