// Annotations of a layer, which anyone may have written.
#include "modelpack/layer_annotations.hpp"

#include "base/directory.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "oci/media_type.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>

namespace mpk::modelpack {
namespace {

// tar(5), '0' as a number or as a character, depending on the writer.
bool is_regular(std::uint64_t typeflag) { return typeflag == 0 || typeflag == '0'; }

// Under the present name or a former one.
std::optional<std::string> metadata_of(const oci::Descriptor& layer) {
  auto text = annotation(layer, kAnnotationMetadata);
  if (!text) text = annotation(layer, "org.cnai.model.file.metadata+json");
  if (!text) text = annotation(layer, "org.cnai.model.file.metadata");
  return text;
}

}  // namespace

std::optional<std::string> annotation(const oci::Descriptor& layer, std::string_view key) {
  auto found = layer.annotations.find(std::string(key));
  if (found == layer.annotations.end()) return std::nullopt;
  return found->second;
}

Result<std::optional<std::string>> annotated_path(const oci::Descriptor& layer) {
  auto path = annotation(layer, kAnnotationFilepath);
  auto legacy = annotation(layer, "org.cnai.model.filepath");
  auto title = annotation(layer, oci::kAnnotationTitle);
  // A signed artifact that two tools extract differently is an attack.
  if (path && legacy && *path != *legacy) {
    return Error(ErrorKind::malformed, "filepaths " + printable(*path, 120) + " and " +
                                           printable(*legacy, 120) + " disagree");
  }
  if (!path) path = legacy;
  if (!path) path = title;
  // modctl's title, if any, is a base name.
  if (title && *title != *path && *title != path->substr(path->rfind('/') + 1)) {
    return Error(ErrorKind::malformed, "filepath " + printable(*path, 120) + " and title " +
                                           printable(*title, 120) + " disagree");
  }
  return path;
}

Result<unsigned> annotated_mode(const oci::Descriptor& layer, Encoding encoding) {
  const auto text = metadata_of(layer);
  if (!text) return 0644U;
  auto document = TRY(json::parse(*text).with("file metadata"));
  json::Field metadata(document, "file metadata");
  auto size = TRY(metadata.optional_unsigned("size"));
  if (!is_archive(encoding) && size && *size != layer.size) {
    return Error(ErrorKind::malformed, "its metadata says " + std::to_string(*size) +
                                           " bytes, the descriptor " + std::to_string(layer.size));
  }
  auto typeflag = TRY(metadata.optional_unsigned("typeflag"));
  if (!is_archive(encoding) && typeflag && !is_regular(*typeflag)) {
    return Error(ErrorKind::malformed,
                 "typeflag " + std::to_string(*typeflag) + " is no regular file");
  }
  auto mode = TRY(metadata.optional_unsigned("mode")).value_or(0644);
  return (mode & 0100U) != 0 ? 0755U : 0644U;
}

bool has_special_bits(const oci::Descriptor& layer) {
  const auto text = metadata_of(layer);
  const auto document = json::parse(text.value_or("{}"));
  if (!document || !document->is_object()) return false;
  const auto mode = json::Field(*document).optional_unsigned("mode");
  return mode && (mode->value_or(0) & 07000U) != 0;
}

std::string special_bits_warning(std::string_view path) {
  return printable(path) + ": its setuid, setgid or sticky bit is left out";
}

Result<std::string> place_of_layer(std::string_view path, Encoding encoding) {
  if (!is_archive(encoding) || path.empty()) return safe_relative_path(path);
  while (path.starts_with("./")) path.remove_prefix(2);
  if (path.ends_with('/') && path.size() > 1) path.remove_suffix(1);
  if (path.empty() || path == ".") return std::string(".");
  return safe_relative_path(path);
}

}  // namespace mpk::modelpack
