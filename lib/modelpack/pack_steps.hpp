// The steps of packing, for those who do them on several machines.
#pragma once

#include "base/result.hpp"
#include "model/head.hpp"
#include "modelpack/artifact.hpp"
#include "modelpack/pack.hpp"
#include "oci/store.hpp"

#include <vector>

namespace mpk::modelpack {

/// What is known of a file once it has been read.
struct StreamedFile {
  ModelFile file;
  model::FileHead head;  // condensed
  oci::Pushed pushed = oci::Pushed::uploaded;
};

/// The files of `plan` into `store`, in their order; without a store they are only read. Errors as
/// pack_into().
Result<std::vector<StreamedFile>> stream_files(oci::Store* store, const PackPlan& plan,
                                               const PackOptions& options);

/// Config and manifest of files that are in a store. `ignored` stays empty; the config is not
/// counted.
Result<PackOutcome> assemble(std::vector<StreamedFile> streamed, const BuildOptions& options);

/// Sends the config and counts it.
Result<void> push_config(oci::Store& store, PackOutcome& outcome);

}  // namespace mpk::modelpack
