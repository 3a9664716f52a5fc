// The YAML of mpk k8s: checks first what the API server would refuse, then fills in a template.
#include "flow/kubernetes_yaml.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace mpk::flow {
namespace {

constexpr std::size_t kLabel = 63;     // RFC 1123
constexpr std::size_t kMadeName = 40;  // KServe appends "-predictor" and more
constexpr std::string_view kPlaceholder = "your.registry/your-server:1.0";

bool is_name(std::string_view text, std::string_view inside) {
  const auto alphanumeric = [](char c) { return is_lower(c) || is_digit(c); };
  return !text.empty() && text.size() <= kLabel && alphanumeric(text.front()) &&
         alphanumeric(text.back()) && std::ranges::all_of(text, [&](char c) {
           return alphanumeric(c) || inside.find(c) != std::string_view::npos;
         });
}

Error refused(std::string_view option, std::string_view value, std::string_view expected) {
  return {ErrorKind::usage, std::string(option) + " \"" + printable(value, 80) +
                                "\": Kubernetes would refuse it, expected " +
                                std::string(expected)};
}

Result<void> check_path(std::string_view path) {
  const auto parts = split(path, '/');
  if (!path.starts_with('/') || path.find(':') != std::string_view::npos ||
      std::ranges::find(parts, "..") != parts.end())
    return refused("--mount-path", path, "an absolute path without ':' and \"..\"");
  return {};
}

// ASCII keeps every YAML reader out of trouble: no control characters, no surrogates, no BOM.
Result<void> check_text(std::string_view option, std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }))
    return refused(option, text, "printable ASCII");
  return {};
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string lines(std::size_t indent, const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += std::string(indent, ' ') + text + "\n";
  return out;
}

std::string head(const KubernetesObject& object, std::string_view version, std::string_view kind) {
  std::string out;
  for (const auto& comment : object.comments) out += "# " + comment + "\n";
  out += lines(0, {"apiVersion: " + std::string(version), "kind: " + std::string(kind),
                   "metadata:", "  name: " + quoted(object.name)});
  if (object.name_space) out += "  namespace: " + quoted(*object.name_space) + "\n";
  return out;
}

std::string mounts(std::size_t indent, const KubernetesObject& object) {
  return lines(indent, {"volumeMounts:", "  - name: model",
                        "    mountPath: " + quoted(object.mount_path), "    readOnly: true"});
}

std::string image_volume(std::size_t indent, const KubernetesObject& object) {
  return lines(indent, {"volumes:", "  - name: model",
                        "    image:", "      reference: " + quoted(object.reference),
                        "      pullPolicy: IfNotPresent"});
}

std::string csi_volume(std::size_t indent, const KubernetesObject& object) {
  return lines(
      indent,
      {"volumes:", "  - name: model", "    csi:", "      driver: " + quoted(object.csi_driver),
       "      readOnly: true", "      volumeAttributes:",
       "        " + quoted(object.csi_driver + "/reference") + ": " + quoted(object.reference)});
}

std::string pod(const KubernetesObject& object) {
  return head(object, "v1", "Pod") +
         lines(0, {"spec:", "  containers:", "    - name: server",
                   "      image: " + quoted(object.image.value_or(std::string(kPlaceholder))) +
                       (object.image ? "" : "  # yours, which reads the model")}) +
         mounts(6, object) +
         (object.consumer == Consumer::csi ? csi_volume(2, object) : image_volume(2, object));
}

std::string inference_service(const KubernetesObject& object) {
  auto out = head(object, "serving.kserve.io/v1beta1", "InferenceService") +
             lines(0, {"spec:", "  predictor:", "    model:", "      modelFormat:",
                       "        name: " + quoted(object.model_format)});
  if (object.image) out += "      image: " + quoted(*object.image) + "\n";
  if (object.container_image)
    return out + "      storageUri: " + quoted("oci://" + object.reference) + "\n";
  return out + mounts(6, object) + image_volume(4, object);
}

}  // namespace

Result<void> check_kubernetes(const KubernetesObject& object) {
  const bool kserve = object.consumer == Consumer::kserve;
  if (!is_name(object.name, "-") || (kserve && is_digit(object.name.front()))) {
    return refused("--name", object.name,
                   kserve ? "a-z, 0-9 and '-', at most 63, a letter first"
                          : "a-z, 0-9 and '-', at most 63, no '-' at an end");
  }
  if (object.name_space && !is_name(*object.name_space, "-"))
    return refused("--namespace", *object.name_space, "a-z, 0-9 and '-', at most 63");
  if (object.consumer == Consumer::csi && !is_name(object.csi_driver, "-."))
    return refused("--csi-driver", object.csi_driver, "a-z, 0-9, '-' and '.', at most 63");
  TRY(check_path(object.mount_path));
  TRY(check_text("--mount-path", object.mount_path));
  if (object.image) TRY(check_text("--image", *object.image));
  if (kserve) TRY(check_text("--model-format", object.model_format));
  return {};
}

Result<std::string> kubernetes_yaml(const KubernetesObject& object) {
  TRY(check_kubernetes(object));
  return object.consumer == Consumer::kserve ? inference_service(object) : pod(object);
}

std::string kubernetes_name(std::string_view repository) {
  std::string name;
  for (const char c : lower_ascii(split(repository, '/').back())) {
    if (is_lower(c) || is_digit(c)) {
      name += c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  if (name.empty() || is_digit(name.front())) name = "model-" + name;
  name.resize(std::min(name.size(), kMadeName));
  while (name.back() == '-') name.pop_back();
  return name;
}

}  // namespace mpk::flow
