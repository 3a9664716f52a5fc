// ArchiveMembers: each is a ModelSource while the archive has come to it.
#include "modelpack/pack_members.hpp"

#include "model/head.hpp"

#include <cstdint>
#include <span>
#include <utility>

namespace mpk::modelpack {

StreamedFile streamed(const PackPlan& plan, const WalkFile& file, ModelSource& source,
                      Digest digest) {
  auto head = source.head();
  ModelFile known{.path = file.path,
                  .kind = kind_of(plan, head),
                  .size = head.size,
                  .executable = file.executable,
                  .digest = std::move(digest),
                  .sha512 = source.sha512()};
  return {.file = std::move(known), .head = model::condensed(std::move(head))};
}

ArchiveMembers::ArchiveMembers(const PackPlan& plan, const PackOptions& options,
                               const PackUnit& unit, CancelToken stop)
    : plan_(plan), options_(options), unit_(unit), stop_(std::move(stop)) {
  streamed_.resize(unit.files.size());
}

std::vector<archive::TarMember> ArchiveMembers::list() const {
  std::vector<archive::TarMember> out;
  for (const auto i : unit_.files) {
    const auto& file = plan_.files[i];
    out.push_back({.path = file.path, .size = file.size, .executable = file.executable});
  }
  return out;
}

Result<archive::Source> ArchiveMembers::open(std::size_t index) {
  source_ = TRY(ModelSource::open(file(index), options_, stop_).with(file(index).path));
  return archive::Source([this, index](std::span<std::uint8_t> buffer) -> Result<std::size_t> {
    const auto count = TRY(source_->read(buffer));
    if (count == 0) TRY(close(index));
    return count;
  });
}

std::vector<StreamedFile> ArchiveMembers::take() {
  std::vector<StreamedFile> out;
  for (auto& one : streamed_) out.push_back(std::move(*one));
  return out;
}

Result<void> ArchiveMembers::close(std::size_t index) {
  auto digest = TRY(source_->digest());
  auto one = streamed(plan_, file(index), *source_, std::move(digest));
  if (one.file.kind != *unit_.archive) {
    return Error(ErrorKind::mismatch, file(index).path + " changed while it was packed",
                 "run the command again when nobody writes to it");
  }
  streamed_[index] = std::move(one);
  source_->done("in an archive");
  return {};
}

}  // namespace mpk::modelpack
