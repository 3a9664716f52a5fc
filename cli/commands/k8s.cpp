// mpk k8s: YAML that mounts an artifact in Kubernetes, pinned to its digest.
#include "commands/commands.hpp"
#include "flow/kubernetes.hpp"
#include "json/yaml.hpp"
#include "options/options.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  flow::KubernetesRequest request;
  std::string reference, consumer = "image-volume";
  std::optional<std::string> model_format, csi_driver;
};

Result<flow::KubernetesRequest> request_of(const Options& o) {
  auto request = o.request;
  request.reference = TRY(parse_reference(o.reference));
  const bool csi = o.consumer == "csi";
  const bool kserve = o.consumer == "kserve";
  if (csi) request.consumer = flow::Consumer::csi;
  if (kserve) request.consumer = flow::Consumer::kserve;
  if (o.model_format && !kserve)
    return Error(ErrorKind::usage, "--model-format is for --as kserve only");
  if (o.csi_driver && !csi) return Error(ErrorKind::usage, "--csi-driver is for --as csi only");
  if (o.model_format) request.model_format = *o.model_format;
  if (o.csi_driver) request.csi_driver = *o.csi_driver;
  return request;
}

Result<int> run(const Options& o, Session& session) {
  const auto request = TRY(request_of(o));
  const auto made = TRY(flow::kubernetes_manifest(session.context(o.registry.plain_http), request));
  if (session.json()) {
    const auto document = TRY(json::parse_yaml(made.yaml, "the object"));
    session.print_json({{"kind", "KubernetesObject"},
                        {"as", o.consumer},
                        {"reference", made.reference},
                        {"digest", made.digest.text()},
                        {"notes", made.notes},
                        {"object", *document.value}});
    return 0;
  }
  // In the YAML, too, but that goes into a file more often than not.
  for (const auto& note : made.notes) session.say("note: " + note);
  session.print_raw(made.yaml);
  return 0;
}

}  // namespace

Command k8s_command() {
  return {
      .summary = "Print YAML that mounts an artifact in Kubernetes, by its digest",
      .description =
          "A Pod with an image volume, a Pod with a volume of the ModelPack CSI driver, or an\n"
          "InferenceService of KServe. Its comments say who can't mount it. Nothing is sent to a "
          "cluster.",
      .examples = {{"mpk k8s ghcr.io/acme/llm:1.0 | kubectl apply -f -", "a Pod, an image volume"},
                   {"mpk k8s ghcr.io/acme/llm:1.0 --as kserve --namespace prod", "for KServe"},
                   {"mpk k8s ghcr.io/acme/llm:1.0 --as csi --mount-path /data/llm",
                    "for the ModelPack CSI driver"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("REF", o->reference, "Artifact in a registry", ValueKind::reference);
        set.choice("--as", o->consumer, {"image-volume", "csi", "kserve"}, "Who mounts it");
        set.option("--name", "NAME", o->request.name,
                   "Name of the object; else made from the repository");
        set.option("--namespace", "NAME", o->request.name_space,
                   "Namespace of the object; else kubectl's");
        set.option("--mount-path", "PATH", o->request.mount_path,
                   "Where the container finds the files (default: /models; KServe: /mnt/models)");
        set.option("--image", "IMAGE", o->request.image,
                   "Image of the container that reads the model; else a place-holder");
        set.option("--model-format", "NAME", o->model_format,
                   "Format by which KServe picks a runtime (default: huggingface)");
        set.option("--csi-driver", "NAME", o->csi_driver,
                   "Name of the CSI driver (default: model.csi.modelpack.org)");
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
