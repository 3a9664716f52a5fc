// LayoutStore: an OCI image layout on disk (image-spec, image-layout.md), safe for many processes.
#pragma once

#include "base/parallel.hpp"
#include "oci/store.hpp"

#include <filesystem>
#include <memory>

namespace mpk::oci {

struct LayoutOptions {
  bool create = false;  // make the layout when the directory is missing or empty
  /// Tags are whole references ("ghcr.io/acme/llm:1.0"), as image-spec's grammar of ref.name
  /// allows.
  bool reference_names = false;
  /// Ends the wait for another writer, and any change that has not been written.
  CancelToken cancel = {};
  /// Files enter by reference (layout_references.hpp): only mpk can read such a layout.
  bool by_reference = false;
};

/// Blobs are written to a temporary file (or cloned into it), hashed on the way, synced and
/// renamed, or only referred to; index.json is replaced atomically under a lock. Referrers are
/// visible to oras (untagged entries with artifactType and annotations), regctl (an index tagged
/// sha256-<hex>) and cosign
/// (`kind=dev.cosignproject.cosign/image` on the model's entry). A tag is the annotation
/// org.opencontainers.image.ref.name.
/// Nothing is written through a link that the layout brings. remove_manifest keeps the blob of what
/// another listed manifest or index names, and is unsupported if that leaves nothing to do. A
/// damaged blob is replaced when it is streamed in again, or pushed with at most 4 MiB.
/// usage: no such directory (without `create`), or a file on the way to it; malformed: not a
/// layout, or one whose blobs/ is a link; io; cancelled.
Result<std::unique_ptr<Store>> open_layout(const std::filesystem::path& directory,
                                           const LayoutOptions& options = {});

}  // namespace mpk::oci
