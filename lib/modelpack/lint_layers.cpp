// lint of layers: types, paths, titles and file metadata.
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "modelpack/layer_annotations.hpp"
#include "modelpack/lint_report.hpp"
#include "modelpack/unpack_case.hpp"
#include "oci/media_type.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <utility>

namespace mpk::modelpack {
namespace {

constexpr std::string_view kUntested = "org.cncf.model.file.mediatype.untested";
constexpr std::string_view kOrasUnpack = "io.deis.oras.content.unpack";

struct Layer {
  std::size_t index;
  const oci::Descriptor& descriptor;
  std::optional<LayerType> type;
  bool raw() const { return !type || !is_archive(type->encoding); }
};

void lint_type(const Layer& layer, LintReport& report) {
  const auto& type = layer.descriptor.media_type;
  if (!layer.type) {
    report.layer("layer-type", layer.index, {}, "found " + printable(type, 120));
  } else if (type.starts_with("application/vnd.cnai.")) {
    report.layer("legacy-type", layer.index, {}, "found " + printable(type, 120));
  }
}

void lint_title(const Layer& layer, const std::string& path, LintReport& report) {
  const auto title = annotation(layer.descriptor, oci::kAnnotationTitle);
  // Who takes the title for a file's name would store an archive under it.
  if (!title && !layer.raw()) return;
  if (!title)
    return report.layer("title-missing", layer.index, {}, "no org.opencontainers.image.title");
  if (*title == path) return;
  const bool base = *title == path.substr(path.rfind('/') + 1);
  report.layer(base ? "title-base-name" : "title-differs", layer.index, oci::kAnnotationTitle,
               printable(*title, 120) + ", the file path is " + printable(path, 120));
}

// nullopt: there is none, or it was reported.
std::optional<std::string> lint_path(const Layer& layer, LintReport& report) {
  std::string_view key = kAnnotationFilepath;
  auto path = annotation(layer.descriptor, key);
  if (!path) {
    key = "org.cnai.model.filepath";
    path = annotation(layer.descriptor, key);
  }
  if (!path) {
    report.layer("path-missing", layer.index, {}, "no org.cncf.model.filepath");
    return std::nullopt;
  }
  auto place = place_of_layer(*path, layer.raw() ? Encoding::raw : layer.type->encoding);
  if (!place) {
    report.layer("path-unsafe", layer.index, key, place.error().message());
    return std::nullopt;
  }
  if (path->starts_with("..")) report.layer("path-dots", layer.index, key, printable(*path, 120));
  lint_title(layer, *path, report);
  return place.take();
}

// The seven fields and their types; ramalama asks for all of them.
void lint_fields(const Layer& layer, const json::Field& metadata, LintReport& report) {
  const auto complain = [&](const Error& error) {
    report.layer("metadata-field", layer.index, kAnnotationMetadata, error.message());
  };
  for (const char* key : {"name", "mtime"}) {
    const auto value = metadata.string(key);
    if (!value) {
      complain(value.error());
    } else if (value->empty()) {
      complain(metadata.error(std::string(key) + " is empty"));
    }
  }
  for (const char* key : {"mode", "uid", "gid", "size", "typeflag"}) {
    const auto value = metadata.at(key);
    if (!value) {
      complain(value.error());
    } else if (!value->value().is_number_unsigned()) {
      complain(value->error("expected a non-negative number"));
    }
  }
  if (const auto mtime = metadata.optional_timestamp("mtime"); !mtime) complain(mtime.error());
}

void lint_values(const Layer& layer, const Json& metadata, LintReport& report) {
  const auto value = [&](const char* key) -> std::optional<std::uint64_t> {
    const auto found = metadata.find(key);
    if (found == metadata.end() || !found->is_number_unsigned()) return std::nullopt;
    return found->get<std::uint64_t>();
  };
  const auto add = [&](std::string_view code, std::string message) {
    report.layer(code, layer.index, kAnnotationMetadata, std::move(message));
  };
  if (const auto size = value("size"); layer.raw() && size && *size != layer.descriptor.size) {
    add("metadata-size", "size " + std::to_string(*size) + ", the descriptor says " +
                             std::to_string(layer.descriptor.size));
  }
  if (const auto flag = value("typeflag"); layer.raw() && flag && *flag != 0 && *flag != '0')
    add("metadata-typeflag", "typeflag " + std::to_string(*flag));
  if (const auto mode = value("mode"); mode && (*mode & 07000U) != 0)
    add("metadata-mode", "mode " + std::to_string(*mode));
  if (value("uid").value_or(0) != 0 || value("gid").value_or(0) != 0)
    add("metadata-owner", "the builder's own uid or gid");
}

void lint_metadata(const Layer& layer, LintReport& report) {
  const auto text = annotation(layer.descriptor, kAnnotationMetadata);
  if (!text && !layer.raw()) return;  // there is no one file that it could be about
  if (!text) {
    return report.layer("metadata-missing", layer.index, {},
                        "no " + std::string(kAnnotationMetadata));
  }
  const auto document = json::parse(*text);
  if (!document || !document->is_object()) {
    return report.layer("metadata-malformed", layer.index, kAnnotationMetadata,
                        document ? "no object" : document.error().message());
  }
  lint_fields(layer, json::Field(*document), report);
  lint_values(layer, *document, report);
}

void lint_extras(const Layer& layer, LintReport& report) {
  if (const auto value = annotation(layer.descriptor, kUntested);
      value && *value != "true" && *value != "false")
    report.layer("untested-value", layer.index, kUntested, "found " + printable(*value, 40));
  if (layer.raw() && annotation(layer.descriptor, kOrasUnpack) == "true")
    report.layer("oras-unpack", layer.index, kOrasUnpack, "set on a raw layer");
}

/// Paths of files together, of raw layers and in archives.
class Paths {
 public:
  void add(std::size_t index, const std::string& path, LintReport& report) {
    if (!indexes_.emplace(path, index).second) {
      report.layer(
          "path-duplicate", index, kAnnotationFilepath,
          "layer " + std::to_string(indexes_[path]) + " has " + printable(path, 120) + " as well");
    }
  }

  void compare(LintReport& report) const {
    std::vector<std::string> paths;
    bool nested = false;
    for (const auto& [path, index] : indexes_) {
      paths.push_back(path);
      for (auto slash = path.find('/'); slash != std::string::npos;
           slash = path.find('/', slash + 1)) {
        if (!indexes_.contains(path.substr(0, slash))) continue;
        nested = true;
        report.layer("path-below-file", index, kAnnotationFilepath,
                     printable(path, 120) + " is below the file of another layer");
      }
    }
    // What is one in any case was reported.
    if (nested) return;
    if (const auto collision = case_collision(paths)) {
      report.layer("path-case", indexes_.at(collision->second), kAnnotationFilepath,
                   printable(collision->first, 120) + " and " + printable(collision->second, 120));
    }
  }

 private:
  std::map<std::string, std::size_t> indexes_;
};

void lint_archive(std::size_t index, const LintedArchive& archive, Paths& paths,
                  LintReport& report) {
  if (archive.refusal) report.layer("archive-refused", index, {}, archive.refusal->text());
  for (const auto& warning : archive.warnings) report.layer("archive-mode", index, {}, warning);
  for (const auto& path : archive.paths) paths.add(index, path, report);
}

}  // namespace

void lint_layers(const oci::Manifest& manifest, std::span<const LintedArchive> archives,
                 LintReport& report) {
  Paths paths;
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    const auto& descriptor = manifest.layers[i];
    const Layer layer{i, descriptor, parse_media_type(descriptor.media_type)};
    lint_type(layer, report);
    // Archives may share a folder.
    if (const auto path = lint_path(layer, report); path && layer.raw())
      paths.add(i, *path, report);
    if (i < archives.size()) lint_archive(i, archives[i], paths, report);
    lint_metadata(layer, report);
    lint_extras(layer, report);
  }
  paths.compare(report);
}

}  // namespace mpk::modelpack
