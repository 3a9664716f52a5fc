// The steps of packing, for those who do them on several machines.
#pragma once

#include "archive/tar_writer.hpp"
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
  model::FileHead head;                        // condensed
  oci::Pushed pushed = oci::Pushed::uploaded;  // of a layer of its own
};

struct StreamedArchive {
  Archive archive;
  oci::Pushed pushed = oci::Pushed::uploaded;
};

struct Streamed {
  std::vector<StreamedFile> files;
  std::vector<StreamedArchive> archives;
};

/// The files of `plan` into `store`, in their order; without a store they are only read. Errors as
/// pack_into().
Result<Streamed> stream_files(oci::Store* store, const PackPlan& plan, const PackOptions& options);

/// One archive of the files of a kind; `open` gives their contents. Of the options created,
/// current, sha512, stats count.
Result<StreamedArchive> stream_archive(oci::Store* store, model::Kind kind,
                                       std::vector<archive::TarMember> members,
                                       archive::TarWriter::Open open, const PackOptions& options,
                                       const CancelToken& stop);

/// Config and manifest of files that are in a store. `ignored` stays empty; the config is not
/// counted.
Result<PackOutcome> assemble(Streamed streamed, const BuildOptions& options);

/// Sends the config and counts it.
Result<void> push_config(oci::Store& store, PackOutcome& outcome);

}  // namespace mpk::modelpack
