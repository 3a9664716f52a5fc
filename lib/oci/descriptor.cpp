// Descriptor: reading, writing and proving content against it.
#include "oci/descriptor.hpp"

#include "base/encoding.hpp"
#include "crypto/hash.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace mpk::oci {
namespace {

Result<Digest> read_digest(const json::Field& field) {
  auto digest = Digest::parse(TRY(field.string()));
  if (!digest) return std::move(digest).with(field.path());
  return digest;
}

}  // namespace

Descriptor Descriptor::of(std::string_view media_type, std::string_view content) {
  return {.media_type = std::string(media_type),
          .digest = crypto::sha256(content),
          .size = content.size()};
}

Result<Annotations> read_annotations(const json::Field& owner) {
  Annotations annotations;
  const auto field = TRY(owner.find("annotations"));
  if (!field) return annotations;
  for (const auto& [key, value] : TRY(field->members())) {
    annotations.emplace(key, TRY(value.string()));
  }
  return annotations;
}

Result<Descriptor> read_descriptor(const json::Field& field) {
  auto media_type = TRY(field.string("mediaType"));
  if (media_type.empty()) return field.error("empty \"mediaType\"");
  auto digest = TRY(read_digest(TRY(field.at("digest"))));
  const auto size_field = TRY(field.at("size"));
  // image-spec, descriptor.md: an int64; a string, as proto3 JSON would have it, is none.
  const std::int64_t size = TRY(size_field.integer());
  if (size < 0) return size_field.error("expected a size, found a negative number");
  auto artifact_type = TRY(field.optional_string("artifactType"));
  auto annotations = TRY(read_annotations(field));
  auto data = TRY(field.optional_base64("data"));
  Descriptor descriptor{.media_type = std::move(media_type),
                        .digest = std::move(digest),
                        .size = static_cast<std::uint64_t>(size),
                        .artifact_type = std::move(artifact_type).value_or(""),
                        .annotations = std::move(annotations),
                        .data = std::move(data)};
  if (descriptor.data) {
    auto proof = check_content(descriptor, as_text(*descriptor.data));
    if (!proof) return field.error("\"data\" is not the content: " + proof.error().message());
  }
  return descriptor;
}

Json to_json(const Descriptor& descriptor) {
  Json out = {{"mediaType", descriptor.media_type},
              {"digest", descriptor.digest.text()},
              {"size", descriptor.size}};
  if (!descriptor.artifact_type.empty()) out["artifactType"] = descriptor.artifact_type;
  if (!descriptor.annotations.empty()) out["annotations"] = descriptor.annotations;
  if (descriptor.data) out["data"] = base64_encode(*descriptor.data);
  return out;
}

Result<void> check_content(const Descriptor& descriptor, std::string_view content) {
  if (content.size() != descriptor.size) {
    return Error(ErrorKind::mismatch,
                 fmt::format("{}: expected {} bytes, found {}", descriptor.digest.text(),
                             descriptor.size, content.size()));
  }
  const Digest found = crypto::hash(descriptor.digest.algorithm(), as_bytes(content));
  if (found != descriptor.digest) {
    return Error(ErrorKind::mismatch, fmt::format("{}: the content has another digest, {}",
                                                  descriptor.digest.text(), found.text()));
  }
  return {};
}

}  // namespace mpk::oci
