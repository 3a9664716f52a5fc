// The YAML of `mpk k8s`: one object of Kubernetes with a model mounted in it.
#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::flow {

enum class Consumer {
  image_volume,  // a Pod with volumes[].image (KEP-4639): the container runtime mounts
  csi,           // a Pod with volumes[].csi: the ModelPack CSI driver mounts
  kserve,        // an InferenceService of KServe, over either an image volume or storageUri
};

struct KubernetesObject {
  Consumer consumer = Consumer::image_volume;
  bool container_image = false;  // what is mounted is one, not an artifact
  std::string reference;
  std::string name;
  std::optional<std::string> name_space;
  std::string mount_path;
  std::optional<std::string>
      image;                 // of the container; else a place-holder, for KServe the runtime's
  std::string model_format;  // KServe only
  std::string csi_driver;    // csi only
  std::vector<std::string> comments;
};

/// usage, naming the option: a name or namespace that is no DNS label (RFC 1123; for KServe RFC
/// 1035), a driver that is no DNS name, a path that is not absolute or has ':' or "..", text beyond
/// printable ASCII.
Result<void> check_kubernetes(const KubernetesObject& object);

/// One YAML document of an object that passes check_kubernetes (else its error); every text in it
/// that comes from outside is quoted.
Result<std::string> kubernetes_yaml(const KubernetesObject& object);

/// "acme/7b_Chat.v2" → "model-7b-chat-v2": a DNS label by RFC 1035, which every consumer takes, at
/// most 40 characters because controllers append to names.
std::string kubernetes_name(std::string_view repository);

}  // namespace mpk::flow
