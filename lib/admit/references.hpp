// References: every place in a Kubernetes object that names a model or an image.
#pragma once

#include "admit/reference_path.hpp"
#include "base/result.hpp"
#include "json/value.hpp"
#include "oci/reference.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::admit {

struct FoundReference {
  enum class Kind {
    container,     // the image of a container, init container or ephemeral container
    image_volume,  // volumes[].image.reference
    csi,           // volumeAttributes of the ModelPack CSI driver, StorageClass.parameters
    storage_uri,   // KServe and others: oci://…
    agent,         // an image or model that an agent resource names
    custom,        // of a row that the user has added
  };
  Kind kind = Kind::container;
  std::string pointer;                      // JSON Pointer to the string, for messages and patches
  std::string text;                         // as it stands there
  std::string scheme;                       // "oci://", "oci+native://", …, or empty
  std::optional<oci::Reference> reference;  // of a registry; Docker Hub's names whole
};
/// "container", "image_volume", …
std::string_view to_string(FoundReference::Kind kind);

/// One row: where objects of a kind have what that the forms of docs/admission.md don't cover.
/// Paths: see ReferencePath.
struct ReferenceRow {
  std::string group;  // "serving.kserve.io"; empty: the core group; "*": any
  std::string kind;   // "InferenceService"; "*": any
  std::string path;   // "spec.model.storageUri"
  FoundReference::Kind reference = FoundReference::Kind::custom;
};

/// Immutable and thread-safe.
class ReferenceTable {
 public:
  struct Options {
    std::string csi_driver = "model.csi.modelpack.org";
    std::vector<ReferenceRow> rows = {};  // besides those of docs/admission.md
  };
  /// usage: a row whose path can't be read.
  static Result<ReferenceTable> make(Options options);
  /// A YAML file: `references: [{group, kind, path}]`. usage, with file:line:column.
  static Result<std::vector<ReferenceRow>> read_rows(std::string_view text, std::string_view file);

  /// In document order, each place once. Whatever the kind, at any depth: containers, image volumes
  /// and CSI volumes by their form; and what the rows say of the object and of each object inside
  /// that has an apiVersion and a kind of its own. A string with a scheme that is no registry's
  /// (s3://, hf://, pvc://) is not in the list, nor an empty one; one that should be a reference
  /// and can't be read as one is an entry without `reference`, which the gate refuses. Over
  /// limits::kReferences entries are the caller's to refuse. Total: any JSON value, any depth that
  /// json::parse lets through; linear time.
  std::vector<FoundReference> find(const Json& object) const;

 private:
  struct Row {
    ReferencePath path;
    FoundReference::Kind reference = FoundReference::Kind::custom;
  };
  using ByKind = std::map<std::string, std::vector<Row>, std::less<>>;
  using Rows = std::map<std::string, ByKind, std::less<>>;  // by group
  class Search;

  ReferenceTable(std::string csi_driver, Rows rows)
      : csi_driver_(std::move(csi_driver)),
        csi_key_(csi_driver_ + "/reference"),
        rows_(std::move(rows)) {}

  std::string csi_driver_, csi_key_;
  Rows rows_;
};

}  // namespace mpk::admit
