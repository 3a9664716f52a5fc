// The built-in rows: data, from the resource definitions of each project (August 2026).
#include "admit/reference_rows.hpp"

#include <array>

namespace mpk::admit {
namespace {

using Kind = FoundReference::Kind;

// docs/admission.md has the same table; a test holds them together.
constexpr auto kRows = std::to_array<BuiltInRow>({
    {"serving.kserve.io", "InferenceService", "spec{*}{*}.storageUri", Kind::storage_uri},
    {"serving.kserve.io", "InferenceService", "spec{*}{*}.image", Kind::container},
    {"serving.kserve.io", "InferenceService", "spec{*}.storageUris[*].uri", Kind::storage_uri},
    {"serving.kserve.io", "InferenceService", "spec{*}.containers[*].env[*].value",
     Kind::storage_uri},
    {"serving.kserve.io", "InferenceService", "spec.canary[*].predictor{*}.storageUri",
     Kind::storage_uri},
    {"serving.kserve.io", "InferenceService", "spec.canary[*].predictor{*}.image", Kind::container},
    {"serving.kserve.io", "InferenceService", "spec.canary[*].predictor.storageUris[*].uri",
     Kind::storage_uri},
    {"serving.kserve.io", "InferenceService", "spec.canary[*].predictor.containers[*].env[*].value",
     Kind::storage_uri},
    {"serving.kserve.io", "LLMInferenceService", "spec.model.uri", Kind::storage_uri},
    {"serving.kserve.io", "LLMInferenceService", "spec.model.lora.adapters[*].uri",
     Kind::storage_uri},
    {"serving.kserve.io", "LLMInferenceServiceConfig", "spec.model.uri", Kind::storage_uri},
    {"serving.kserve.io", "LLMInferenceServiceConfig", "spec.model.lora.adapters[*].uri",
     Kind::storage_uri},
    {"serving.kserve.io", "TrainedModel", "spec.model.storageUri", Kind::storage_uri},
    {"serving.kserve.io", "LocalModelCache", "spec.sourceModelUri", Kind::storage_uri},
    {"serving.kserve.io", "LocalModelNamespaceCache", "spec.sourceModelUri", Kind::storage_uri},
    {"serving.kserve.io", "LocalModelNode", "spec.localModels[*].sourceModelUri",
     Kind::storage_uri},
    {"ray.io", "RayCluster", "spec.autoscalerOptions.image", Kind::container},
    {"ray.io", "RayCluster", "spec.historyServerOptions.collectorOptions.image", Kind::container},
    {"ray.io", "RayService", "spec.rayClusterConfig.autoscalerOptions.image", Kind::container},
    {"ray.io", "RayService", "spec.rayClusterConfig.historyServerOptions.collectorOptions.image",
     Kind::container},
    {"ray.io", "RayJob", "spec.rayClusterSpec.autoscalerOptions.image", Kind::container},
    {"ray.io", "RayJob", "spec.rayClusterSpec.historyServerOptions.collectorOptions.image",
     Kind::container},
    {"ray.io", "RayCronJob", "spec.jobTemplate.rayClusterSpec.autoscalerOptions.image",
     Kind::container},
    {"ray.io", "RayCronJob",
     "spec.jobTemplate.rayClusterSpec.historyServerOptions.collectorOptions.image",
     Kind::container},
    {"trainer.kubeflow.org", "TrainJob", "spec.trainer.image", Kind::container},
    {"trainer.kubeflow.org", "TrainJob", "spec.initializer.model.storageUri", Kind::storage_uri},
    {"trainer.kubeflow.org", "TrainJob", "spec.initializer.dataset.storageUri", Kind::storage_uri},
    {"trainer.kubeflow.org", "OptimizationJob", "spec.trainJobTemplate.spec.trainer.image",
     Kind::container},
    {"trainer.kubeflow.org", "OptimizationJob",
     "spec.trainJobTemplate.spec.initializer.model.storageUri", Kind::storage_uri},
    {"trainer.kubeflow.org", "OptimizationJob",
     "spec.trainJobTemplate.spec.initializer.dataset.storageUri", Kind::storage_uri},
    {"kaito.sh", "Workspace", "inference.preset.presetOptions.image", Kind::container},
    {"kaito.sh", "Workspace", "inference.adapters[*].source.image", Kind::container},
    {"kaito.sh", "Workspace", "tuning.preset.presetOptions.image", Kind::container},
    {"kaito.sh", "Workspace", "tuning.input.image", Kind::container},
    {"kaito.sh", "InferenceSet", "spec.template.inference.preset.presetOptions.image",
     Kind::container},
    {"kaito.sh", "InferenceSet", "spec.template.inference.adapters[*].source.image",
     Kind::container},
    {"kaito.sh", "RAGEngine", "spec.embedding.local.image", Kind::container},
    {"kubeai.org", "Model", "spec.image", Kind::container},
    {"inference.llmkube.dev", "InferenceService", "spec.image", Kind::container},
    {"inference.llmkube.dev", "ModelRouter", "spec.proxy.image", Kind::container},
    {"foreman.llmkube.dev", "Agent", "spec.execution.image", Kind::agent},
    {"foreman.llmkube.dev", "AgenticTask", "spec.gateProfile.image", Kind::agent},
    {"foreman.llmkube.dev", "Workload", "spec.gateProfile.image", Kind::agent},
    {"foreman.llmkube.dev", "Workload", "spec.pipeline[*].gateProfile.image", Kind::agent},
    {"kagent.dev", "Agent", "spec.byo.deployment.image", Kind::agent},
    {"kagent.dev", "Agent", "spec.skills.refs[*]", Kind::agent},
    {"kagent.dev", "SandboxAgent", "spec.byo.deployment.image", Kind::agent},
    {"kagent.dev", "SandboxAgent", "spec.byo.image", Kind::agent},
    {"kagent.dev", "SandboxAgent", "spec.skills.refs[*]", Kind::agent},
    {"kagent.dev", "AgentHarness", "spec.image", Kind::agent},
    {"kagent.dev", "AgentHarness", "spec.substrate.workloadImage", Kind::agent},
    {"kagent.dev", "Harness", "spec.workload.image", Kind::agent},
    {"kagent.dev", "AgentTemplate", "spec.skills[*].source.oci", Kind::agent},
    {"kagent.dev", "AgentTemplate", "spec.plugins[*].source.oci", Kind::agent},
    {"kagent.dev", "MCPServer", "spec.deployment.image", Kind::agent},
    {"apps.kruise.io", "ImagePullJob", "spec.image", Kind::container},
    {"apps.kruise.io", "ImageListPullJob", "spec.images[*]", Kind::container},
    {"apps.kruise.io", "AdvancedCronJob", "spec.template.imageListPullJobTemplate.spec.images[*]",
     Kind::container},
    {"apps.kruise.io", "SidecarSet", "spec.containers[*].upgradeStrategy.hotUpgradeEmptyImage",
     Kind::container},
});

}  // namespace

std::span<const BuiltInRow> built_in_rows() { return kRows; }

}  // namespace mpk::admit
