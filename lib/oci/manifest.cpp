// Manifests and indexes: strict reading, deterministic writing.
#include "oci/manifest.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "oci/media_type.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace mpk::oci {
namespace {

bool is_manifest_type(std::string_view type) {
  return type == kManifestType || type == kDockerManifestType;
}
bool is_index_type(std::string_view type) { return type == kIndexType || type == kDockerListType; }

// RFC 9110 §8.3.1: parameters may follow a Content-Type, and its case means nothing.
std::string bare_type(std::string_view type) {
  return lower_ascii(trim(type.substr(0, type.find(';'))));
}

Result<Json> parse_document(std::string_view bytes) {
  if (bytes.size() > limits::kManifest) {
    return Error(ErrorKind::too_large,
                 fmt::format("{} bytes, at most {} are read", bytes.size(), limits::kManifest));
  }
  return json::parse(bytes, {.max_bytes = limits::kManifest});
}

Result<void> check_version(const json::Field& root) {
  const std::int64_t version = TRY(TRY(root.at("schemaVersion")).integer());
  if (version == 1) {
    return Error(ErrorKind::unsupported, "a Docker manifest of schema 1 is not supported",
                 "push it again with a newer client");
  }
  if (version != 2) {
    return root.error(fmt::format("expected schemaVersion 2, found {}", version));
  }
  return {};
}

// image-spec 1.1 and CVE-2021-41190: a document that is a manifest to one reader and an index to
// another is refused.
Result<void> check_unambiguous(const json::Field& root) {
  if (TRY(root.find("manifests")) && (TRY(root.find("config")) || TRY(root.find("layers")))) {
    return root.error("has the members of a manifest and of an index");
  }
  return {};
}

Result<std::string> manifest_type(const json::Field& root, std::string_view expected_type) {
  const auto written = TRY(root.optional_string("mediaType"));
  const std::string expected = bare_type(expected_type);
  if (written && !expected.empty() && *written != expected) {
    return root.error(fmt::format("mediaType is \"{}\", expected \"{}\"", printable(*written, 100),
                                  printable(expected, 100)));
  }
  std::string type = written ? *written : expected;
  if (is_index_type(type) || (type.empty() && TRY(root.find("manifests")))) {
    return Error(ErrorKind::unsupported, "an index (of several manifests), not a manifest");
  }
  if (type.empty()) return std::string(kManifestType);
  if (!is_manifest_type(type)) {
    return Error(ErrorKind::unsupported,
                 fmt::format("manifest type \"{}\" is not supported", printable(type, 100)));
  }
  return type;
}

Result<std::vector<Descriptor>> read_descriptors(const json::Field& root, std::string_view key) {
  std::vector<Descriptor> out;
  // Go writes an empty list as null.
  for (const auto& item : TRY(root.optional_items(key))) out.push_back(TRY(read_descriptor(item)));
  return out;
}

Result<std::optional<Descriptor>> read_subject(const json::Field& root) {
  const auto field = TRY(root.find("subject"));
  if (!field) return std::optional<Descriptor>();
  return std::optional<Descriptor>(TRY(read_descriptor(*field)));
}

Result<Manifest> read_manifest(std::string_view bytes, std::string_view expected_type) {
  const Json document = TRY(parse_document(bytes));
  const json::Field root(document);
  TRY(check_version(root));
  TRY(check_unambiguous(root));
  auto media_type = TRY(manifest_type(root, expected_type));
  auto artifact_type = TRY(root.optional_string("artifactType"));
  auto config = TRY(read_descriptor(TRY(root.at("config"))));
  auto layers = TRY(read_descriptors(root, "layers"));
  auto subject = TRY(read_subject(root));
  auto annotations = TRY(read_annotations(root));
  return Manifest{.media_type = std::move(media_type),
                  .artifact_type = std::move(artifact_type).value_or(""),
                  .config = std::move(config),
                  .layers = std::move(layers),
                  .subject = std::move(subject),
                  .annotations = std::move(annotations)};
}

Result<Index> read_index(std::string_view bytes) {
  const Json document = TRY(parse_document(bytes));
  const json::Field root(document);
  TRY(check_version(root));
  TRY(check_unambiguous(root));
  const auto type = TRY(root.optional_string("mediaType"));
  if (type && !is_index_type(*type)) {
    return root.error(fmt::format("mediaType is \"{}\", expected an index", printable(*type, 100)));
  }
  if (!TRY(root.find("manifests")) && !type) return root.error("missing \"manifests\"");
  auto artifact_type = TRY(root.optional_string("artifactType"));
  auto manifests = TRY(read_descriptors(root, "manifests"));
  auto subject = TRY(read_subject(root));
  auto annotations = TRY(read_annotations(root));
  return Index{.artifact_type = std::move(artifact_type).value_or(""),
               .manifests = std::move(manifests),
               .subject = std::move(subject),
               .annotations = std::move(annotations)};
}

Json array_of(const std::vector<Descriptor>& descriptors) {
  Json out = Json::array();
  for (const auto& descriptor : descriptors) out.push_back(to_json(descriptor));
  return out;
}

// What manifests and indexes have in common.
Json document_of(std::string_view media_type, const std::string& artifact_type,
                 const std::optional<Descriptor>& subject, const Annotations& annotations) {
  Json out = {{"schemaVersion", 2}, {"mediaType", media_type}};
  if (!artifact_type.empty()) out["artifactType"] = artifact_type;
  if (subject) out["subject"] = to_json(*subject);
  if (!annotations.empty()) out["annotations"] = annotations;
  return out;
}

}  // namespace

Result<Manifest> parse_manifest(std::string_view bytes, std::string_view expected_type) {
  return read_manifest(bytes, expected_type).with("manifest");
}

Result<Index> parse_index(std::string_view bytes) { return read_index(bytes).with("index"); }

std::optional<std::string> manifest_type_of(std::string_view bytes) {
  if (const auto manifest = parse_manifest(bytes)) return manifest->media_type;
  if (!parse_index(bytes)) return std::nullopt;
  const auto document = parse_document(bytes);
  const auto written = json::Field(*document).optional_string("mediaType");
  return written && *written ? **written : std::string(kIndexType);
}

bool is_index(std::string_view bytes, std::string_view media_type) {
  const std::string type = bare_type(media_type);
  if (is_index_type(type)) return true;
  if (is_manifest_type(type)) return false;
  const auto document = parse_document(bytes);
  if (!document || !document->is_object()) return false;
  const json::Field root(*document);
  const auto written = root.optional_string("mediaType");
  if (written && *written) return is_index_type(**written);
  const auto manifests = root.find("manifests");
  return manifests && manifests->has_value();
}

Result<std::optional<Referrer>> as_referrer(const Descriptor& descriptor, std::string_view bytes) {
  const auto listed = [&](std::optional<Descriptor> subject, const std::string& artifact_type,
                          Annotations annotations) -> std::optional<Referrer> {
    if (!subject) return std::nullopt;
    return Referrer{.subject = *std::move(subject),
                    .entry = {.media_type = descriptor.media_type,
                              .digest = descriptor.digest,
                              .size = descriptor.size,
                              .artifact_type = artifact_type,
                              .annotations = std::move(annotations)}};
  };
  if (is_index(bytes, descriptor.media_type)) {
    Index index = TRY(parse_index(bytes));
    return listed(std::move(index.subject), index.artifact_type, std::move(index.annotations));
  }
  Manifest manifest = TRY(parse_manifest(bytes, descriptor.media_type));
  return listed(std::move(manifest.subject), manifest.effective_artifact_type(),
                std::move(manifest.annotations));
}

std::string serialize(const Manifest& manifest) {
  Json out = document_of(manifest.media_type.empty() ? kManifestType : manifest.media_type,
                         manifest.artifact_type, manifest.subject, manifest.annotations);
  out["config"] = to_json(manifest.config);
  out["layers"] = array_of(manifest.layers);
  return json::compact(out);
}

std::string serialize(const Index& index) {
  Json out = document_of(kIndexType, index.artifact_type, index.subject, index.annotations);
  out["manifests"] = array_of(index.manifests);
  return json::compact(out);
}

}  // namespace mpk::oci
