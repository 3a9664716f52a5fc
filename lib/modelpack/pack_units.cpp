// Units of packing: a file each, or archives where there are too many files.
#include "modelpack/pack_units.hpp"

#include "base/parallel.hpp"
#include "crypto/hash.hpp"
#include "modelpack/model_source.hpp"

#include <limits>
#include <map>
#include <utility>

namespace mpk::modelpack {
namespace {

Result<std::vector<model::Kind>> read_kinds(const PackPlan& plan, const PackOptions& options,
                                            std::size_t workers) {
  std::vector<model::Kind> out(plan.files.size(), model::Kind::doc);
  TRY(parallel_for(plan.files.size(), workers, options.cancel, [&](std::size_t i) -> Result<void> {
    const auto head = TRY(read_head(plan.files[i], options).with(plan.files[i].path));
    out[i] = kind_of(plan, head);
    return {};
  }));
  return out;
}

// The manifest at its longest: it must fit before the first blob is sent.
Result<void> check_manifest(const PackPlan& plan, const std::vector<model::Kind>& kinds,
                            const PackOptions& options) {
  auto files = unread_files(plan.files);
  std::map<model::Kind, Archive> archives;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    files[i].kind = kinds[i];
    if (kinds[i] == model::Kind::weight) continue;
    archives.try_emplace(kinds[i], Archive{.kind = kinds[i],
                                           .digest = files[i].digest,
                                           .size = std::numeric_limits<std::int64_t>::max()});
  }
  std::vector<Archive> list;
  for (auto& [kind, archive] : archives) list.push_back(std::move(archive));
  TRY(build_artifact(std::move(files), {}, {.created = options.created}, std::move(list)));
  return {};
}

}  // namespace

std::vector<ModelFile> unread_files(const std::vector<WalkFile>& files) {
  const auto digest = crypto::sha256(std::string_view());
  std::vector<ModelFile> out;
  for (const auto& file : files) {
    out.push_back(
        {.path = file.path, .size = file.size, .executable = file.executable, .digest = digest});
  }
  return out;
}

model::Kind kind_of(const PackPlan& plan, const model::FileHead& head) {
  const auto named = plan.modelfile ? plan.modelfile->kind_of(head.path) : std::nullopt;
  return named.value_or(model::classify(head));
}

Result<std::vector<PackUnit>> pack_units(const PackPlan& plan, const PackOptions& options,
                                         std::size_t workers) {
  std::vector<PackUnit> out;
  if (!plan.archives) {
    for (std::size_t i = 0; i < plan.files.size(); ++i)
      out.push_back({.archive = {}, .files = {i}});
    return out;
  }
  const auto kinds = TRY(read_kinds(plan, options, workers));
  TRY(check_manifest(plan, kinds, options));
  std::map<model::Kind, std::vector<std::size_t>> archives;
  std::vector<PackUnit> weights;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i] == model::Kind::weight) {
      weights.push_back({.archive = {}, .files = {i}});
    } else {
      archives[kinds[i]].push_back(i);
    }
  }
  for (auto& [kind, files] : archives) out.push_back({.archive = kind, .files = std::move(files)});
  out.insert(out.end(), weights.begin(), weights.end());
  return out;
}

}  // namespace mpk::modelpack
