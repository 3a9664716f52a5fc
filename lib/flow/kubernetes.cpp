// mpk k8s: one request for the digest, and what is known of those who are to mount it.
#include "flow/kubernetes.hpp"

#include "modelpack/layer_annotations.hpp"
#include "modelpack/media_types.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"

#include <utility>

namespace mpk::flow {
namespace {

struct Mounted {
  oci::Descriptor descriptor;
  bool container_image = false;
  // Layers that have to be unpacked to be files: with a name, and without one of their own.
  std::size_t archives = 0, nameless = 0;
};

bool is_image_config(std::string_view type) {
  return type == "application/vnd.oci.image.config.v1+json" ||
         type == "application/vnd.docker.container.image.v1+json";
}

bool is_archive(const oci::Descriptor& layer) {
  const auto type = modelpack::parse_media_type(layer.media_type);
  return type && modelpack::is_archive(type->encoding);
}

// CRI-O names the file by the title, else by the filepath: "." is the mounted folder itself.
bool is_nameless(const oci::Descriptor& layer) {
  auto name = modelpack::annotation(layer, oci::kAnnotationTitle);
  if (!name) name = modelpack::annotation(layer, modelpack::kAnnotationFilepath);
  return name == "." || name == "./";
}

Result<Mounted> look_at(oci::Store& store, const oci::Reference& reference) {
  auto descriptor = TRY(resolve(store, reference));
  Mounted out{.descriptor = std::move(descriptor)};
  // resolve has read it already: this costs no request.
  const auto bytes = TRY(store.fetch_manifest(out.descriptor));
  if (oci::is_index(bytes, out.descriptor.media_type)) {
    out.container_image = true;
    return out;
  }
  const auto manifest = TRY(oci::parse_manifest(bytes, out.descriptor.media_type));
  out.container_image = is_image_config(manifest.config.media_type);
  for (const auto& layer : manifest.layers) {
    if (is_archive(layer)) ++(is_nameless(layer) ? out.nameless : out.archives);
  }
  return out;
}

// The driver asks its registry client for the tag, and for nothing when there is none.
Result<oci::Reference> by_tag(const oci::Reference& reference) {
  if (reference.tag) {
    auto tagged = reference;
    tagged.digest.reset();
    return tagged;
  }
  return Error(ErrorKind::usage, reference.text() + ": the CSI driver can't fetch by digest alone",
               "name a tag, too: " + reference.name() + ":TAG@" + reference.digest->text());
}

Result<void> check_tag(const oci::Reference& reference, const Digest& found) {
  if (!reference.digest || *reference.digest == found) return {};
  return Error(ErrorKind::mismatch,
               reference.name() + ":" + *reference.tag + " names " + found.text() + ", expected " +
                   reference.digest->text(),
               "the CSI driver fetches by the tag; name one that stays");
}

void note_runtime(const Mounted& mounted, std::vector<std::string>& notes) {
  if (mounted.container_image) {
    notes.emplace_back("mounted by containerd 2.1 or newer and by CRI-O");
    return;
  }
  notes.emplace_back(
      "mounted by CRI-O 1.33 or newer; containerd 2.4 starts the Pod with an empty folder");
  if (mounted.archives != 0)
    notes.push_back("layers that are archives stay archives: " + std::to_string(mounted.archives));
  if (mounted.nameless != 0) {
    notes.push_back("layers that are archives without a name: " + std::to_string(mounted.nameless) +
                    "; CRI-O does not start the Pod, --as csi mounts them");
  }
}

std::vector<std::string> notes_for(Consumer consumer, const Mounted& mounted) {
  std::vector<std::string> notes;
  switch (consumer) {
    case Consumer::image_volume:
      note_runtime(mounted, notes);
      break;
    case Consumer::csi:
      notes.emplace_back(
          "not pinned: model-csi-driver 0.1.2 fetches by the tag and ignores the digest; use a tag "
          "that never moves");
      notes.emplace_back("model-csi-driver 0.1.2 does not check the registry's certificate");
      break;
    case Consumer::kserve:
      if (mounted.container_image) {
        notes.emplace_back("KServe looks for the files below /models in the image");
        break;
      }
      notes.emplace_back(
          "without storageUri: KServe's oci:// takes container images with /models in them");
      note_runtime(mounted, notes);
      break;
  }
  return notes;
}

KubernetesObject object_for(const KubernetesRequest& request) {
  KubernetesObject object;
  object.consumer = request.consumer;
  object.name = request.name.value_or(kubernetes_name(request.reference.repository));
  object.name_space = request.name_space;
  object.mount_path =
      request.mount_path.value_or(request.consumer == Consumer::kserve ? "/mnt/models" : "/models");
  object.image = request.image;
  object.model_format = request.model_format;
  object.csi_driver = request.csi_driver;
  return object;
}

}  // namespace

Result<KubernetesManifest> kubernetes_manifest(const Context& context,
                                               const KubernetesRequest& request) {
  const auto& reference = request.reference;
  if (reference.kind == oci::Reference::Kind::layout) {
    return Error(ErrorKind::usage, reference.text() + ": Kubernetes can't mount a layout",
                 "copy it into a registry first: mpk copy " + reference.text() +
                     " registry.example.com/" + kubernetes_name(reference.layout.string()) +
                     ":1.0");
  }
  const bool csi = request.consumer == Consumer::csi;
  auto object = object_for(request);
  TRY(check_kubernetes(object));
  // What is written down here is what the cluster mounts from then on.
  auto store = TRY(open_store(context, reference, {.mirrors = Mirrors::none}));
  const auto asked = csi ? TRY(by_tag(reference)) : reference;
  const auto mounted = TRY(look_at(*store, asked));
  if (csi) TRY(check_tag(reference, mounted.descriptor.digest));
  if (csi && mounted.container_image) {
    return Error(ErrorKind::unsupported,
                 reference.text() + ": a container image, which the CSI driver can't mount",
                 "use --as image-volume");
  }
  const bool by_kserve = request.consumer == Consumer::kserve && mounted.container_image;
  if (by_kserve && request.mount_path) {
    return Error(ErrorKind::usage,
                 "--mount-path: KServe itself mounts a container image, at /mnt/models");
  }

  const auto& digest = mounted.descriptor.digest;
  // Elsewhere without the tag: runtimes differ in what they make of both together.
  KubernetesManifest out{
      .reference = reference.name() + (csi ? ":" + *reference.tag : "") + "@" + digest.text(),
      .digest = digest,
      .notes = notes_for(request.consumer, mounted)};
  object.container_image = mounted.container_image;
  object.reference = out.reference;
  object.comments = out.notes;
  if (!reference.digest) {
    object.comments.insert(object.comments.begin(),
                           reference.text() + ", as it was when asked for");
  }
  out.yaml = TRY(kubernetes_yaml(object));
  return out;
}

}  // namespace mpk::flow
