// What Kubernetes needs to mount an artifact: YAML that names it by its digest.
#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "flow/context.hpp"
#include "flow/kubernetes_yaml.hpp"
#include "oci/reference.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::flow {

struct KubernetesRequest {
  oci::Reference reference;
  Consumer consumer = Consumer::image_volume;
  std::optional<std::string> name;           // of the object; else made from the repository
  std::optional<std::string> name_space;     // else none is written, and kubectl's holds
  std::optional<std::string> mount_path;     // else /models, for KServe /mnt/models
  std::optional<std::string> image;          // of the container that reads the model
  std::string model_format = "huggingface";  // by it KServe picks the runtime
  std::string csi_driver = "model.csi.modelpack.org";
};

struct KubernetesManifest {
  std::string reference;  // as the YAML has it
  Digest digest;
  std::vector<std::string> notes;  // what is not pinned, who can't mount it; comments in the YAML
  std::string yaml;
};

/// Asks the registry once, for the manifest. usage: a layout; a name, path, image or driver that
/// Kubernetes would refuse; csi without a tag. mismatch: csi with a tag that does not name the
/// digest. unsupported: csi with a container image.
Result<KubernetesManifest> kubernetes_manifest(const Context& context,
                                               const KubernetesRequest& request);

}  // namespace mpk::flow
