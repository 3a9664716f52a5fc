// ArchiveMembers: files of a plan as an archive reads them, one after the other. Internal to
// modelpack/.
#pragma once

#include "archive/source.hpp"
#include "archive/tar_writer.hpp"
#include "base/digest.hpp"
#include "base/parallel.hpp"
#include "base/result.hpp"
#include "modelpack/model_source.hpp"
#include "modelpack/pack.hpp"
#include "modelpack/pack_steps.hpp"
#include "modelpack/pack_units.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace mpk::modelpack {

/// What `source`, read to its end, says of a file of the plan.
StreamedFile streamed(const PackPlan& plan, const WalkFile& file, ModelSource& source,
                      Digest digest);

/// One file is open at a time. What it is given must outlive it. Not thread-safe.
class ArchiveMembers {
 public:
  /// `unit` has an archive.
  ArchiveMembers(const PackPlan& plan, const PackOptions& options, const PackUnit& unit,
                 CancelToken stop);

  std::vector<archive::TarMember> list() const;
  /// For archive::TarWriter. The source's end is a mismatch when the file has become one of another
  /// kind.
  Result<archive::Source> open(std::size_t index);
  /// After the archive was read to its end.
  std::vector<StreamedFile> take();

 private:
  const WalkFile& file(std::size_t index) const { return plan_.files[unit_.files[index]]; }
  Result<void> close(std::size_t index);

  const PackPlan& plan_;
  const PackOptions& options_;
  const PackUnit& unit_;
  CancelToken stop_;
  std::unique_ptr<ModelSource> source_;
  std::vector<std::optional<StreamedFile>> streamed_;
};

}  // namespace mpk::modelpack
