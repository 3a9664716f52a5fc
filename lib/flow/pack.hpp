// pack: a directory into a registry, a layout or the local store, without statements about it.
#pragma once

#include "base/log.hpp"
#include "flow/context.hpp"
#include "modelpack/digest_cache.hpp"
#include "modelpack/pack.hpp"
#include "oci/reference.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace mpk::flow {

struct PackRequest {
  std::filesystem::path directory;
  std::optional<std::filesystem::path> modelfile;
  std::optional<Timestamp> created;
  bool use_cache = true;      // digests of files that did not change; `ship` never asks for them
  bool by_reference = false;  // into a layout, without a copy
  bool sha512 = false;        // as modelpack::PackOptions::sha512; for an aiBOM
};

/// What packing takes from the context: workers, progress, counters, log, cancellation.
modelpack::PackOptions pack_options(const Context& context, const PackRequest& request);

/// The digests of files that did not change: given to `options` if the request wants them, and kept
/// at the end with what was added, also after a failure: the next try need not read it again.
class RunCache {
 public:
  RunCache(const Context& context, const PackRequest& request, modelpack::PackOptions& options);
  RunCache(const RunCache&) = delete;
  RunCache& operator=(const RunCache&) = delete;
  ~RunCache();

 private:
  const Logger& logger_;
  std::optional<modelpack::DigestCache> cache_;
};

/// What `name` (a tag) stands for now, so that unchanged files need not travel again. nullopt when
/// there is nothing, or nothing that can be read: a broken old artifact must not block a new one.
Result<std::optional<oci::Manifest>> current_manifest(oci::Store& store, const std::string& name);

/// Blobs, then manifest, then tag: `push DIR REF` and `pack DIR -t oci:DIR:TAG`. What can be
/// refused is refused before the store is opened or made.
Result<modelpack::PackOutcome> pack_to(const Context& context, const PackRequest& request,
                                       const oci::Reference& reference);
/// The same into the local store, tagged with the whole reference: `pack DIR -t REF`.
Result<modelpack::PackOutcome> pack_locally(const Context& context, const PackRequest& request,
                                            const oci::Reference& reference);

}  // namespace mpk::flow
